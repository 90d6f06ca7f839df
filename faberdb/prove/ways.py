"""The steps between two states of one database: there, back, and as what waits in quarantine came to be there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from faberdb.diff.changes import diff
from faberdb.errors import DeclarationError
from faberdb.model import Action, Address, Catalogue, Change, Kept, Kind, Object, Step, Work
from faberdb.order.steps import make_steps
from faberdb.prove.barred import as_it_stays
from faberdb.prove.beside import given_back
from faberdb.prove.engine import Engine
from faberdb.prove.renaming import irrevocable, moving_out


class Ways(NamedTuple):
    """What it takes besides both states to write the steps. casts, version: of the server; number: the first that is
    free in quarantine; reverse_ties: where order is open, the other way round."""

    engine: Engine
    kinds: Mapping[str, Kind]
    casts: frozenset[tuple[str, str]]
    version: int
    number: int
    reverse_ties: bool = False
    barred: Mapping[Address, str] = {}
    """Changes that the server has no way back from, and why."""
    lost: Set[Address] = frozenset()
    """What is destroyed on the way there though it would be kept."""
    online: Set[Address] = frozenset()
    """Tables whose users are not to be kept waiting, either way."""

    def forth(
        self,
        start: Mapping[Address, Object],
        aim: Mapping[Address, Object],
        changes: Mapping[Address, Change],
        renames: Sequence[tuple[Object, Object]],
        giving: Mapping[Address, Kept] | None,
        *,
        renames_last: bool,
    ) -> tuple[tuple[Step, ...], tuple[Kept, ...]]:
        """The way there, and what it leaves in quarantine."""
        return make_steps(
            changes,
            Catalogue(start, (), self.casts, self.version),
            aim,
            self.kinds,
            quarantine=self.engine.place_for,
            giving=giving,
            barred=self.barred,
            lost=self.lost,
            online=self.online,
            first_number=self.number,
            renames=renames,
            renames_last=renames_last,
            reverse_ties=self.reverse_ties,
        )

    def back(
        self,
        start: Mapping[Address, Object],
        aim: Mapping[Address, Object],
        changes: Mapping[Address, Change],
        renames: Sequence[tuple[Object, Object]],
        kept: tuple[Kept, ...],
        *,
        renames_last: bool,
    ) -> tuple[Step, ...]:
        """The way back: the same differences the other way round, with what quarantine took given back."""
        back = [(new, old) for old, new in reversed(renames)]
        start = as_it_stays(start, aim, self.barred, self.kinds)
        # What a declaration says about the way there is no matter by then: what was made is read from the database.
        aim = {a: o._replace(hints={}) if o.hints else o for a, o in aim.items()}
        if not renames_last:
            aim, start = moving_out(back, aim, start)
            start = {**start, **irrevocable(aim, start, self.kinds)}
        there = Catalogue(aim, (), self.casts, self.version)
        # Only what comes back whole must take the place of what is there; for the rest it is the difference that tells,
        # as it will when the plan is taken back.
        whole = (k.address for k in kept if k.form == "moved")
        again = {a: changes[a].reason for a in whole if a in changes and a in aim and a in start}
        try:
            undone = diff(aim, start, self.kinds, version=self.version, replacing=again)
        except DeclarationError as error:
            raise DeclarationError(
                f"there is no way back from this: {error.message}", where=error.where, advice=error.advice
            ) from error
        steps, taken = make_steps(
            undone,
            there,
            start,
            self.kinds,
            quarantine=self.engine.place_for,
            giving={k.address: k for k in kept},
            online=self.online,
            # One that travels inside another leaves its number unused, so what is kept does not tell the next one.
            first_number=self.number + len(changes),
            renames=back,
            renames_last=not renames_last,
            reverse_ties=self.reverse_ties,
        )
        return self.prepared(steps, taken)

    def as_it_came(
        self, start: Mapping[Address, Object], aim: Mapping[Address, Object], giving: Mapping[Address, Kept]
    ) -> tuple[tuple[Step, ...], bool]:
        """Steps from the wanted state to the present one that fill quarantine as the live database has it: only with
        something to give back can giving it back be tried out. And whether all that they take away is given back."""
        there = Catalogue(aim, (), self.casts, self.version)

        def place(change: Change, form: str, number: int, work: Work) -> Kept | None:
            return giving.get(change.address) or self.engine.place_for(change, form, number, work)

        beyond = self.number + 1_000_000
        changes = diff(aim, start, self.kinds, version=self.version)
        changes |= given_back(giving, changes, aim, start)
        steps, kept = make_steps(changes, there, start, self.kinds, quarantine=place, known=giving, first_number=beyond)
        return self.prepared(steps, kept), all(k.address in giving for k in kept)

    def prepared(self, steps: tuple[Step, ...], kept: tuple[Kept, ...]) -> tuple[Step, ...]:
        """The steps after those that make room in quarantine."""
        if not kept:
            return steps
        room = [
            Step(f"{n:04d}", kept[0].address, Action.CREATE, statement, 1)
            for n, statement in enumerate(self.engine.prepare(kept), 1)
        ]
        moved = [s._replace(id=f"{n:04d}") for n, s in enumerate(steps, len(room) + 1)]
        return (*room, *moved)
