"""Values that entries of several kinds have."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Enabled = Literal["origin", "disabled", "replica", "always"]


class Secret(BaseModel):
    """A value that only the environment of `faberdb apply` knows."""

    model_config = ConfigDict(extra="forbid")

    env: str
    """Name of the environment variable."""


Values = dict[str, str | int | float | bool | Secret]
"""Options as a declaration writes them."""

Setting = str | int | float | bool

Options = dict[str, str | int | float | bool]
