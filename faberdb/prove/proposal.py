"""What a plan document is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from faberdb.canon.forms import Form
from faberdb.model import Address, Change, Kept, KeptBytes, Object, Pending, Step, Unmanaged
from faberdb.prove.proof import Proof


class Proposal(NamedTuple):
    """Proven steps, what they start from and what they lead to.

    live: the managed catalogue the plan starts from, under its own names; start: the same once renames that come
    first are done. expected: the managed catalogue after the plan.
    digests and fresh: what the declaration said, by address, and canonical forms learned on the way. protection: what
    is declared to be protected, and what is declared not to be. stages: the managed catalogue after each transaction
    but the last. pending: changes that are held back because they are too risky.
    kept_bytes: how much goes to quarantine; None where nothing does, or nobody could tell.
    despite_drop: something goes there although what is dropped is to be destroyed.
    """

    live: Mapping[Address, Object]
    start: Mapping[Address, Object]
    expected: Mapping[Address, Object]
    changes: Mapping[Address, Change]
    renames: tuple[tuple[Object, Object], ...]
    steps: tuple[Step, ...]
    rollback: tuple[Step, ...]
    kept: tuple[Kept, ...]
    proof: Proof | None
    unmanaged: tuple[Unmanaged, ...]
    digests: Mapping[Address, str]
    fresh: Mapping[str, Form]
    protection: Mapping[Address, bool] = {}
    stages: Mapping[int, Mapping[Address, Object]] = {}
    pending: tuple[Pending, ...] = ()
    kept_bytes: KeptBytes | None = None
    despite_drop: bool = False
