"""Reads and validates the settings file.

Imported only when there is one: it needs the whole of pydantic, which loads slowly.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from parsers.labels import clean
from tui.settings import DEFAULTS, KEYS, Settings, SettingsError

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Factor = Annotated[float, Field(ge=1, le=1_000, allow_inf_nan=False)]
Dollars = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_DEFAULT = DEFAULTS


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    horizon_turns: Annotated[int, Field(ge=1, le=1_000)] = _DEFAULT.horizon_turns
    watch_factor: Factor = _DEFAULT.watch_factor
    watch_saving: Dollars = _DEFAULT.watch_saving
    watch_context: Share | None = _DEFAULT.watch_context
    act_factor: Factor = _DEFAULT.act_factor
    act_saving: Dollars = _DEFAULT.act_saving
    act_context: Share | None = _DEFAULT.act_context
    switch_to: list[Annotated[str, Field(min_length=1)]] = []
    budget_turn: Dollars | None = None
    budget_session: Dollars | None = None
    budget_day: Dollars | None = None
    billing: Literal["api", "subscription"] = "api"
    toasts: bool = True
    bell: bool = False
    notify: bool = False
    titles: bool = True
    ascii: bool = False
    theme: Annotated[str, Field(min_length=1)] = _DEFAULT.theme

    @model_validator(mode="after")
    def _act_is_above_watch(self) -> Self:
        if self.act_factor < self.watch_factor:
            if "act_factor" in self.model_fields_set:
                raise PydanticCustomError("act_factor", "below watch_factor")
            raise PydanticCustomError("watch_factor", "above act_factor, which is not set here")
        return self


def read_settings(text: str, path: Path) -> Settings:
    """Return the settings of a file's text; raises SettingsError naming the line and the key."""
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path}: {_placed(str(error), text)}") from error
    try:
        file = _File.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = str(first["loc"][0]) if first["loc"] else first["type"]
        reason = "no such setting" if first["type"] == "extra_forbidden" else first["msg"]
        raise SettingsError(f"{path}: line {_line_of(text, key)}: {key}: {reason}") from error
    values: dict[str, Any] = {name: getattr(file, name) for name in KEYS}
    values["switch_to"] = tuple(values["switch_to"])
    return replace(DEFAULTS, **values, origin=path, given=frozenset(raw))


_KEY = re.compile(r"""\s*\[*\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*[]=]""")


def _placed(message: str, text: str) -> str:
    """Put line and key first: ``Invalid value (at line 3, column 8)`` becomes ``line 3: bell: Invalid value``."""
    lines = _lines(text)
    found = re.search(r"\s*\(at (?:line (\d+), column \d+|end of document)\)", message)
    number = int(found[1]) if found and found[1] else _unfinished(text)
    key = _KEY.match(lines[number - 1])
    reason = message[: found.start()] if found else message
    return f"line {number}: {f'{clean(key[1])}: ' if key else ''}{reason}"


def _line_of(text: str, key: str) -> int:
    """Return the line on which a key of a valid file is first set, whatever its statement looks like."""
    return next((first for first, _, name in _statements(text) if name == key), 1)


def _statements(text: str) -> Iterator[tuple[int, int, str | None]]:
    """Return each statement's first and last line, and the outermost key when it sets that."""
    lines, start, in_table = _lines(text), 0, False
    for end in range(1, len(lines) + 1):
        statement = "\n".join(lines[start:end])
        try:
            found = tomllib.loads(statement)
        except (ValueError, RecursionError):
            continue
        is_table = statement.lstrip().startswith("[")
        in_table = in_table or is_table
        yield start + 1, end, next(iter(found)) if found and (is_table or not in_table) else None
        start = end


def _unfinished(text: str) -> int:
    """Return the first line of the statement that the end of a file cuts."""
    whole = max((last for _, last, _ in _statements(text)), default=0)
    return min(whole + 1, len(_lines(text)))


def _lines(text: str) -> list[str]:
    """Return the lines as TOML counts them."""
    return text.replace("\r\n", "\n").split("\n")
