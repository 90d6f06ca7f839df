"""A copy of the live objects that a plan touches, on a scratch database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from faberdb.canon.mentions import suggest
from faberdb.declare.passages import place_within
from faberdb.diff.changes import referrers_of
from faberdb.errors import DeclarationError, ProofError
from faberdb.model import Address, Effects, Kind, Object, Origin, Refusal, Step
from faberdb.prove.neighbourhood import neighbourhood
from faberdb.prove.scratch import Failures, Scratch, ScratchDatabase, build


def around(
    touched: Collection[Address], beside: Collection[Address], live: Mapping[Address, Object], kinds: Mapping[str, Kind]
) -> Mapping[Address, Object]:
    """What of the live objects has to be copied, so that some of them can be changed to refer to others beside."""
    live = suggest(live, kinds)
    return neighbourhood(touched, beside, live, kinds, referrers_of(live))


class Copy:
    """Objects of the live database, all of it or not, built on a scratch database, and what steps keep there."""

    def __init__(
        self, database: ScratchDatabase, objects: Mapping[Address, Object], kinds: Mapping[str, Kind], *, full: bool
    ) -> None:
        self.database, self.kinds, self.objects = database, kinds, suggest(objects, kinds)
        self.scope = "full" if full else "closure"
        failures = build(database, self.objects, kinds)
        # Not every role may give something to every other; what the plan leaves as it is can stay the builder's here.
        self._beside = {a: refusal for a, refusal in failures.items() if kinds[a.kind].optional}
        _refuse({a: refusal for a, refusal in failures.items() if a not in self._beside})
        # Before the first reading, unless it came with it: a schema that is made later costs the server all its plans.
        database.prepare_bookkeeping()
        self.read()

    def hold(self, touched: Collection[Address]) -> None:
        """Make sure that what is touched is there. Raises ProofError."""
        _refuse({a: refusal for a, refusal in self._beside.items() if a in touched})

    def read(self) -> Mapping[Address, Object]:
        self.now = self.database.inspect().objects
        return self.now

    def run(
        self,
        steps: Sequence[Step],
        which: str,
        declared: Mapping[Address, Object] | None = None,
        measured: Callable[[Step, Effects], None] | None = None,
    ) -> Mapping[Address, Object]:
        """Run steps and read the result. declared: what they make; measured: told what each did. Raises
        DeclarationError for what PostgreSQL does not accept of a declared object at its place in the file, ProofError
        naming the step that failed for all else."""
        failed = self.database.run_all(steps, measured)
        if failed is not None:
            step = steps[min(failed[0], len(steps) - 1)]
            obj = (declared or {}).get(step.address)
            if obj is not None and obj.origin is not None:
                raise _not_accepted(obj.origin, step, failed[1])
            raise ProofError(
                f"the {which} fails on scratch at {step.address.spoken}",
                detail=(*failed[1].words, f"statement: {step.statement.sql}"),
                advice=_ELSEWHERE if failed[1].out_of_reach else _NO_WAY,
            )
        return self.read()


_NO_WAY = "no plan was written and nothing was changed; declare how to get there, or report this as a bug"
_ELSEWHERE = (
    "it reads or writes rows of a foreign table (a partition or a child, perhaps), and nothing that is tried out"
    " reaches another server, so no plan was written; detach the foreign table first, or leave the table as it is"
)


class CopyAhead:
    """A copy that is made while its maker does something else."""

    def __init__(self, scratch: Scratch, objects: Mapping[Address, Object], kinds: Mapping[str, Kind]) -> None:
        self._scratch, self._objects, self._kinds = scratch, objects, kinds
        self._databases = ExitStack()
        self._pool = ThreadPoolExecutor(1)
        self._coming = self._pool.submit(self._make)

    def _make(self) -> Copy:
        database = self._databases.enter_context(self._scratch.database())
        return Copy(database, self._objects, self._kinds, full=False)

    def get(self) -> Copy:
        """The copy, when it is there. Raises ProofError, ScratchError."""
        return self._coming.result()

    def close(self) -> None:
        self._pool.shutdown()
        self._databases.close()


@contextmanager
def copied(
    scratch: Scratch,
    live: Mapping[Address, Object],
    touched: Collection[Address],
    beside: Collection[Address],
    kinds: Mapping[str, Kind],
    *,
    full: bool,
) -> Iterator[Copy]:
    """A copy of what is touched and what is around that, or of all that lives. Raises ProofError, ScratchError."""
    with scratch.database() as database:
        copy = Copy(database, live if full else around(touched, beside, live, kinds), kinds, full=full)
        copy.hold(touched)
        yield copy


def _not_accepted(origin: Origin, step: Step, refusal: Refusal) -> DeclarationError:
    """What stands by itself is known to be right by now, so it is how it fits with the rest, or the way there."""
    first, *rest = refusal.words
    what = step.address.spoken
    return DeclarationError(
        "PostgreSQL does not accept the declared schema, or the way to it",
        detail=(
            f"{place_within(origin, refusal)}: {what}: {first}",
            *(f"    {line}" for line in rest),
            f"statement: {step.statement.sql}",
        ),
        advice="correct the declaration, or say how to get there (`using`, `backfill`); no plan was written and nothing"
        " was changed. If what is declared is right, please report this as a bug",
    )


def _refuse(failures: Failures) -> None:
    if failures:
        raise ProofError(
            "the live catalogue could not be copied to scratch",
            detail=tuple(f"{address}: {' '.join(refusal.words)}" for address, refusal in failures.items()),
            advice="set [shadow] url_env to a server that has what is missing, or report this as a bug",
        )
