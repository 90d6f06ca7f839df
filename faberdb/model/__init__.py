"""The words of the engine: addresses, objects, changes, steps, and what a provider must answer.

Nothing here does I/O and nothing here knows SQL or the name of an object kind. Every other room speaks in
these values; a provider fills them. They are imported from here, whichever file they stand in.
"""

from faberdb.model.address import Address
from faberdb.model.change import IRREVERSIBLE, Action, Change, Hazard, Risk, Statement, Step, Turn, Verdict
from faberdb.model.explanation import Explanation
from faberdb.model.kind import Kind, Work
from faberdb.model.object import (
    LEFT_OUT,
    OF_OTHERS,
    OF_SERVICE,
    Attributes,
    Catalogue,
    Object,
    Objection,
    Origin,
    Place,
    Unmanaged,
    reworded,
)
from faberdb.model.run import Effects, Failure, JournalEntry, Kept, Limits, Lock, Refusal, UnderWay, Wait

__all__ = [
    "IRREVERSIBLE",
    "LEFT_OUT",
    "OF_OTHERS",
    "OF_SERVICE",
    "Action",
    "Address",
    "Attributes",
    "Catalogue",
    "Change",
    "Effects",
    "Explanation",
    "Failure",
    "Hazard",
    "JournalEntry",
    "Kept",
    "Kind",
    "Limits",
    "Lock",
    "Object",
    "Objection",
    "Origin",
    "Place",
    "Refusal",
    "Risk",
    "Statement",
    "Step",
    "Turn",
    "UnderWay",
    "Unmanaged",
    "Verdict",
    "Wait",
    "Work",
    "reworded",
]
