"""How a child table goes to quarantine and comes back, or goes to other tables: it leaves the tables above it, which
would still show its rows, and yet what it has from them must not become its own, which is what NO INHERIT alone would
make of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from faberdb.model import Address, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.lineage import Objects, all_above, shared
from faberdb_providers.postgres.names import dotted, ident, object_name, qualified, resolve


def leave(obj: Object, place: str, work: Work) -> Iterator[Statement]:
    """Put an empty table of the same shape in the place of each table above."""
    for parent, stand_in in stand_ins(obj, obj.attributes.get("inherits", ()), place):
        yield from left_for(obj, parent, stand_in, work)


def left_for(obj: Object, parent: str, stand_in: str, work: Work) -> Iterator[Statement]:
    """Put an empty table of the same shape in the place of one of the tables above."""
    alter = f"ALTER TABLE {qualified(obj.address)}"
    yield Statement(f"CREATE TABLE {stand_in} (LIKE {parent} INCLUDING CONSTRAINTS INCLUDING GENERATED)")
    for name, check in shared(obj, work, "check").items():
        here = check.parent is not None and qualified(check.parent) == parent
        if here and check.attributes.get("not_valid"):  # LIKE makes it valid, which that of the child is not
            of = f"ALTER TABLE {stand_in}"
            yield Statement(f"{of} DROP CONSTRAINT {ident(name)}")
            expression = check.attributes["expression"]
            yield Statement(f"{of} ADD CONSTRAINT {ident(name)} CHECK ({expression}) NOT VALID")
    yield Statement(f"{alter} INHERIT {stand_in}", Risk.CAUTION)
    yield no_inherit(obj, parent)


def no_inherit(obj: Object, parent: str) -> Statement:
    """NO INHERIT."""
    hazard = Hazard(
        codes.NO_INHERIT, "queries on the parent wait for a moment, and no longer find the rows of the child"
    )
    return Statement(f"ALTER TABLE {qualified(obj.address)} NO INHERIT {parent}", Risk.DANGEROUS, (hazard,))


JOINS = Hazard(codes.INHERIT, "it is locked for a moment; queries on the parent find its rows from then on")


def rejoin(obj: Object, place: str) -> Iterator[Statement]:
    """The way back of `leave`, once the table is in its schema again."""
    alter = f"ALTER TABLE {qualified(obj.address)}"
    for parent, stand_in in stand_ins(obj, obj.attributes.get("inherits", ()), place):
        yield Statement(f"{alter} INHERIT {parent}", Risk.DANGEROUS, (JOINS,))
        yield Statement(f"{alter} NO INHERIT {stand_in}", Risk.CAUTION)
        yield Statement(f"DROP TABLE {stand_in}")


def irreversible(before: Object, after: Object, live: Objects, target: Objects) -> str:
    """Why INHERIT or NO INHERIT will not do. A column or check that a table has of its own stays so beside what it
    inherits, and one that it had from above becomes its own, with no way back from there."""
    old, new = (set(o.attributes.get("inherits", ())) for o in (before, after))
    for kind in ("column", "check"):
        had, wanted = (_own(o.address, kind, side) for o, side in ((before, live), (after, target)))
        from_above = _inherited(after, kind, target)
        for name in sorted(from_above - wanted) if new - old else ():
            # DETACH makes its own what a partition had, and what it lacks it would have to be given as its own.
            if name in had or "partition_of" in before.attributes or name not in _inherited(before, kind, live):
                said = f"its {kind} {name} would not come from above alone"
                return f"{said}; it stays as it is if it is declared here too" if name in had else said
        for name in sorted(wanted - had) if old - new else ():
            if name in _inherited(before, kind, live):
                return f"its {kind} {name} would become its own, which nothing can take back"
    return ""


def _own(table: Address, kind: str, objects: Objects) -> set[str]:
    own = (a for a, o in objects.items() if o.parent == table and "inherited" not in o.attributes)
    return {a.path[-1] for a in own if a.kind == kind and not objects[a].attributes.get("no_inherit")}


def _inherited(table: Object, kind: str, objects: Objects) -> set[str]:
    return {name for parent in all_above(table, objects.get) for name in _own(parent.address, kind, objects)}


def stand_ins(obj: Object, parents: Sequence[str], place: str) -> Iterator[tuple[str, str]]:
    """Each of some tables above, in the order that counts, and what stands for it in a schema."""
    schema, name = obj.address.path
    for number, parent in enumerate(parents, 1):
        yield qualified(resolve(schema, parent)), dotted(place, object_name(name, "", f"faberdb_above{number}"))
