"""The files of the catalogue, read."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from faberdb.model import Explanation, Risk


def catalogue() -> dict[str, Explanation]:
    """Every hazard, by code."""
    files = sorted(Path(__file__).parent.glob("FDB*.toml"))
    return {found.code: found for found in map(_read, files)}


@cache
def level_of(code: str) -> Risk | None:
    """The least risk of a step that carries a hazard of a code. A plan has a few of more than a hundred."""
    return next((_read(file).level for file in Path(__file__).parent.glob(f"{code}_*.toml")), None)


def _read(file: Path) -> Explanation:
    said: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
    level, tools = Risk[said.pop("level").upper()], tuple(said.pop("tools"))
    texts = {key: text.strip() for key, text in said.items() if key != "rules"}
    return Explanation(**texts, level=level, tools=tools)
