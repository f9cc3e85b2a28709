"""The palette: colour is money, everything else is grey."""

from __future__ import annotations

from dataclasses import replace

from textual.theme import Theme

_DARK = {
    "bright": "#f4f7fa",
    "muted": "#8794a1",
    "faint": "#6b7783",
    "frame": "#2a333d",
    "grid": "#222a32",
    "track": "#252d36",
    "carry": "#e6a04a",
    "carry-area": "#8f652f",
    "flat": "#6d8fb0",
    "flat-area": "#3a526b",
    "new": "#8fcbf5",
    "output": "#4ba695",
    "watch": "#f0b957",
    "watch-row": "#2b2412",
    "act": "#ff7b68",
    "act-row": "#33191a",
    "selection": "#1c2937",
    "gauge": "#98a4b0",
    "next": "#cfd6dd",
}
_LIGHT = {
    "bright": "#0c0f12",
    "muted": "#616c77",
    "faint": "#78828c",
    "frame": "#d8d5cd",
    "grid": "#eae8e1",
    "track": "#e6e3db",
    "carry": "#a65f00",
    "carry-area": "#e3ae64",
    "flat": "#4b7196",
    "flat-area": "#a3bdd6",
    "new": "#1f74b5",
    "output": "#17705f",
    "watch": "#96590a",
    "watch-row": "#f8ebcf",
    "act": "#bf2f1c",
    "act-row": "#fbe3df",
    "selection": "#e4edf6",
    "gauge": "#717c87",
    "next": "#2b3138",
}
_GREY = {
    "carry": "#c4c4c4",
    "carry-area": "#969696",
    "flat": "#8a8a8a",
    "flat-area": "#4a4a4a",
    "new": "#f5f5f5",
    "output": "#707070",
}
_ANSI = {
    "bright": "ansi_default",
    "muted": "ansi_bright_black",
    "faint": "ansi_bright_black",
    "frame": "ansi_bright_black",
    "grid": "ansi_bright_black",
    "track": "ansi_bright_black",
    "carry": "ansi_yellow",
    "carry-area": "ansi_yellow",
    "flat": "ansi_blue",
    "flat-area": "ansi_blue",
    "new": "ansi_cyan",
    "output": "ansi_green",
    "watch": "ansi_bright_yellow",
    "watch-row": "ansi_default",
    "act": "ansi_bright_red",
    "act-row": "ansi_default",
    "selection": "ansi_default",
    "gauge": "ansi_default",
    "next": "ansi_default",
}

TAB_DARK = Theme(
    name="tab-dark",
    primary="#8fcbf5",
    secondary="#4ba695",
    warning="#f0b957",
    error="#ff7b68",
    success="#4ba695",
    accent="#e6a04a",
    foreground="#cfd6dd",
    background="#0f1318",
    surface="#0f1318",
    panel="#1c2937",
    dark=True,
    variables=_DARK,
)
TAB_LIGHT = Theme(
    name="tab-light",
    primary="#1f74b5",
    secondary="#17705f",
    warning="#96590a",
    error="#bf2f1c",
    success="#17705f",
    accent="#a65f00",
    foreground="#2b3138",
    background="#fbfaf7",
    surface="#fbfaf7",
    panel="#e4edf6",
    dark=False,
    variables=_LIGHT,
)
THEMES = (TAB_DARK, TAB_LIGHT)


def own_themes(*, grey: bool) -> tuple[Theme, ...]:
    """Return our themes; without colours the parts of money are greys far apart."""
    if not grey:
        return THEMES
    return tuple(replace(theme, variables={**theme.variables, **_GREY}) for theme in THEMES)


def palette(*, dark: bool, ansi: bool = False, grey: bool = False) -> dict[str, str]:
    """Return our variables for a theme that does not define them itself."""
    if ansi:
        return dict(_ANSI)
    return {**(_DARK if dark else _LIGHT), **(_GREY if grey else {})}
