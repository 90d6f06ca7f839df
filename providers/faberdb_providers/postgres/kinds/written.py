"""How a kind names the model of its TOML entry without loading it: half of the kinds are mentioned in no file of most
projects, and to make a pydantic model takes longer than to load a kind."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Written:
    """The model `name` of a module of `specs`, made when it is first asked for."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name

    def __get__(self, kind: object, owner: type) -> Any:
        return getattr(import_module(f"faberdb_providers.postgres.specs.{self.module}"), self.name)


def written(module: str, name: str) -> Any:
    return Written(module, name)
