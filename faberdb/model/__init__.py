"""The words of the engine: addresses, objects, changes, steps, and what a provider must answer.

Nothing here does I/O and nothing here knows SQL or the name of an object kind. Every other room speaks in
these values; a provider fills them. They are imported from here, whichever file they stand in.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from faberdb.model.address import Address
    from faberdb.model.backup import Backup, BackupProvider, CopyProvider, FormerDatabase, Job, Verified
    from faberdb.model.change import (
        IRREVERSIBLE,
        NOTHING_KEPT,
        Action,
        Batches,
        Change,
        Hazard,
        Pending,
        Risk,
        Statement,
        Step,
        Turn,
        Verdict,
    )
    from faberdb.model.estimate import Estimate, KeptBytes, rounded
    from faberdb.model.explanation import Explanation
    from faberdb.model.handler import Handler, Migration
    from faberdb.model.health import HealthFinding, HealthVerdict, Threshold, Thresholds, lasting, worse, worst
    from faberdb.model.journal import JOURNAL_ENDING, NotedPlan, NotedTransaction, StoredJournal
    from faberdb.model.kind import Kind, Work
    from faberdb.model.object import (
        LEFT_OUT,
        OF_OTHERS,
        OF_SERVICE,
        WAYS,
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
        ROWS_WAIT,
        Effects,
        Failure,
        Filled,
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
    from faberdb.model.seed import SeedCount, SeedRow, SeedRows, Seeds, SeedScript

_FILES = {
    "address": "Address",
    "backup": "Backup BackupProvider CopyProvider FormerDatabase Job Verified",
    "change": "IRREVERSIBLE NOTHING_KEPT Action Batches Change Hazard Pending Risk Statement Step Turn Verdict",
    "estimate": "Estimate KeptBytes rounded",
    "explanation": "Explanation",
    "handler": "Handler Migration",
    "health": "HealthFinding HealthVerdict Threshold Thresholds lasting worse worst",
    "journal": "JOURNAL_ENDING NotedPlan NotedTransaction StoredJournal",
    "kind": "Kind Work",
    "object": (
        "LEFT_OUT OF_OTHERS OF_SERVICE WAYS Attributes Catalogue Object Objection Origin Place Unmanaged reworded"
    ),
    "run": (
        "NOT_ASKED ROWS_WAIT Effects Failure Filled InQuarantine JournalEntry Kept Leaning Limits LiveRows Lock Refusal"
        " UnderWay Wait"
    ),
    "sample": "CarriedRows SampleColumn Samples SampleTable",
    "script": "Outcome Script Trial Weighed Written",
    "seed": "SeedCount SeedRow SeedRows Seeds SeedScript",
}
_FILE_OF = {name: file for file, names in _FILES.items() for name in names.split()}

if not TYPE_CHECKING:  # hidden from the type checker, to which any name would be right otherwise

    def __getattr__(name: str) -> Any:
        """Loads the file that the word stands in: a short command uses few of them, and each class takes its time."""
        if name not in _FILE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(f"{__name__}.{_FILE_OF[name]}"), name)
        return found


__all__ = [
    "IRREVERSIBLE",
    "JOURNAL_ENDING",
    "LEFT_OUT",
    "NOTHING_KEPT",
    "NOT_ASKED",
    "OF_OTHERS",
    "OF_SERVICE",
    "ROWS_WAIT",
    "WAYS",
    "Action",
    "Address",
    "Attributes",
    "Backup",
    "BackupProvider",
    "Batches",
    "CarriedRows",
    "Catalogue",
    "Change",
    "CopyProvider",
    "Effects",
    "Estimate",
    "Explanation",
    "Failure",
    "Filled",
    "FormerDatabase",
    "Handler",
    "Hazard",
    "HealthFinding",
    "HealthVerdict",
    "InQuarantine",
    "Job",
    "JournalEntry",
    "Kept",
    "KeptBytes",
    "Kind",
    "Leaning",
    "Limits",
    "LiveRows",
    "Lock",
    "Migration",
    "NotedPlan",
    "NotedTransaction",
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
    "SeedCount",
    "SeedRow",
    "SeedRows",
    "SeedScript",
    "Seeds",
    "Statement",
    "Step",
    "StoredJournal",
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
