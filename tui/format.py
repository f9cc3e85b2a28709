"""How money, tokens, shares and times are written: the only place that does."""

from __future__ import annotations

from datetime import timedelta

from meter.money import PICO_PER_DOLLAR, Certainty, Pico

_CENT = PICO_PER_DOLLAR // 100
_HUNDREDTH_CENT = _CENT // 100

MARKS = {Certainty.EXACT: "", Certainty.ESTIMATED: "≈ ", Certainty.LOWER_BOUND: "≥ ", Certainty.UNPRICED: ""}


def money(amount: Pico) -> str:
    """Write an amount: cents; below a cent hundredths of one; from $10,000 in thousands."""
    if amount < 0:
        return "-" + money(-amount)
    if amount == 0:
        return "$0"
    cents = _rounded(amount, _CENT)
    if amount < _CENT and (fine := _rounded(amount, _HUNDREDTH_CENT)) < 100:
        return f"${fine / 10_000:.4f}" if fine else "<$0.0001"
    if cents < 1_000_000:
        return f"${cents // 100:,}.{cents % 100:02d}"
    return f"${cents / 100_000:,.1f}K"


def axis_money(dollars: float) -> str:
    """Write a round amount beside a grid line, in six cells at most."""
    if dollars >= 10_000:
        return f"${dollars / 1_000:g}K"
    if dollars == int(dollars):
        return f"${dollars:,.0f}"
    return f"${dollars:.2f}" if dollars >= 0.01 else f"${dollars:.4f}".replace("$0.", "$.")


def exact_money(amount: Pico) -> str:
    """Write an amount with four decimals, as on a receipt."""
    if amount < 0:
        return "-" + exact_money(-amount)
    fine = _rounded(amount, _HUNDREDTH_CENT)
    if amount and not fine:
        return "<$0.0001"
    return f"${fine // 10_000:,}.{fine % 10_000:04d}"


def rate(price: Pico) -> str:
    """Write a price per token as the list does, in dollars per million tokens."""
    micro = f"{price // 10**6}.{price % 10**6:06d}".rstrip("0")
    whole, _, cents = micro.partition(".")
    return f"${whole}.{cents:<02}/M" if len(cents) < 2 else f"${micro}/M"


def sum_of_money(amount: Pico, certainty: Certainty, unpriced_turns: int = 0, priced_turns: int = 1) -> str:
    """Write a sum with how sure it is; turns without a price are counted beside it."""
    if not unpriced_turns:
        return MARKS[certainty] + money(amount)
    beside = f"{unpriced_turns} unpriced {plural(unpriced_turns, 'turn')}"
    return f"{money(amount)} + {beside}" if priced_turns else f"? ({beside})"


def tokens(count: int) -> str:
    """Write a token count with one decimal and a capital letter from a thousand on."""
    if count < 1_000:
        return str(count)
    for size, letter in ((10**3, "K"), (10**6, "M")):
        if count < 999_950 * size // 1_000:
            return f"{count / size:.1f}{letter}"
    return f"{count / 10**9:.1f}B"


def window(count: int) -> str:
    """Write a window's size, which is a round number."""
    return tokens(count).replace(".0", "")


def share(part: float) -> str:
    """Write a share: whole percents, one decimal near the ends."""
    percent = part * 100
    near_an_end = 99 <= percent < 100 or 0 < percent < 1
    if near_an_end:
        return f"{min(percent, 99.9):.1f}%" if percent >= 99 else f"{max(percent, 0.1):.1f}%"
    return f"{percent:.0f}%"


def whole_share(part: int, whole: int) -> str:
    """Write a share in whole percents; only all of it is 100%."""
    return f"{min(round(100 * part / whole), 99 if part < whole else 100)}%"


def span(length: timedelta) -> str:
    """Write a span of time in its one or two largest units."""
    seconds = max(0, round(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours}h {minutes:02d}m"
    return f"{hours // 24} days"


def ago(length: timedelta) -> str:
    """Write how long ago something was, in its largest unit."""
    seconds = max(0, int(length.total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit} ago"
    return "now"


def factor(times: float) -> str:
    """Write how many times something is: one decimal below a hundred."""
    return f"{times:.1f}x" if times < 99.95 else f"{times:,.0f}x"


def limit(times: float) -> str:
    """Write a threshold of that kind, which is a round number: ``2x``, ``2.5x``."""
    return f"{times:g}x"


def bare_money(amount: Pico) -> str:
    """Write a small part of a sum whose dollar sign stands elsewhere: ``.28``, below a cent ``.005``."""
    if amount >= PICO_PER_DOLLAR:
        return money(amount).removeprefix("$")
    if amount < _CENT:
        thousandths = _rounded(amount, _CENT // 10)
        return f".{thousandths:03d}" if thousandths else "0"
    return f"{_rounded(amount, _CENT) / 100:.2f}".lstrip("0") or "0"


def countdown(left: timedelta) -> str:
    """Write the time left: minutes and seconds, hours from one hour on."""
    seconds = max(0, int(left.total_seconds()))
    hours, rest = divmod(seconds, 3600)
    if hours:
        return f"{hours}:{rest // 60:02d}:{rest % 60:02d}"
    return f"{rest // 60}:{rest % 60:02d}"


def plural(count: int, word: str) -> str:
    return word if count == 1 else word + "s"


def _rounded(amount: Pico, unit: Pico) -> int:
    """Return the number of units, halves rounded up as on a bill."""
    return (2 * amount + unit) // (2 * unit)
