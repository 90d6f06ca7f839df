"""What is written of an aggregate."""

from __future__ import annotations

from typing import Literal

from faberdb_providers.postgres.specs.base import GrantableSpec, LabelledSpec, OwnedSpec

Modify = Literal["read_only", "shareable", "read_write"]


class AggregateSpec(OwnedSpec, GrantableSpec, LabelledSpec):
    """An aggregate, with the names that CREATE AGGREGATE has. Its key is its name, with the types of its arguments
    where others have the same name: `[aggregates."total(numeric)"]`."""

    arguments: str | None = None
    """As in CREATE AGGREGATE: `numeric`, `direct ORDER BY sorted`. What the key says, where this is missing."""
    sfunc: str
    """The function that takes the state and the next value to the next state."""
    stype: str
    """The type of the state."""
    sspace: int | None = None
    """About how many bytes the state takes."""
    finalfunc: str | None = None
    """The function from the last state to the result."""
    finalfunc_extra: bool = False
    """It gets the arguments too, as nulls."""
    finalfunc_modify: Modify | None = None
    """Whether it changes the state."""
    combinefunc: str | None = None
    serialfunc: str | None = None
    deserialfunc: str | None = None
    initcond: str | None = None
    """The first state, as text; null where it is missing."""
    msfunc: str | None = None
    minvfunc: str | None = None
    mstype: str | None = None
    msspace: int | None = None
    mfinalfunc: str | None = None
    mfinalfunc_extra: bool = False
    mfinalfunc_modify: Modify | None = None
    minitcond: str | None = None
    sortop: str | None = None
    """The operator by which this is the first of the sorted values, as in `<`."""
    parallel: Literal["unsafe", "restricted", "safe"] = "unsafe"
    hypothetical: bool = False
    """A hypothetical-set aggregate."""
