"""Random servers: roles with their memberships and settings, tablespaces, privileges on parameters, and a table or two
that belong to them, lie in them and are open to them. A role or tablespace is known by a number, so that its name can
change without its use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, TypeVar

import tomli_w
from hypothesis import strategies as st

from faberdb_providers.postgres.names import ident

T = TypeVar("T")
NAMES = ["shop", "reader", "clerk", "boss", "Night Job", "it's", "select", "straße", "a.dot", "fast", "slow", "archive"]
ATTRIBUTES: list[dict[str, Any]] = [
    {"login": True},
    {"createdb": True},
    {"createrole": True},
    {"inherit": False},
    {"replication": True},
    {"bypassrls": True},
    {"connection_limit": 7},
    {"valid_until": "2030-06-30"},
    {"settings": {"statement_timeout": "5s"}},
    {"settings": {"search_path": '"$user", public', "work_mem": "32MB"}},
    {"database_settings": {"lock_timeout": "1s"}},
    {"comment": 'it\'s "quoted"'},
]
SPACES: list[dict[str, Any]] = [{}, {"options": {"random_page_cost": 1.1}}, {"comment": "On the new disks"}]
PARAMETERS = ["work_mem", "log_min_duration_statement", "shop.region"]
TABLES = ["sale", "customer"]


@dataclass
class World:
    """What one server holds. Of tables: the numbers of their owner and tablespace, and who may do what."""

    roles: dict[int, dict[str, Any]] = field(default_factory=dict)
    members: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    spaces: dict[int, dict[str, Any]] = field(default_factory=dict)
    parameters: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pair:
    """Two schema files: what there is, and what is wanted."""

    before: str
    after: str

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(f"\n===== before =====\n{self.before}\n===== after =====\n{self.after}")


class _Draw:
    def __init__(self, draw: st.DrawFn, major: int) -> None:
        self.draw, self.major, self.last = draw, major, 0

    def pick(self, choices: Sequence[T]) -> T:
        return self.draw(st.sampled_from(choices))

    def one_in(self, count: int) -> bool:
        return self.draw(st.integers(1, count)) == count

    def merged(self, choices: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(self.draw(st.integers(0, 3))):
            found |= self.pick(choices)
        return found

    def new(self, world: World) -> int:
        """The number of something new, with a name that nothing has or had."""
        self.last += 1
        free = [name for name in NAMES if name not in world.names.values()]
        world.names[self.last] = self.pick(free)
        return self.last


@st.composite
def pairs(draw: st.DrawFn, major: int) -> Pair:
    """Two related servers of this major."""
    d, before = _Draw(draw, major), World()
    for _ in range(draw(st.integers(1, 8))):
        d.pick(MAKERS)(d, before)
    after = deepcopy(before)
    for _ in range(draw(st.integers(1, 4))):
        d.pick([*MAKERS, *EDITS])(d, after)
    return Pair(_text(before, {}), _text(after, before.names))


def _role(d: _Draw, world: World) -> None:
    if len(world.roles) < 4:
        world.roles[d.new(world)] = d.merged(ATTRIBUTES)


def _member(d: _Draw, world: World) -> None:
    """The newer one is a member of the older, so that none is one of its own."""
    ways = [(one, other) for one in world.roles for other in world.roles if one > other]
    if ways:
        choices: list[dict[str, Any]] = [{}, {"admin": True}]
        if d.major >= 16:
            choices += [{"inherit": False}, {"set": False}]
        world.members[d.pick(ways)] = d.pick(choices)


def _space(d: _Draw, world: World) -> None:
    if len(world.spaces) < 2:
        number = d.new(world)
        world.spaces[number] = {"location": f"/tmp/faberdb-random-HERE-{number}", **d.pick(SPACES)}
        _open(d, world, world.spaces[number], ["create"])


def _parameter(d: _Draw, world: World) -> None:
    if world.roles and d.major >= 15:
        option = " with grant option" if d.one_in(4) else ""
        privileges = d.pick([["set"], ["alter system"], ["set", "alter system"]])
        world.parameters[d.pick(PARAMETERS), d.pick(list(world.roles))] = [p + option for p in privileges]


def _table(d: _Draw, world: World) -> None:
    table = world.tables.setdefault(d.pick(TABLES), {"owner": 0, "grants": {}})
    _open(d, world, table, ["select", "insert"])
    table["tablespace"] = d.pick([0, *world.spaces])


def _open(d: _Draw, world: World, thing: dict[str, Any], privileges: list[str]) -> None:
    thing["owner"] = d.pick([0, *world.roles])
    readers = [role for role in world.roles if role != thing["owner"] and d.one_in(3)]
    thing["grants"] = {role: [d.pick(privileges)] for role in readers}


def _rename(d: _Draw, world: World) -> None:
    if there := [*world.roles, *world.spaces]:
        number = d.pick(there)
        free = [name for name in NAMES if name not in world.names.values()]
        world.names[number] = d.pick(free)


def _change(d: _Draw, world: World) -> None:
    if world.roles:
        world.roles[d.pick(list(world.roles))] = d.merged(ATTRIBUTES)


def _change_space(d: _Draw, world: World) -> None:
    if world.spaces:
        number = d.pick(list(world.spaces))
        world.spaces[number] = {"location": world.spaces[number]["location"], **d.pick(SPACES)}
        _open(d, world, world.spaces[number], ["create"])


def _leave(d: _Draw, world: World) -> None:
    if world.members:
        del world.members[d.pick(list(world.members))]


def _drop_role(d: _Draw, world: World) -> None:
    if not world.roles:
        return
    gone = d.pick(list(world.roles))
    del world.roles[gone]
    world.members = {pair: spec for pair, spec in world.members.items() if gone not in pair}
    world.parameters = {key: held for key, held in world.parameters.items() if key[1] != gone}
    for thing in [*world.tables.values(), *world.spaces.values()]:
        thing["grants"].pop(gone, None)
        thing["owner"] = 0 if thing["owner"] == gone else thing["owner"]


def _drop_space(d: _Draw, world: World) -> None:
    if world.spaces:
        gone = d.pick(list(world.spaces))
        del world.spaces[gone]
        for table in world.tables.values():
            table["tablespace"] = 0 if table["tablespace"] == gone else table["tablespace"]


def _drop_table(d: _Draw, world: World) -> None:
    if world.tables:
        del world.tables[d.pick(list(world.tables))]


MAKERS = [_role, _role, _member, _member, _space, _parameter, _table]
EDITS = [_rename, _change, _change, _change_space, _leave, _drop_role, _drop_space, _drop_table]


def _text(world: World, earlier: Mapping[int, str]) -> str:
    name = world.names

    def renamed(number: int) -> dict[str, str]:
        old = earlier.get(number, name[number])
        return {"renamed_from": old} if old != name[number] else {}

    def opened(thing: Mapping[str, Any]) -> dict[str, Any]:
        held = {name[role]: privileges for role, privileges in thing["grants"].items()}
        return {"owner": name[thing["owner"]] if thing["owner"] else "@database", "grants": held}

    roles = {name[n]: {**spec, **renamed(n), "member_of": {}} for n, spec in world.roles.items()}
    for (member, above), spec in world.members.items():
        roles[name[member]]["member_of"][name[above]] = spec
    spaces = {name[n]: {**spec, **renamed(n), **opened(spec)} for n, spec in world.spaces.items()}
    parameters = {f"{what} to {ident(name[role])}": held for (what, role), held in world.parameters.items()}
    tables = {}
    for called, table in world.tables.items():
        lies = {"tablespace": name[table["tablespace"]]} if table["tablespace"] else {}
        tables[called] = {**opened(table), **lies, "columns": {"id": "bigint"}}
    parts = {"roles": roles, "tablespaces": spaces, "parameter_privileges": parameters, "tables": tables}
    return tomli_w.dumps({"schema": "public", **{key: part for key, part in parts.items() if part}})
