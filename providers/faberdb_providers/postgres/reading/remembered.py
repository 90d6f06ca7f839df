"""A catalogue as bytes, to be remembered from one run to the next: read back several times faster than it is put
together from what the server answers."""

from __future__ import annotations

import marshal
from typing import NamedTuple

from faberdb.model import Address, Catalogue, Object, Unmanaged

NOWHERE = -1


def pack(catalogue: Catalogue) -> bytes:
    """The catalogue as bytes that `unpack` reads again. Addresses stand in them once, and elsewhere by their number."""
    numbers: dict[Address, int] = {}

    def number(address: Address) -> int:
        return numbers.setdefault(address, len(numbers))

    for address in catalogue.objects:
        number(address)
    objects = [
        (o.attributes, NOWHERE if o.parent is None else number(o.parent), [number(r) for r in o.references])
        for o in catalogue.objects.values()
    ]
    unmanaged = [(item.what, item.name, item.reason) for item in catalogue.unmanaged]
    addresses = [(address.kind, address.path) for address in numbers]
    return marshal.dumps((addresses, objects, unmanaged, list(catalogue.casts), catalogue.version))


def unpack(data: bytes) -> Catalogue:
    """The catalogue that was packed. Only for bytes that are known to be what `pack` wrote."""
    # It makes plain values and runs nothing. What is read lies in the own cache folder, in a file that nobody else may
    # write, as its digest does; the digest finds what was torn. JSON would take several times as long.
    known, rows, unmanaged, casts, version = marshal.loads(data)  # noqa: S302
    addresses = [Address(kind, path) for kind, path in known]
    objects = {
        address: Object(
            address,
            attributes,
            None if parent == NOWHERE else addresses[parent],
            frozenset([addresses[reference] for reference in references]),
        )
        for address, (attributes, parent, references) in zip(addresses, rows, strict=False)
    }
    return Catalogue(objects, tuple(Unmanaged(*item) for item in unmanaged), frozenset(casts), version)


class Remembered(NamedTuple):
    """What a snapshot held, in place of another one. digest: of the snapshot; packed: its catalogue."""

    digest: str
    packed: bytes

    def catalogue(self) -> Catalogue:
        return unpack(self.packed)
