"""What the tables of faberdb.toml have in common."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|h)\Z")


def seconds(text: str) -> float:
    """`500ms`, `2s`, `5min` or `1h` in seconds; raises ValueError for anything else."""
    match = _DURATION.match(text)
    if match is None:
        raise ValueError('write a duration with its unit: "500ms", "2s", "5min", "1h"')
    return float(match[1]) * _UNITS[match[2]]


def _duration(text: str) -> str:
    seconds(text)
    return text


Duration = Annotated[
    str, AfterValidator(_duration), Field(json_schema_extra={"pattern": r"^\d+(\.\d+)?\s*(ms|s|min|h)$"})
]


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)
