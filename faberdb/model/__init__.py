"""The words of the engine: addresses, objects, changes, steps, and what a provider must answer.

Nothing here does I/O and nothing here knows SQL or the name of an object kind. Every other room speaks in
these values; a provider fills them. They are imported from here, whichever file they stand in.
"""

from faberdb.model.address import Address
from faberdb.model.change import Action, Change, Hazard, Risk, Statement, Step, Turn, Verdict
from faberdb.model.explanation import Explanation
from faberdb.model.kind import Kind, Work
from faberdb.model.object import LEFT_OUT, OF_OTHERS, Attributes, Catalogue, Object, Objection, Origin, Place, Unmanaged
from faberdb.model.run import Effects, Failure, JournalEntry, Kept, Limits, Lock

__all__ = [
    "LEFT_OUT",
    "OF_OTHERS",
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
    "Risk",
    "Statement",
    "Step",
    "Turn",
    "Unmanaged",
    "Verdict",
    "Work",
]
