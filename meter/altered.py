"""The tokens of a turn, had its cache or its prompt been another."""

from __future__ import annotations

from parsers.turns import Usage


def cold_start(usage: Usage, *, one_hour: bool) -> Usage:
    """Return the usage of a turn that writes what it would have read, into this bucket."""
    read = usage.cache_read
    if not read:
        return usage
    one_hour_writes = usage.write_1h + (read if one_hour else 0)
    return Usage(usage.input, usage.output, usage.cache_creation + read, one_hour_writes, 0, usage.web_searches)


def warm_start(usage: Usage, resent: int) -> Usage:
    """Return the usage of a turn that reads from the cache all that the turn before had sent already."""
    missed = resent - usage.cache_read
    if missed <= 0:
        return usage
    rest = _shortened(usage, missed)
    read = usage.cache_read + missed
    return Usage(rest.input, usage.output, rest.cache_creation, rest.one_hour, read, usage.web_searches)


def without(usage: Usage, start: int, end: int) -> Usage:
    """Return the usage of a prompt that lacks the positions from ``start`` up to ``end``."""
    gone = min(usage.context, end) - start
    if gone <= 0:
        return usage
    read = max(0, min(usage.cache_read, end) - start)
    rest = _shortened(usage, gone - read)
    left = usage.cache_read - read
    return Usage(rest.input, usage.output, rest.cache_creation, rest.one_hour, left, usage.web_searches)


def smaller(usage: Usage, percent: int) -> Usage:
    """Return the usage of a prompt that is this much smaller in all its parts."""
    kept = 100 - percent
    write_5m, write_1h = usage.write_5m * kept // 100, usage.write_1h * kept // 100
    read = usage.cache_read * kept // 100
    return Usage(usage.input * kept // 100, usage.output, write_5m + write_1h, write_1h, read, usage.web_searches)


def _shortened(usage: Usage, tokens: int) -> Usage:
    """Take tokens from the start of what was not read: what was written to the cache stands there, then the rest."""
    one_hour = min(usage.write_1h, tokens)
    five_minutes = min(usage.write_5m, tokens - one_hour)
    return Usage(
        input=usage.input - (tokens - one_hour - five_minutes),
        cache_creation=usage.cache_creation - one_hour - five_minutes,
        one_hour=usage.write_1h - one_hour,
    )
