"""A person's own price file: rows in the shape of ``rates.json`` that override or add, and a discount.

Imported only when there is such a file: it needs the whole of pydantic, which loads slowly.
"""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from meter.rates import RateTable, row_of


class PriceFileError(ValueError):
    """The file cannot be used; the message names the line and the key."""


def _is_day(text: str) -> str:
    date.fromisoformat(text[:10])
    return text


def _is_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


Dollars = Annotated[Decimal, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Day = Annotated[str, AfterValidator(_is_day)]
Pattern = Annotated[str, AfterValidator(_is_pattern)]
Factor = Annotated[Decimal, Field(gt=0, le=100, allow_inf_nan=False)]


class _Prices(BaseModel):
    model_config = ConfigDict(extra="ignore")
    input: Dollars
    output: Dollars
    cache_write_5m: Dollars
    cache_write_1h: Dollars
    cache_read: Dollars
    valid_from: Day | None = None
    valid_to: Day | None = None

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_from[:10] >= self.valid_to[:10]:
            raise ValueError("valid_from is not before valid_to")
        return self


class _LongContext(_Prices):
    threshold_tokens: Annotated[int, Field(gt=0)]


class _Row(_Prices):
    model_config = ConfigDict(extra="forbid")
    canonical_id: Annotated[str, Field(min_length=1)]
    name: str | None = None
    id_patterns: Annotated[list[Pattern], Field(min_length=1)] | None = None
    batch_multiplier: Factor | None = None
    context_window: Annotated[int, Field(gt=0)] | None = None
    claude_code_window_default: Annotated[int, Field(gt=0)] | None = None
    long_context: _LongContext | None = None
    fast: _Prices | None = None
    us_geo_multiplier: Factor | None = None
    cloud_regional_multiplier: Factor | None = None
    api_retired: Day | None = None
    limited: bool = False
    confidence: str | None = None
    source: str | None = None
    note: str | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    models: list[Any] = []
    discount: Annotated[Decimal, Field(gt=0, le=1, allow_inf_nan=False)] = Decimal(1)


def with_own_prices(listed: RateTable, text: str) -> RateTable:
    """Return the table with the rows of a price file on top; raises PriceFileError naming the bad line."""
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise PriceFileError(f"line {error.lineno}: not JSON: {error.msg}") from error
    except (RecursionError, ValueError) as error:
        raise PriceFileError(f"line 1: not JSON that can be read: {error}") from error
    if not isinstance(raw, dict):
        raise PriceFileError('line 1: expected an object such as {"models": [...], "discount": 0.9}')
    try:
        # The numbers are read once more as text: a price is a decimal, never a binary float.
        file = _File.model_validate({**raw, "discount": Decimal(str(raw.get("discount", 1)))})
    except (ValidationError, ArithmeticError) as error:
        raise PriceFileError(f"line {_line_of_key(text, error)}: {_reason(error)}") from error
    rows = []
    for index, entry in enumerate(file.models):
        try:
            rows.append(row_of(_Row.model_validate(_decimals(entry)).model_dump(mode="json")))
        except ValidationError as error:
            raise PriceFileError(f"line {_line_of_row(text, index)}: row {index + 1}: {_reason(error)}") from error
    return RateTable(listed.rows, listed.as_of, own=tuple(rows), discount=Fraction(file.discount))


def _decimals(value: object) -> object:
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, dict):
        return {key: _decimals(item) for key, item in value.items()}
    return value


def _reason(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return "discount: not a number"
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]


def _line_of_key(text: str, error: Exception) -> int:
    key = error.errors(include_url=False)[0]["loc"][0] if isinstance(error, ValidationError) else "discount"
    at = text.find(json.dumps(key))
    return text.count("\n", 0, max(at, 0)) + 1


def _line_of_row(text: str, index: int) -> int:
    """Return the line on which the row with this index begins."""
    decoder = json.JSONDecoder()
    start = 0
    try:
        # Of a key that stands twice the last one counts, as for the decoder.
        at = text.index("[", text.rindex('"models"')) + 1
        for _ in range(index + 1):
            while text[at] in " \t\r\n,":
                at += 1
            start = at
            at = decoder.raw_decode(text, at)[1]
    except (ValueError, IndexError):  # the key is written with escapes: the row's number has to do
        return 1
    return text.count("\n", 0, start) + 1
