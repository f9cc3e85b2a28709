"""What all tests share: no test sees the developer's own home, configuration or transcripts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "runningtab",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
settings.load_profile("runningtab")

SHARED = Path(os.environ.get("RUNNINGTAB_SHARED") or Path(__file__).resolve().parents[2] / "shared") / "transcripts"


@pytest.fixture(autouse=True)
def isolated_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point home, configuration and Claude Code's directory to an empty folder of the test's own."""
    home = tmp_path_factory.mktemp("home")
    for name in ("CLAUDE_CONFIG_DIR", "XDG_CONFIG_HOME", "NO_COLOR", "TEXTUAL_ANIMATIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(home / "claude"))
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    return home
