"""What a person can set, and where it comes from: a TOML file in the platform's configuration directory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal

from platformdirs import user_config_path

from meter.budget import Budgets
from meter.level import DEFAULT_LEVELS, Entry, LevelSettings
from meter.settings import MeterSettings
from parsers.labels import clean

Billing = Literal["api", "subscription"]


class SettingsError(Exception):
    """The settings file cannot be used; the message names the file, the line and the key."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; the names are the keys of the file."""

    horizon_turns: int = DEFAULT_LEVELS.horizon
    """Turns over which savings are judged."""
    watch_factor: float = DEFAULT_LEVELS.watch.factor
    """How many times a fresh turn a turn costs when the level becomes watch..."""
    watch_saving: float = DEFAULT_LEVELS.watch.saving
    """...and the dollars that /clear or /compact must save over the horizon."""
    watch_context: float | None = DEFAULT_LEVELS.watch.context
    """Share of the auto-compaction point at which the level becomes watch; 0 turns it off."""
    act_factor: float = DEFAULT_LEVELS.act.factor
    act_saving: float = DEFAULT_LEVELS.act.saving
    act_context: float | None = DEFAULT_LEVELS.act.context
    switch_to: tuple[str, ...] = ()
    """Models that a switch may go to; empty: the newest Haiku, Sonnet and Opus."""
    budget_turn: float | None = None
    """Dollars; a nudge says when a turn, a session or a day passes them."""
    budget_session: float | None = None
    budget_day: float | None = None
    billing: Billing = "api"
    """With "subscription" nudges speak of tokens first and dollars last."""
    toasts: bool = True
    """Announce a crossed level on the screen."""
    bell: bool = False
    """Ring the terminal's bell for it, when the terminal is not focused."""
    notify: bool = False
    """Send a desktop notification (OSC 9) for it, when the terminal is not focused."""
    titles: bool = True
    """Keep and show short labels of the transcript's text."""
    ascii: bool = False
    """Draw nothing but ASCII, as --ascii does."""
    theme: str = "tab-dark"
    """Any theme of the command palette; tab-dark and tab-light are ours."""
    origin: Path | None = field(default=None)
    """The file that was read."""
    given: frozenset[str] = frozenset()
    """Keys that the file sets."""

    @property
    def meter(self) -> MeterSettings:
        watch = Entry(self.watch_factor, self.watch_saving, self.watch_context or None)
        act = Entry(self.act_factor, self.act_saving, self.act_context or None)
        return MeterSettings(LevelSettings(self.horizon_turns, watch, act), self.budgets, self.switch_to)

    @property
    def budgets(self) -> Budgets:
        return Budgets(self.budget_turn, self.budget_session, self.budget_day)

    def rows(self) -> Iterator[tuple[str, object, str]]:
        """Return every key with its value and where that comes from."""
        for name in KEYS:
            source = str(self.origin) if name in self.given else "default"
            yield name, getattr(self, name), source


DEFAULTS = Settings()
KEYS = tuple(entry.name for entry in fields(Settings) if entry.name not in ("origin", "given"))


def settings_path() -> Path:
    """Return where the settings file lies, if there is one."""
    return user_config_path("runningtab") / "settings.toml"


def load_settings(path: Path | None = None) -> Settings:
    """Return the settings in force; raises SettingsError when the file is there but cannot be used."""
    path = path or settings_path()
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 text") from error
    from tui.settings_file import read_settings  # pydantic loads slowly: only a file that is there pays for it

    return read_settings(text, path)


def written(value: object) -> str:
    """Write a value as the file would, so that it is read again as the same one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{"".join(_escaped(char) for char in value)}"'
    if isinstance(value, tuple):
        return "[" + ", ".join(written(item) for item in value) + "]"
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return str(value)


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return char if char.isprintable() else f"\\U{ord(char):08x}"


def settings_text(settings: Settings, environ: Mapping[str, str]) -> str:
    """Return what ``runningtab settings`` prints: every key, what is in force, and from where; a settings file."""
    file = settings.origin or settings_path()
    there = "" if settings.origin else " (not there: all defaults)"
    rows = [
        # TOML has no word for "off": such a key stands as a remark, with a value that could be given.
        (name, written(value), source) if value is not None else (f"# {name}", _EXAMPLES[name], "off")
        for name, value, source in settings.rows()
    ]
    width = max(len(name) for name, _, _ in rows)
    room = max(len(value) for _, value, _ in rows)
    remarks = {"default": "default", "off": "off, default"}
    lines = [f"# {clean(str(file))}{there}"]
    lines += [
        f"{name:<{width}} = {value:<{room}}  # {remarks.get(source, 'set in the file')}" for name, value, source in rows
    ]
    prices = user_config_path("runningtab") / "prices.json"
    lines.append(f"# own prices: {clean(str(prices))}{'' if prices.exists() else ' (not there)'}")
    lines.append(f"# Claude Code: {clean(environ.get('CLAUDE_CONFIG_DIR') or '~/.claude, ~/.config/claude')}")
    return "\n".join(lines) + "\n"


_EXAMPLES = {"budget_turn": "0.5", "budget_session": "10", "budget_day": "30"}
