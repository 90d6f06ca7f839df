"""A plan from beginning to end: live catalogue and declaration in, proven steps and their rollback out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import closing, contextmanager
from functools import partial

from faberdb.canon.forms import Form
from faberdb.canon.mentions import suggest
from faberdb.diff.changes import diff
from faberdb.diff.suspected import suspected, with_hazards
from faberdb.model import (
    LEFT_OUT,
    Action,
    Address,
    Catalogue,
    Change,
    Kept,
    Object,
    Risk,
    Step,
    Unmanaged,
)
from faberdb.prove.barred import as_it_stays, no_way_back, out_of_reach, said
from faberdb.prove.beside import as_meant, given_back, going_along, hanging_as, read_only, take_along, untouched
from faberdb.prove.bodies import named, named_in_bodies, objected
from faberdb.prove.canonicalise import canonicalise
from faberdb.prove.carrying import Way, carried_on
from faberdb.prove.copying import Copy, CopyAhead, copied
from faberdb.prove.engine import Engine
from faberdb.prove.holding_back import Whole, within
from faberdb.prove.in_use import in_use
from faberdb.prove.losing import nothing_kept, told
from faberdb.prove.neighbourhood import FULL_UP_TO
from faberdb.prove.normal import settle, suspects
from faberdb.prove.once import refuse_misplaced, refuse_other_deeds
from faberdb.prove.proof import prove
from faberdb.prove.proposal import Proposal
from faberdb.prove.renamed import renamed
from faberdb.prove.renaming import followed, irrevocable, moving_out
from faberdb.prove.scratch import Scratch
from faberdb.prove.server_wide import dropped, listed, refuse_needed, strangers
from faberdb.prove.taken import alike, refuse_taken
from faberdb.prove.ways import Ways

Held = Callable[[Iterable[tuple[Object, Object]], Iterable[Kept]], Set[Address]]


class Planner:
    """One plan in the making; holds what its stages share.

    managed: whether an address is within what the project manages; additive: whether what is there besides what is
    declared of it stays; why: the reason for which an address is not managed. scratch: opens the scratch server, when
    and only when something has to be tried out. number: the first free number in quarantine. full: whether a large
    catalogue is copied as a whole all the same. held:
    what something that waits in quarantine needs, less what is kept for this plan, under the names that it has before
    and after renames. limit: the level of risk above which changes are held back. losing: whether what is dropped is
    destroyed, instead of being kept. online: of live tables those whose users are not to be kept waiting.
    """

    def __init__(
        self,
        engine: Engine,
        catalogue: Catalogue,
        scratch: Callable[[], Scratch],
        *,
        number: int,
        managed: Callable[[Address], bool] = lambda address: True,
        additive: Callable[[Address], bool] = lambda address: False,
        why: Callable[[Address], str] = lambda address: LEFT_OUT,
        full: bool = False,
        reverse_ties: bool = False,
        held: Held = lambda renames, kept: frozenset(),
        limit: Risk = Risk.DESTRUCTIVE,
        losing: bool = False,
        online: Callable[[Set[Address]], Set[Address]] = lambda tables: frozenset(),
    ) -> None:
        self.online, self._tables_online = online, frozenset[Address]()
        self.held, self.limit, self.losing = held, limit, losing
        self.engine, self.catalogue, self.scratch = engine, catalogue, scratch
        self.kinds = {kind.name: kind for kind in engine.kinds}
        self.number, self.reverse_ties = number, reverse_ties
        self.full = full or len(catalogue.objects) <= FULL_UP_TO
        self.far: Mapping[Address, Object] = {}
        self._ahead: CopyAhead | None = None
        self._barred: Mapping[Address, str] = {}
        self._lost: frozenset[Address] = frozenset()
        self.live = {a: o for a, o in catalogue.objects.items() if managed(a)}
        self.outside = {a: o for a, o in catalogue.objects.items() if a not in self.live}
        self.managed, self.additive, self.why = managed, additive, why
        self.known: Callable[[Address], bool] = lambda address: True
        """Whether something of the whole server was declared before."""
        left_out = (o.address for o in self.outside.values() if o.parent is None or o.parent not in self.outside)
        listed = (Unmanaged(a.kind.replace("_", " "), a.name, why(a)) for a in sorted(left_out))
        self.unmanaged = (*catalogue.unmanaged, *listed)

    @contextmanager
    def narrowed(self, near: Set[Address]) -> Iterator[None]:
        """From here on only look at what is near: the plan is known to have nothing to do with the rest. What is near
        is copied to scratch while the declaration is still being looked at."""
        if self.full:
            yield
            return
        self.far = {a: o for a, o in self.live.items() if a not in near}
        objects = {a: self.catalogue.objects[a] for a in near}
        self.live = {a: o for a, o in objects.items() if a in self.live}
        self.outside = {a: o for a, o in objects.items() if a not in self.live}
        self.catalogue = self.catalogue._replace(objects=objects)
        ahead = self._ahead = CopyAhead(self.scratch(), objects, self.kinds)
        with closing(ahead):
            yield

    def declared(self, declared: Mapping[Address, Object], remembered: Mapping[str, Form], context: str) -> Proposal:
        """The plan that makes the database what the declaration says. Raises DeclarationError, ProofError,
        ScratchError, CircleError."""
        return self.completed(self.engine.complete(declared), remembered, context)

    def completed(
        self,
        complete: Mapping[Address, Object],
        remembered: Mapping[str, Form],
        context: str,
        *,
        kept: Mapping[Address, Object] | None = None,
        digests: Mapping[Address, str] | None = None,
    ) -> Proposal:
        """The same of a declaration with what it implies. kept: live objects that are declared as they are, besides;
        digests: of their declarations."""
        kept = {a: o for a, o in (kept or {}).items() if a not in self.far}
        wanted = {a: o for a, o in complete.items() if self.managed(a)}
        unheard = [o.address for a, o in complete.items() if a not in wanted and o.origin and a not in self.outside]
        left_out = (Unmanaged(a.kind.replace("_", " "), a.name, self.why(a)) for a in sorted(unheard))
        self.unmanaged = (*self.unmanaged, *left_out)
        start, renames = renamed(wanted, self.catalogue, self.kinds, self.scratch, full=self.full)
        # On something new it takes a statement to have none, since the server may give one.
        absent = {a for a, o in wanted.items() if self.kinds[a.kind].absent(o) and (not o.parent or o.parent in start)}
        wanted = {a: o for a, o in wanted.items() if a not in absent}
        here = {a: o for a, o in start.items() if self.managed(a)}
        strange = strangers(here, wanted, self.known, self.kinds)
        given = {**self.outside, **read_only(here, self.kinds), **kept, **strange}
        refuse_needed({a for a in here if self.kinds[a.kind].of_server and a not in wanted and a not in given}, given)
        new = [a for a in wanted if a not in self.live]
        far = {a: self.far[a] for a in alike(new, self.far)}
        refuse_taken(new, {**far, **given, **wanted}, self.kinds)
        refuse_other_deeds(wanted, self.live, self.kinds)
        done = canonicalise(wanted, given, remembered, self.kinds, context, self.scratch, here, self.live)
        target = {**given, **done.objects}
        for address, obj in self.live.items():
            if self.engine.platform(address) and address not in target:
                target[address] = obj
        target |= self._left_as_is(target, here, absent)
        self.unmanaged = (*self.unmanaged, *listed(strange))
        left = {a: u for a, u in self.engine.left_alone(wanted, here).items() if a not in target}
        target |= {a: here[a] for a in left}
        self.unmanaged = (*self.unmanaged, *filter(None, left.values()))
        for address in here.keys() & done.objects.keys():
            if self.additive(address):
                target[address] = self.kinds[address.kind].joined(here[address], target[address])
        take_along(target, here)
        refuse_taken(new, {**far, **target}, self.kinds)
        refuse_misplaced(wanted, {**self.far, **self.catalogue.objects}, {**start, **target}, self.kinds)
        proposal = self.towards(target, start=start, renames=renames)
        proposal, back = self._within_limit(proposal, target, start, renames)
        declared = {**(digests or {}), **done.digests}
        return proposal._replace(
            # What is held back is not what was declared.
            digests={a: digest for a, digest in declared.items() if a not in back},
            fresh=done.fresh,
            protection={
                a: bool(o.hints["protect"])
                for a, o in complete.items()
                if "protect" in o.hints and (a not in back or a in self.live)
            },
        )

    def _within_limit(
        self,
        proposal: Proposal,
        target: Mapping[Address, Object],
        start: Mapping[Address, Object],
        renames: Sequence[tuple[Object, Object]],
    ) -> tuple[Proposal, Set[Address]]:
        """The proposal without changes that are too risky, and what is held back with them. Raises RefusedError."""
        whole = Whole(proposal, target, start, renames, self.live, self.catalogue.objects)
        return within(self.limit, whole, self.towards)

    def canonical(self, objects: Mapping[Address, Object]) -> Proposal:
        """The plan that makes the database what another one is. Raises ProofError, ScratchError, CircleError."""
        objects = {a: o for a, o in objects.items() if not self.kinds[a.kind].once}  # that it was done elsewhere
        strange = strangers(self.live, objects, self.known, self.kinds)
        self.unmanaged = (*self.unmanaged, *listed(strange))
        target = {**objects, **read_only(self.live, self.kinds), **strange}
        for address, obj in self.live.items():
            if self.engine.platform(address) and address not in target:
                target[address] = obj
        target |= self._left_as_is(target, self.live, frozenset())
        take_along(target, self.live)
        return self._within_limit(self.towards(target), target, self.catalogue.objects, ())[0]

    def _left_as_is(
        self, target: Mapping[Address, Object], live: Mapping[Address, Object], absent: Container[Address]
    ) -> dict[Address, Object]:
        """What nobody declared and is none the less not to go: what something of which only the declared counts has
        (the comment that an extension brings), what is left to the server, what somebody else gave besides."""

        def stays(obj: Object) -> bool:
            above = target.get(obj.parent) if obj.parent else None
            if obj.parent is not None and above is None and obj.parent in self.catalogue.objects:
                return False
            of_such = above is not None and self.kinds[above.address.kind].as_declared
            return of_such or self.kinds[obj.address.kind].stays(obj, above) or self.additive(obj.address)

        return {a: o for a, o in live.items() if a not in target and a not in absent and stays(o)}

    def towards(
        self,
        target: Mapping[Address, Object],
        *,
        start: Mapping[Address, Object] | None = None,
        renames: Sequence[tuple[Object, Object]] = (),
        renames_last: bool = False,
        giving: Mapping[Address, Kept] | None = None,
        replaced: Collection[Address] = (),
    ) -> Proposal:
        """The plan that makes the database equal to a canonical target. start: the catalogue once the renames are
        done, where they come first; replaced: what stands in the place of something that waits whole in quarantine."""
        start = self.catalogue.objects if start is None else start
        aim = {**self.outside, **target}
        frail = [a for a in aim if self.kinds[a.kind].flaws and a in start]
        aim |= {a: as_meant(aim[a], start[a], self.kinds) for a in frail}
        if renames_last:
            start, aim = moving_out(renames, start, aim)
            aim |= irrevocable(start, aim, self.kinds)
        take_along(aim, start)
        changes = self._changes(start, aim, dict.fromkeys(replaced, "what it was before waits in quarantine"))
        changes |= given_back(giving or {}, changes, start, aim)
        changes |= {c.address: c for c in going_along(changes, self.outside, self.why)}
        if not changes and not renames:
            live = {**self.far, **self.live}
            return Proposal(live, live, live, {}, (), (), (), (), None, self.unmanaged, {}, {})
        changes = self._with_held(changes, renames, giving or {})
        refuse_needed(dropped(changes, self.kinds), aim)
        start, aim = suggest(start, self.kinds), suggest(aim, self.kinds)
        changes = {a: _heard(c, start, aim) for a, c in changes.items()}
        self._barred = no_way_back(changes.values(), self.kinds, self.scratch)
        self._lost = nothing_kept(changes, self.kinds, self.outside) if self.losing else frozenset()
        moved = () if renames_last else renames
        self._tables_online = in_use(changes, start, aim, giving or {}, moved, self.kinds, self.online)
        steps, kept = self._ways.forth(start, aim, changes, renames, giving, renames_last=renames_last)
        if not giving:
            suspicions = suspected(changes, start, aim, {k.address for k in kept} | self._lost)
            steps = tuple(with_hazards(steps, suspicions, start))
        steps = self._ways.prepared(tuple(told(steps, self._lost)), kept)
        return self._prove(start, aim, changes, tuple(renames), steps, kept, giving or {}, renames_last=renames_last)

    def as_far_back(self, target: Mapping[Address, Object]) -> tuple[dict[Address, Object], list[str]]:
        """What a rollback can make of the database that was to become the target, and what is to be said of what
        stays."""
        barred = out_of_reach(self.catalogue.objects, target, self.kinds, self.scratch)
        live = self.catalogue.objects
        stays = {a: self.kinds[a.kind].lasting(target[a], live[a]) for a in barred}
        words = [said(a, why, stays[a]) for a, why in barred.items()]
        return as_it_stays(target, live, barred, self.kinds), words

    @property
    def _ways(self) -> Ways:
        there = self.catalogue
        return Ways(
            self.engine,
            self.kinds,
            there.casts,
            there.version,
            self.number,
            self.reverse_ties,
            self._barred,
            self._lost,
            self._tables_online,
        )

    def _changes(
        self, start: Mapping[Address, Object], aim: dict[Address, Object], reasons: Mapping[Address, str]
    ) -> dict[Address, Change]:
        replacing = {a: reason for a, reason in reasons.items() if a in start and a in aim}
        changes = diff(start, aim, self.kinds, version=self.catalogue.version, replacing=replacing)
        doubtful = suspects(changes, self.kinds)
        if doubtful:
            for address in settle(doubtful, start, aim, self.kinds, self.scratch):
                aim[address] = start[address]
            changes = diff(start, aim, self.kinds, version=self.catalogue.version, replacing=replacing)
        return changes

    def _with_held(
        self,
        changes: dict[Address, Change],
        renames: Sequence[tuple[Object, Object]],
        giving: Mapping[Address, Kept],
    ) -> dict[Address, Change]:
        """The changes, noted with those that take something away whether quarantine needs it."""
        gone = [c for c in changes.values() if c.disturbs or c.action in (Action.DROP, Action.REPLACE)]
        held = self.held(renames, giving.values()) if gone else frozenset()
        return changes | {c.address: c._replace(held=True) for c in gone if c.address in held}

    def _prove(
        self,
        start: Mapping[Address, Object],
        aim: Mapping[Address, Object],
        changes: Mapping[Address, Change],
        renames: tuple[tuple[Object, Object], ...],
        steps: tuple[Step, ...],
        kept: tuple[Kept, ...],
        giving: Mapping[Address, Kept],
        *,
        renames_last: bool,
    ) -> Proposal:

        def way_back(made: Mapping[Address, Object]) -> tuple[Step, ...]:
            there = hanging_as(made, start, aim, changes, self.kinds)
            return self._ways.back(start, there, changes, renames, kept, renames_last=renames_last)

        touched = {*changes, *(old.address for old, _ in renames)}
        touched |= {address for change in changes.values() for address in change.touches}
        beside = {*_neighbours(changes), *named_in_bodies(changes, self.catalogue.objects, self.kinds)}
        begin = aim if giving else self.catalogue.objects
        here, complete = self._ways.as_it_came(start, aim, giving) if giving else ((), False)
        with self._copy(begin, touched, beside) as copy:
            if giving:
                copy.run(here, "way here")
            proof = prove(
                copy, steps, way_back, changes, self.scratch(), aim, renames_last=renames_last, barred=self._barred
            )
            steps = tuple(step._replace(effects=proof.effects.get(step.id)) for step in steps)
            own = frozenset(a for a in changes if self.kinds[a.kind].once)
            way = Way(steps, proof.rollback, renames, here, complete, self._lost, own)
            again = partial(copied, self.scratch(), begin, touched, beside, self.kinds, full=self.full)
            proof = proof._replace(rows=carried_on(copy, way, tuple(giving.values()) or kept, again))
        steps = tuple(objected(steps, changes, proof.objections))
        steps = tuple(named(steps, changes, renames, {**self.far, **self.live}, {**self.far, **aim}, self.kinds))
        steps = self.engine.weighed(steps)
        expected = {a: o for a, o in start.items() if a not in changes or changes[a].after is not None}
        made = {a: c.after for a, c in changes.items() if c.after is not None}
        expected |= {a: o for a, o in made.items() if not self.kinds[a.kind].absent(o)}
        # What comes back whole is printed as it was then; its copy was made from that print.
        whole = {a for k in giving.values() if k.form == "moved" for a in (k.address, *k.carries)}
        printed = {a: o for a, o in proof.after.items() if (a in expected or a not in start) and a not in whole}
        expected |= {a: _read(o, expected.get(a)) for a, o in printed.items()}
        if renames_last and renames:
            # What belongs to a renamed object, and texts that name it, follow in ways that only the server knows.
            expected = followed(self.catalogue.objects, proof.before, proof.final)
        return Proposal(
            {**self.far, **self.live},
            {**self.far, **{a: o for a, o in start.items() if self.managed(a)}},
            {**self.far, **{a: o for a, o in expected.items() if self.managed(a)}},
            changes,
            renames,
            steps,
            proof.rollback,
            kept,
            proof,
            untouched(self.unmanaged, changes, self.outside),
            {},
            {},
            stages={n: self._at(proof.before, objects) for n, objects in proof.stages.items()},
            despite_drop=self.losing and bool(kept),
        )

    @contextmanager
    def _copy(
        self, begin: Mapping[Address, Object], touched: Collection[Address], beside: Collection[Address]
    ) -> Iterator[Copy]:
        if self._ahead is None or begin is not self.catalogue.objects:
            with copied(self.scratch(), begin, touched, beside, self.kinds, full=self.full) as copy:
                yield copy
            return
        ahead, self._ahead = self._ahead, None
        ahead.get().hold(touched)
        yield ahead.get()

    def _at(self, before: Mapping[Address, Object], now: Mapping[Address, Object]) -> dict[Address, Object]:
        """The managed live objects as a copy showed that they become."""
        found = followed(self.catalogue.objects, before, now)
        return {**self.far, **{a: o for a, o in found.items() if self.managed(a)}}


def _heard(change: Change, start: Mapping[Address, Object], aim: Mapping[Address, Object]) -> Change:
    """The change with what its objects' opaque texts suggest."""
    before, after = start.get(change.address), aim.get(change.address)
    return change._replace(before=before if change.before else None, after=after if change.after else None)


def _neighbours(changes: Mapping[Address, Change]) -> Iterable[Address]:
    """What changed objects refer to, before and after, and what their opaque texts suggest."""
    for change in changes.values():
        for side in (change.before, change.after):
            if side is not None:
                yield from side.references
                yield from side.suggested


def _read(found: Object, wanted: Object | None) -> Object:
    """The object as the server printed it, with what the declaration says about it."""
    if wanted is None:
        return found
    return Object(
        found.address, found.attributes, wanted.parent, found.references, (), wanted.origin, None, wanted.hints
    )
