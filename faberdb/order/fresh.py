"""What a plan makes holds no row and nobody uses it yet: nothing there can be scanned, rewritten or waited for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from faberdb.diff.changes import Kinds, Objects
from faberdb.model import Address, Change, Kept, Object, Risk, Statement, Work


class Fresh:
    """Which objects stand on something that the plan makes, and what is left of the danger of their statements."""

    def __init__(
        self,
        changes: Mapping[Address, Change],
        live: Objects,
        target: Objects,
        giving: Mapping[Address, Kept],
        kinds: Kinds,
    ) -> None:
        self._live, self._target, self._kinds = live, target, kinds
        back = {a for kept in giving.values() for a in (kept.address, *kept.carries)}
        self._made = {a for a, c in changes.items() if c.before is None and c.after is not None and a not in back}

    def calmed(self, statement: Statement, obj: Object, work: Work, *, first: bool) -> Statement:
        """The statement of an object with the risk and the hazards that it has here. first: the object's first."""
        if statement.risk in (Risk.SAFE, Risk.DESTRUCTIVE) or not self._on_new(obj, work, first=first):
            return statement
        hazards = tuple(hazard for hazard in statement.hazards if not hazard.in_use)
        if hazards:
            return statement._replace(hazards=hazards)
        # The other end of a foreign key is locked for a moment, even if no row refers to it.
        left = Risk.CAUTION if any(map(self._stands, obj.references)) else Risk.SAFE
        return statement._replace(risk=min(statement.risk, left), hazards=())

    def _on_new(self, obj: Object, work: Work, *, first: bool) -> bool:
        # A column is no place of its own: what hangs on a new one works on the rows of its table.
        above = [a for a in self._ancestors(obj) if a in self._made and not self._kinds[a.kind].shell]
        if obj.parent is None and not first and obj.address in self._made:
            above.append(obj.address)
        return bool(above) and not any(self._takes_in(a, work) for a in above)

    def _ancestors(self, obj: Object) -> Iterable[Address]:
        above = obj.parent
        while above is not None:
            yield above
            found = self._target.get(above)
            above = found.parent if found else None

    def _takes_in(self, made: Address, work: Work) -> bool:
        """Whether something that is there already becomes a part of what is made, with all its rows."""
        parts = (*work.children(made, after=True), *work.referrers(made, after=True))
        return any(o.address.kind == made.kind and o.address in self._live for o in parts)

    def _stands(self, address: Address) -> bool:
        """Whether it is the part of something that was there before, by which others refer to it."""
        obj = self._target.get(address)
        if obj is None or not self._kinds[address.kind].shell or address in self._made:
            return False
        return not any(a in self._made for a in self._ancestors(obj))
