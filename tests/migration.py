"""A migration from beginning to end in one process: TOML in, plan, apply, rollback; what the commands do, less the
terminal and the state file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from faberdb.apply.execute import Context, execute
from faberdb.canon.mentions import Mentions
from faberdb.declare.load import load
from faberdb.model import Address, Catalogue, Limits, Object, Step
from faberdb.plan.codec import from_json, to_json
from faberdb.plan.document import Evidence, Plan, replaced
from faberdb.plan.make import Heading, make_plan
from faberdb.plan.state import Record
from faberdb.prove.planner import Planner
from faberdb.prove.proposal import Proposal
from faberdb.prove.scratch import build
from faberdb_providers.postgres.kinds.subscription import NOWHERE
from faberdb_providers.postgres.provider import provider
from faberdb_providers.postgres.routines import resolved
from faberdb_providers.postgres.server_wide import Asked
from faberdb_providers.postgres.session import Session
from faberdb_providers.postgres.shadow import ScratchServer
from tests.servers import Server, rows

NOW = datetime(2026, 1, 1, tzinfo=UTC)
Declared = Mapping[Address, Object]
_EMPTY: dict[str, Catalogue] = {}


@dataclass(frozen=True)
class Migration:
    """Plans and applies against databases of one server, with one scratch server. asked: what it sees of the whole
    server. online: which live tables are changed so that nobody waits."""

    scratch: ScratchServer
    reverse_ties: bool = False
    full: bool = False
    asked: Asked | None = None
    online: Callable[[Set[Address]], Set[Address]] = lambda tables: frozenset()

    def plan(self, conninfo: str, declared: Declared, plan_id: str = "plan") -> Plan:
        """The proven plan that makes the database what is declared."""
        with opened(conninfo, asked=self.asked) as session:
            planner = self._planner(session)
            proposal = planner.declared(declared, {}, f"postgresql {session.version}")
            return _document(proposal, session, plan_id)

    def plan_towards(self, conninfo: str, other: str, plan_id: str = "plan") -> Plan:
        """The proven plan that makes the database what another one is."""
        with opened(other, asked=self.asked) as there:
            wanted = there.inspect().objects
        with opened(conninfo, asked=self.asked) as session:
            return _document(self._planner(session).canonical(wanted), session, plan_id)

    def apply(self, conninfo: str, plan: Plan, started: Callable[[Step], None] = lambda step: None) -> None:
        """Carry out the plan, after it has been written and read again as a file would be. started: told of each step
        before it runs."""
        text = to_json(plan)
        with opened(conninfo, read_only=False, asked=self.asked) as session:
            target = provider.target(session)
            secrets = {name: NOWHERE for step in plan.steps for name in step.statement.secrets}
            context = Context(
                "a test",
                NOW,
                text,
                Limits(),
                lambda objects: objects,
                lambda step, number, total: started(step),
                variables=secrets,
            )
            execute(from_json(text, "plan.json"), target, context)

    def plan_back(self, conninfo: str, plan: Plan | Record, plan_id: str = "back") -> Plan:
        """The plan that takes an applied plan back, or what a record says was done of one."""
        with opened(conninfo, asked=self.asked) as session:
            planner = self._planner(session)
            target = dict(planner.catalogue.objects)
            for difference in plan.differences:
                target.pop(difference.address, None)
                if difference.before is not None:
                    target[difference.address] = difference.before
            back = [(new, old) for old, new in reversed(plan.renames)]
            target, _ = planner.as_far_back(target)
            giving = {kept.address: kept for kept in plan.kept}
            anew = replaced(plan.differences, plan.kept)
            proposal = planner.towards(target, renames=back, renames_last=True, giving=giving, replaced=anew)
            return _document(proposal, session, plan_id, of_plan=plan.plan_id)

    def _planner(self, session: Session) -> Planner:
        number, catalogue = session.quarantine_number(), session.inspect()
        return Planner(
            provider,
            catalogue,
            lambda: self.scratch,
            number=number,
            full=self.full,
            reverse_ties=self.reverse_ties,
            held=partial(provider.held, session),
            online=self.online,
        )


def every(tables: Set[Address]) -> Set[Address]:
    """All of them, as if each were large and in use."""
    return tables


def there_and_back(migration: Migration, server: Server, conninfo: str, text: str) -> Plan:
    """Plans what a schema file declares, applies it and takes it back; after each, pg_dump says what it says of a
    database that was built directly, and of this one before, whose rows are back too. Returns the plan."""
    declared = declare({"public.toml": text})
    start, start_rows = server.dump(conninfo), rows(conninfo)
    plan = migration.plan(conninfo, declared)
    migration.apply(conninfo, plan)
    with server.database() as wanted:
        build_directly(wanted, declared)
        assert server.dump(conninfo) == server.dump(wanted)
    assert not migration.plan(conninfo, declared).steps
    migration.apply(conninfo, migration.plan_back(conninfo, plan))
    assert (server.dump(conninfo), rows(conninfo)) == (start, start_rows)
    return plan


def declare(files: Mapping[str, str]) -> Declared:
    """The objects that schema files, by name, declare."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text)
        return load(Path(folder), provider.kinds, ["public"]).objects


