"""The words of the engine: addresses, objects, changes, steps, and what a provider must answer.

Nothing here does I/O and nothing here knows SQL or the name of an object kind. Every other room speaks in
these values; a provider fills them. They are imported from here, whichever file they stand in.
"""

from faberdb.model.address import Address
from faberdb.model.backup import Backup, BackupProvider, CopyProvider, FormerDatabase, Job, Verified
from faberdb.model.change import (
    IRREVERSIBLE,
    NOTHING_KEPT,
    Action,
    Change,
    Hazard,
    Pending,
    Risk,
    Statement,
    Step,
    Turn,
    Verdict,
)
from faberdb.model.estimate import Estimate, rounded
from faberdb.model.explanation import Explanation
from faberdb.model.handler import Handler, Migration
from faberdb.model.health import HealthFinding, HealthVerdict, Threshold, Thresholds, lasting, worse, worst
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
from faberdb.model.run import (
    NOT_ASKED,
    Effects,
    Failure,
    InQuarantine,
    JournalEntry,
    Kept,
    Leaning,
    Limits,
    LiveRows,
    Lock,
    Refusal,
    UnderWay,
    Wait,
)
from faberdb.model.sample import CarriedRows, SampleColumn, Samples, SampleTable
from faberdb.model.script import Outcome, Script, Trial, Weighed, Written

__all__ = [
    "IRREVERSIBLE",
    "LEFT_OUT",
    "NOTHING_KEPT",
    "NOT_ASKED",
    "OF_OTHERS",
    "OF_SERVICE",
    "Action",
    "Address",
    "Attributes",
    "Backup",
    "BackupProvider",
    "CarriedRows",
    "Catalogue",
    "Change",
    "CopyProvider",
    "Effects",
    "Estimate",
    "Explanation",
    "Failure",
    "FormerDatabase",
    "Handler",
    "Hazard",
    "HealthFinding",
    "HealthVerdict",
    "InQuarantine",
    "Job",
    "JournalEntry",
    "Kept",
    "Kind",
    "Leaning",
    "Limits",
    "LiveRows",
    "Lock",
    "Migration",
    "Object",
    "Objection",
    "Origin",
    "Outcome",
    "Pending",
    "Place",
    "Refusal",
    "Risk",
    "SampleColumn",
    "SampleTable",
    "Samples",
    "Script",
    "Statement",
    "Step",
    "Threshold",
    "Thresholds",
    "Trial",
    "Turn",
    "UnderWay",
    "Unmanaged",
    "Verdict",
    "Verified",
    "Wait",
    "Weighed",
    "Work",
    "Written",
    "lasting",
    "reworded",
    "rounded",
    "worse",
    "worst",
]
