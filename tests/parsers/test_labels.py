"""Labels: untrusted text becomes one short line that no terminal can misread."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.labels import LABEL_WIDTH, clean, label

HOSTILE = [
    ("\x1b[31mred\x1b[0m", "red"),
    ("\x1b]0;title\x07text", "text"),
    ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
    ("a\x1bcb", "ab"),
    ("a\x00b\x07c\x7fd", "abcd"),
    ("safe\u202etxt.exe", "safetxt.exe"),
    ("\u2066a\u2069\u200e\u200f\u061cb", "ab"),
    ("zero\u200bwidth\u2060\ufeff", "zerowidth"),
    ("lone \ud83d surrogate", "lone surrogate"),
    ("two\nlines\u2028and\u2029more", "two lines and more"),
    ("tab\tand  \u00a0 space", "tab and space"),
    ("\x9b31mcsi", "31mcsi"),
    ("  plain  ", "plain"),
    ("Grüße, 潮汐", "Grüße, 潮汐"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "cleaned"), HOSTILE, ids=[ascii(text) for text, _ in HOSTILE])
def test_control_bidi_and_escape_sequences_are_stripped(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text(alphabet=st.characters(), max_size=60))
def test_no_cleaned_text_holds_anything_but_printable_characters_on_one_line(text: str) -> None:
    for ch in clean(text):
        assert unicodedata.category(ch) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    assert clean(clean(text)) == clean(text)


def test_a_label_is_the_first_line_that_shows_anything() -> None:
    assert label("\n \n\x1b[0m\nwhere is the moon\nand the tide") == "where is the moon"


@pytest.mark.parametrize(("length", "kept"), [(80, 80), (81, 80), (5_000, 80)])
def test_a_label_is_at_most_80_characters(length: int, kept: int) -> None:
    cut = label("x" * length)
    assert (len(cut), LABEL_WIDTH) == (kept, 80)
    assert cut.endswith("…") == (length > 80)


@pytest.mark.parametrize("thing", [None, 5, ["a"], {"a": 1}, b"a", ""])
def test_what_is_no_text_has_no_label(thing: object) -> None:
    assert label(thing) == ""
