"""What an entry says of an object besides itself: comments, owner, privileges, labels, the extensions it goes with."""

from __future__ import annotations

from collections.abc import Iterator

from faberdb.model import Address, Object, Place
from faberdb_providers.postgres.kinds.acl import OWNER
from faberdb_providers.postgres.kinds.along import comment_on, depending_on, grants_on, labels_on, owned_by, part_of
from faberdb_providers.postgres.specs.base import (
    BareSpec,
    DependentSpec,
    FixedOwnedSpec,
    FixedSpec,
    GrantableSpec,
    LabelledSpec,
    RelationSpec,
)


def said_besides(spec: BareSpec, address: Address, place: Place) -> Iterator[Object]:
    """The objects that an entry declares on the one of this address. Raises ValueError."""
    if isinstance(spec, FixedSpec):
        yield from comment_on(address, spec.comment, place)
        for part, text in spec.part_comments.items():
            yield from comment_on(Address(*part_of(part, address)), text, place, address)
    owner = spec.owner if isinstance(spec, FixedOwnedSpec) else None
    if owner:
        yield owned_by(address, owner, place)
    if isinstance(spec, GrantableSpec):
        if owner in spec.grants:
            raise ValueError(f"{owner} owns it, so what it may do there is said of `{OWNER}`")
        yield from grants_on(address, spec.grants, place)
    if isinstance(spec, LabelledSpec):
        yield from labels_on(address, spec.security_labels, place)
    if isinstance(spec, DependentSpec):
        yield from depending_on(address, spec.depends_on_extensions, place)
    if isinstance(spec, RelationSpec):
        for column, text in spec.column_comments.items():
            yield from comment_on(Address("column", (*address.path, column)), text, place, address)
        for column, grants in spec.column_grants.items():
            yield from grants_on(Address("column", (*address.path, column)), grants, place, address)
        for column, labels in spec.column_security_labels.items():
            yield from labels_on(Address("column", (*address.path, column)), labels, place, address)
