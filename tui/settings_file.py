"""Reads and validates the settings file.

Imported only when there is one: it needs the whole of pydantic, which loads slowly.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

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
            raise ValueError("act_factor is below watch_factor")
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
        key = str(first["loc"][0]) if first["loc"] else "act_factor"
        reason = "no such setting" if first["type"] == "extra_forbidden" else first["msg"]
        raise SettingsError(f"{path}: line {_line_of(text, key)}: {key}: {reason}") from error
    values: dict[str, Any] = {name: getattr(file, name) for name in KEYS}
    values["switch_to"] = tuple(values["switch_to"])
    return replace(DEFAULTS, **values, origin=path, given=frozenset(raw))


def _placed(message: str, text: str) -> str:
    """Put line and key first: ``Invalid value (at line 3, column 8)`` becomes ``line 3: bell: Invalid value``."""
    found = re.search(r"\s*\(at line (\d+), column \d+\)", message)
    if found is None:
        return f"line {text.count(chr(10)) + 1}: {message}"
    line = text.splitlines()[int(found[1]) - 1 :][:1]
    key = line[0].partition("=")[0].strip() if line and "=" in line[0] else ""
    return f"line {found[1]}: {f'{clean(key)}: ' if key else ''}{message[: found.start()]}"


def _line_of(text: str, key: str) -> int:
    pattern = re.compile(rf"""^\s*["']?{re.escape(key)}["']?\s*[=.]""")
    lines = text.splitlines()
    return next((number for number, line in enumerate(lines, 1) if pattern.match(line)), 1)
