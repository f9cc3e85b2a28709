"""Bytes to lines, whatever the pieces; a line above the limit is dropped while it streams."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.lines import LINE_LIMIT, LineSplitter


def split(*chunks: bytes, limit: int = LINE_LIMIT) -> list[bytes]:
    splitter = LineSplitter(limit)
    return [line for chunk in chunks for line in splitter.feed(chunk)]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"a", []),
        (b"a\n", [b"a"]),
        (b"a\nb\n", [b"a", b"b"]),
        (b"a\nb", [b"a"]),
        (b"\n\n \n\t\n\r\n", []),
        (b"a\r\nb\r\n", [b"a", b"b"]),
        (b"\0\0\0a\n\0\n", [b"a"]),
        (b"\xef\xbb\xbfa\n", [b"a"]),
        (b"\0\xef\xbb\xbf\0a\n", [b"a"]),
        (b"\xef\xbb\xbf\n", []),
        (b" a b \n", [b"a b"]),
        (b"a\0b\n", [b"a\0b"]),
    ],
)
def test_lines_come_without_their_ends_and_blank_ones_are_left_out(data: bytes, lines: list[bytes]) -> None:
    assert split(data) == lines


@given(st.lists(st.sampled_from([b"", b"a", b"bc\r", b"\0", b"\n", b"\n\n", b"\xef\xbb\xbf", b" "]), max_size=12))
def test_the_pieces_make_no_difference(chunks: list[bytes]) -> None:
    whole = b"".join(chunks)
    one, other = LineSplitter(), LineSplitter()
    assert [line for chunk in chunks for line in one.feed(chunk)] == other.feed(whole)
    assert one.tail() == other.tail()


def test_the_tail_is_the_unfinished_line() -> None:
    splitter = LineSplitter()
    splitter.feed(b"a\n\0 b")
    assert splitter.tail() == b"b"
    assert splitter.feed(b"c\n") == [b"bc"]
    assert splitter.tail() == b""


def test_cut_forgets_the_unfinished_line() -> None:
    splitter = LineSplitter()
    splitter.feed(b"old")
    splitter.cut()
    assert splitter.feed(b"new\n") == [b"new"]


@pytest.mark.parametrize(
    ("chunks", "lines", "dropped"),
    [
        ((b"12345\n",), [b"12345"], (0, 0)),
        ((b"123456\n",), [], (1, 6)),
        ((b"123456\nab\n",), [b"ab"], (1, 6)),
        ((b"123", b"456", b"789\n", b"ab\n"), [b"ab"], (1, 9)),
        ((b"123456", b"7\n123456\n"), [], (2, 13)),
        ((b"12345", b"\n"), [b"12345"], (0, 0)),
        ((b"1234567890",), [], (1, 10)),
    ],
)
def test_a_line_above_the_limit_is_dropped_and_counted_with_its_size(
    chunks: tuple[bytes, ...], lines: list[bytes], dropped: tuple[int, int]
) -> None:
    splitter = LineSplitter(limit=5)
    assert [line for chunk in chunks for line in splitter.feed(chunk)] == lines
    assert (splitter.dropped_lines, splitter.dropped_bytes) == dropped


def test_a_line_above_the_limit_is_never_buffered() -> None:
    splitter = LineSplitter(limit=5)
    splitter.feed(b"123456789")
    assert splitter.tail() == b""
    splitter.feed(b"more")
    assert splitter.tail() == b""


def test_cut_ends_a_line_that_is_being_dropped() -> None:
    splitter = LineSplitter(limit=5)
    splitter.feed(b"123456789")
    splitter.cut()
    assert splitter.feed(b"new\n") == [b"new"]


def test_the_limit_is_64_megabytes() -> None:
    assert LINE_LIMIT == 64 * 2**20
