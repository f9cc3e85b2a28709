"""Large digits in half blocks: three rows, legible from two metres."""

from __future__ import annotations

GLYPHS = {
    "0": ("█▀█", "█ █", "▀▀▀"),
    "1": ("▄█ ", " █ ", "▀▀▀"),
    "2": ("▀▀█", "█▀▀", "▀▀▀"),
    "3": ("▀▀█", "▀▀█", "▀▀▀"),
    "4": ("█ █", "▀▀█", "  ▀"),
    "5": ("█▀▀", "▀▀█", "▀▀▀"),
    "6": ("█▀▀", "█▀█", "▀▀▀"),
    "7": ("▀▀█", "  █", "  ▀"),
    "8": ("█▀█", "█▀█", "▀▀▀"),
    "9": ("█▀█", "▀▀█", "▀▀▀"),
    ".": (" ", " ", "▀"),
    ",": (" ", " ", "▄"),
    "K": ("█▄▀", "█▀▄", "▀ ▀"),
    "<": (" ▄▀", "▀▄ ", "  ▀"),
    "?": ("▀▀█", " ▀▀", " ▀ "),
    "-": ("   ", "▀▀▀", "   "),
}


def large(text: str) -> tuple[str, str, str]:
    """Return the three rows of a figure, one cell between its digits; raises KeyError for other characters."""
    glyphs = [GLYPHS[char] for char in text]
    return (
        " ".join(glyph[0] for glyph in glyphs),
        " ".join(glyph[1] for glyph in glyphs),
        " ".join(glyph[2] for glyph in glyphs),
    )


def large_width(text: str) -> int:
    return sum(len(GLYPHS[char][0]) for char in text) + max(0, len(text) - 1)
