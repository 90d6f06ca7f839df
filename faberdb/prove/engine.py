"""The part of a provider that planning needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from faberdb.model import Address, Change, Kept, Kind, Object, Statement, Unmanaged, Work


class Engine(Protocol):
    """The part of a provider that planning needs."""

    @property
    def kinds(self) -> Sequence[Kind]: ...
    def complete(self, declared: Mapping[Address, Object]) -> dict[Address, Object]: ...
    def platform(self, address: Address) -> bool: ...
    def left_alone(
        self, declared: Mapping[Address, Object], live: Mapping[Address, Object]
    ) -> Mapping[Address, Unmanaged | None]: ...
    def place_for(self, change: Change, form: str, number: int, work: Work) -> Kept | None: ...
    def prepare(self, kept: Iterable[Kept]) -> Iterable[Statement]: ...
