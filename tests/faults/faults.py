"""What every fault shares: it strikes an apply at a moment, and what is left must lead on or back."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import Ran
from tests.faults.scene import Apply, Scene
from tests.servers import fetch


@dataclass
class Case:
    """One fault. moment: the number of the moment before which it strikes, or, below 1 and no whole number, the part of
    the time that an apply takes after which it strikes, whatever is going on then."""

    scene: Scene
    moment: int | float
    dice: random.Random
    folder: Path = field(init=False)
    late: bool = False
    """Whether the apply had ended before, so that nothing struck it."""
    taken_back: bool = False
    """Whether the fault itself ended with a rollback."""

    def __post_init__(self) -> None:
        self.folder = self.scene.folder

    @property
    def inside(self) -> bool:
        """Whether it strikes at random, so that nobody halts for it."""
        return isinstance(self.moment, float)

    @property
    def where(self) -> str:
        return "at random" if self.inside else self.scene.moments[int(self.moment)]

    def apply(self, conninfo: str | None = None) -> Apply:
        """An apply that has come to the moment, and halts there or runs on."""
        running = self.scene.apply(-1 if self.inside else int(self.moment), conninfo=conninfo)
        assert running.reached(0 if self.inside else int(self.moment)), running.ended()
        if self.inside:
            time.sleep(self.moment * self.scene.seconds)
            self.late = not running.alive
        return running


class LostError(AssertionError):
    """What must never be: neither the goal nor the start can be reached, or something was written that must not be."""


Fault = Callable[[Case], Ran | None]
"""Makes it happen and mends its cause. Returns how the apply ended, None where there is nothing to say of it; the
database may be in any state then, and commands must lead to the goal or the start."""


def play(case: Case, fault: Fault, *, back: bool) -> str:
    """Let it happen, then go on with the plan, or take back what was done (`back`). Returns what became of it.

    Raises LostError.
    """
    case.scene.again()
    try:
        ran = fault(case)
    finally:
        case.scene.end_all()
    if ran is not None:
        _said(ran)
    _no_lock_stays(case.scene)
    told = "killed" if ran is None or ran.code < 0 else f"exit {ran.code}"
    try:
        if case.taken_back:
            same(case.scene, "start")
        elif back:
            _back(case.scene)
        else:
            _on(case.scene)
    except LostError as error:
        raise LostError(f"{error}\nthe apply: {told}{f': {ran.err}' if ran is not None else ''}") from None
    _nothing_of_ours(case.scene)
    return told


def _said(ran: Ran) -> None:
    """Whatever happened, it is told in words."""
    if "Traceback" in ran.err or "failed unexpectedly" in ran.err:
        raise LostError(f"exit {ran.code}: {ran.err}")
    if ran.code not in (-9, 0, 1, 3, 4, 6, 7, 10):
        raise LostError(f"an exit code that says something else: {ran.code}: {ran.err}")


def _on(scene: Scene) -> None:
    ran = scene.run("apply", "plan.json")
    _said(ran)
    if not (ran.code == 0 or (ran.code == 3 and "applied already" in ran.err)):
        raise LostError(f"it does not go on: exit {ran.code}: {ran.err}")
    same(scene, "goal")


def _back(scene: Scene) -> None:
    said = "nothing was begun"
    if scene.begun_here():
        stands = scene.run("status", "live").out
        ran = scene.run("rollback", "live", "--auto-approve")
        _said(ran)
        if ran.code != 0:
            raise LostError(f"it does not go back: exit {ran.code}: {ran.err}")
        said = f"status: {stands}\nrollback: {ran.out}{ran.err}"
    try:
        same(scene, "start")
    except LostError as error:
        raise LostError(f"{error}\n{said}") from None


def same(scene: Scene, wanted: str) -> None:
    """Hold the database against the goal or the start of the plan. Raises LostError."""
    dump, digests = scene.look()
    wanted_dump, wanted_digests = scene.goal if wanted == "goal" else scene.start
    if dump != wanted_dump:
        here, there = set(dump.split("\n\n")), set(wanted_dump.split("\n\n"))
        raise LostError(f"not the {wanted}: there is {sorted(here - there)}; missing is {sorted(there - here)}")
    if digests != wanted_digests:
        raise LostError(f"other rows than at the {wanted}: {digests}, not {wanted_digests}")


def _no_lock_stays(scene: Scene) -> None:
    """Whoever died gives back the lock, and its session, within moments. Raises LostError."""
    deadline = time.monotonic() + 5
    held = "select pid from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where"
    while found := fetch(scene.conninfo, f"{held} datname = 'live')"):
        if time.monotonic() > deadline:
            raise LostError(f"the lock stays with server process {found}")
        time.sleep(0.02)


_OURS = """
select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname !~ '^(pg_|information_schema$|faberdb(_|$))' and c.relname ~ 'faberdb'
union all
select t.tgrelid::regclass || '.' || t.tgname from pg_trigger t join pg_proc p on p.oid = t.tgfoid
  join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
 where n.nspname !~ '^faberdb(_|$)' and (t.tgname ~ 'faberdb' or p.pronamespace::regnamespace::text ~ '^faberdb')
union all
select x.conrelid::regclass || '.' || x.conname from pg_constraint x join pg_class r on r.oid = x.confrelid
 where r.relnamespace::regnamespace::text ~ '^faberdb' and x.connamespace::regnamespace::text !~ '^faberdb'
"""


def _nothing_of_ours(scene: Scene) -> None:
    """Nothing on the user's tables is ours or leads to what is. Raises LostError."""
    if found := fetch(scene.conninfo, _OURS):
        raise LostError(f"left on the user's tables: {found}")
