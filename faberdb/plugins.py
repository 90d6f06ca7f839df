"""The only door from the engine to providers, state stores, handlers and backups: entry points, built-ins included."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

from faberdb.errors import ConfigError


def load(group: str, name: str, setting: str) -> Any:
    """What the entry point `name` of the group stands for. setting: the key that asked for it, for messages.

    Raises ConfigError naming those that are installed.
    """
    found = entry_points(group=group)
    for entry in found:
        if entry.name == name:
            return entry.load()
    known = ", ".join(sorted(entry.name for entry in found)) or "none"
    raise ConfigError(
        f"`{name}`, asked for by {setting}, is not installed",
        advice=f"installed are: {known}",
    )


def names(group: str) -> list[str]:
    """The names of all entry points of the group."""
    return sorted(entry.name for entry in entry_points(group=group))


def every(group: str) -> list[Any]:
    """What all entry points of the group stand for."""
    return [entry.load() for entry in sorted(entry_points(group=group), key=lambda entry: entry.name)]
