"""By what subscribers know the rows of a table again; https://www.postgresql.org/docs/current/sql-altertable.html

It is a table's, but one that goes by an index can only be chosen once that index is there: then it is said right after
the index is made, and once more whenever the index is made anew, since the server forgets it with the index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from faberdb.model import Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.names import dotted, ident, qualified

_INDEX = "index "
_OTHERWISE = Hazard(
    codes.REPLICA_IDENTITY, "subscribers and change capture are told rows by other columns", in_use=True
)


def identity_change(
    before: Object | None, after: Object, work: Work, inlined: Sequence[Object] = ()
) -> Iterator[Statement]:
    """What gives a table its replica identity, if that need not wait for an index. inlined: what was made with it."""
    identity = after.attributes.get("replica_identity")
    if identity == (before.attributes.get("replica_identity") if before else None):
        return
    if _later(identity, before, after, work, inlined):
        return
    name = str(identity).removeprefix(_INDEX)
    words = f"USING INDEX {ident(name)}" if name != identity and identity else str(identity or "default").upper()
    yield Statement(f"ALTER TABLE {qualified(after.address)} REPLICA IDENTITY {words}", Risk.CAUTION, (_OTHERWISE,))


def identified_by(index: Object, work: Work) -> Iterator[Statement]:
    """The same for an index, or the index of a key, that was made just now."""
    table = work.after(index.parent) if index.parent else None
    name = index.address.path[-1]
    if table is not None and table.attributes.get("replica_identity") == _INDEX + name:
        yield Statement(
            f"ALTER TABLE {dotted(*table.address.path)} REPLICA IDENTITY USING INDEX {ident(name)}", Risk.CAUTION
        )


def _later(identity: str | None, before: Object | None, after: Object, work: Work, inlined: Sequence[Object]) -> bool:
    """Whether the index comes by a statement of its own. One that is no object of ours came with that of the table
    above."""
    if not (identity or "").startswith(_INDEX):
        return False
    here = inlined if before is None else work.children(after.address, after=False)
    named = [{o.address.path[-1] for o in objects} for objects in (here, work.children(after.address, after=True))]
    return str(identity).removeprefix(_INDEX) in named[1] - named[0]
