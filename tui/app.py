"""The screen's application."""

from __future__ import annotations

from pathlib import Path

from meter.rates import RateTable


def run(path: Path, rates: RateTable, *, keep_labels: bool) -> int:
    raise NotImplementedError(path, rates, keep_labels)
