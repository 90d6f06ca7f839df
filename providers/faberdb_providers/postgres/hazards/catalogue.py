"""The files of the catalogue, read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from faberdb.model import Explanation, Risk


def catalogue() -> dict[str, Explanation]:
    """Every hazard, by code."""
    files = sorted(Path(__file__).parent.glob("FDB*.toml"))
    return {found.code: found for found in map(_read, files)}


def _read(file: Path) -> Explanation:
    said: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
    level, tools = Risk[said.pop("level").upper()], tuple(said.pop("tools"))
    texts = {key: text.strip() for key, text in said.items() if key != "rules"}
    return Explanation(**texts, level=level, tools=tools)