def build_directly(
    conninfo: str, declared: Declared, asked: Asked | None = None, folder_for: Callable[[str], str] | None = None
) -> None:
    """Make the declared objects in an empty database, as they were written and with nothing planned: the judge of what
    a migration should lead to. folder_for: what stands for a folder of the server's machine."""
    kinds = {kind.name: kind for kind in provider.kinds}
    whole = {a: o for a, o in provider.complete(declared).items() if not kinds[a.kind].absent(o)}
    mentions = Mentions(whole, kinds)
    with opened(conninfo, read_only=False, asked=asked) as session:
        session.folder_for = folder_for
        if asked is None:  # what an empty database of one server holds is the same in each
            session.beginning = _EMPTY[session.endpoint] = _EMPTY.get(session.endpoint) or session.inspect()
        failures = build(session, {a: mentions.refer(o) for a, o in whole.items()}, kinds)
    assert not failures, failures


# What a declaration may say and the canonical form says otherwise, or leaves out because it holds anyway.
_SAID_OTHERWISE = {("column", "null"), ("view", "columns"), ("materialized_view", "columns")}


def unheard(conninfo: str, declared: Declared, asked: Asked | None = None) -> list[str]:
    """Declared objects that are not in the database, and what was declared of them that they do not have. A create that
    leaves something out would do so in the migration and in the direct build alike, so that their dumps agree."""
    declared = resolved(declared)
    with opened(conninfo, asked=asked) as session:
        found = session.inspect().objects
    kinds = {kind.name: kind for kind in provider.kinds}
    there = {a: o for a, o in declared.items() if not kinds[a.kind].absent(o)}
    lines = [f"{address} is not there" for address in there if address not in found]
    for address, obj in there.items():
        have = found[address].attributes if address in found else obj.attributes
        said = [k for k in obj.attributes if k not in have and (address.kind, k) not in _SAID_OTHERWISE]
        lines += [f"{address} has no {key}" for key in said]
    return lines


@contextmanager
def opened(conninfo: str, *, read_only: bool = True, asked: Asked | None = None) -> Iterator[Session]:
    """A session on a test's database. asked: what it sees of the whole server."""
    session = provider.connect(conninfo, "the database under test", read_only=read_only, asked=asked)
    try:
        yield session
    finally:
        session.close()


def _document(proposal: Proposal, session: Session, plan_id: str, of_plan: str = "") -> Plan:
    heading = Heading(
        plan_id,
        "dev",
        NOW,
        NOW + timedelta(days=1),
        session.identity(),
        session.server_version,
        "",
        0,
        "rollback" if of_plan else "apply",
        of_plan,
    )
    proof = proposal.proof
    evidence = Evidence(proof.server, proof.scope, proof.forward, proof.backward, proof.rows) if proof else None
    return make_plan(proposal, heading, evidence)
