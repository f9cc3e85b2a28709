"""The tests' own safety: nothing finds the developer's transcripts."""

from __future__ import annotations

import os
from pathlib import Path

from parsers.roots import config_roots


def test_home_and_config_are_temporary(isolated_home: Path) -> None:
    assert Path.home() == isolated_home
    assert config_roots([], os.environ) == (isolated_home / "claude",)
    assert not (isolated_home / "claude").exists()
