"""A sequence that comes to a column, or leaves one: as long as it is a column's, it belongs to the table's owner."""

from __future__ import annotations

import pytest

from tests.database.test_grants import make_roles
from tests.migration import Migration, build_directly, declare
from tests.servers import Server

TABLES = "[tables.room]\n{}[tables.room.columns]\nid = 'int'\nno = 'int'\n[tables.hall.columns]\nid = 'int'\n"
SEQUENCES = {
    "free": "",
    "given back": "owner = '@database'\n",
    "given away": "owner = 'g_clerk'\n",
    "of a column": "owned_by = 'room.id'\n",
    "of another column": "owned_by = 'room.no'\n",
    "of a table of the database's owner": "owned_by = 'hall.id'\n",
}


def _declared(owner: str, sequence: str) -> dict[str, str]:
    return {"public.toml": TABLES.format(owner) + f"[sequences.parcel]\n{sequence}"}


MOVES = [
    ("of a column", "free"),
    ("of a column", "given back"),
    ("of a column", "given away"),
    ("given back", "of a column"),
    ("given away", "of a column"),
    ("of a column", "of another column"),
    ("of a column", "of a table of the database's owner"),
    ("of a table of the database's owner", "of a column"),
]


@pytest.mark.in_turn(4)
@pytest.mark.parametrize("owner", ["owner = 'g_app'\n", "owner = '@database'\n"], ids=["of a role", "of the database"])
@pytest.mark.parametrize(("old", "new"), MOVES)
def test_it_belongs_to_whom_a_direct_build_gives_it(newest: Server, owner: str, old: str, new: str) -> None:
    make_roles(newest)
    before, after = (declare(_declared(owner, SEQUENCES[side])) for side in (old, new))
    migration = Migration(newest.scratch())
    with newest.database() as live, newest.database() as wanted:
        build_directly(live, before)
        build_directly(wanted, after)
        start = newest.dump(live)
        plan = migration.plan(live, after)
        migration.apply(live, plan)
        assert newest.dump(live) == newest.dump(wanted)
        assert not migration.plan(live, after).steps
        migration.apply(live, migration.plan_back(live, plan))
        assert newest.dump(live) == start
