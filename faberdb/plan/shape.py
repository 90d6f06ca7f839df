"""What may stand in plan.json, record by record, as the reader and the JSON Schema have it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _instant(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("a time needs a zone")
    return text


Instant = Annotated[str, AfterValidator(_instant), Field(json_schema_extra={"format": "date-time"})]


class Strict(BaseModel):
    """Part of a file that faberdb itself wrote, so nothing in it is converted or left out of account."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


class ObjectRecord(Strict):
    address: str
    attributes: dict[str, Any]
    parent: str | None = None
    references: list[str] = []
    hints: dict[str, Any] = {}


class ChangeRecord(Strict):
    address: str
    kind: str
    action: Literal["create", "alter", "replace", "rename", "drop"]
    reason: str
    before: ObjectRecord | None
    after: ObjectRecord | None


class DifferenceRecord(Strict):
    address: str
    before: ObjectRecord | None
    after: ObjectRecord | None


class StageRecord(Strict):
    """How far the plan has come once a transaction that is not its last has been committed."""

    transaction: int
    fingerprint: str
    differences: list[DifferenceRecord]


class RenameRecord(Strict):
    before: ObjectRecord
    after: ObjectRecord


class HazardRecord(Strict):
    code: str
    message: str


class LockRecord(Strict):
    relation: str
    """What people call it: `table public.customer`."""
    mode: str
    """In SQL's words: `ACCESS EXCLUSIVE`."""


class EstimateRecord(Strict):
    """What a step will have to do live, roughly: by the statistics of the database, in two significant digits."""

    work: str
    """What it does, in words that go before a size: `reads`, `builds an index over`."""
    of: list[str]
    """To which relations, the largest first: `table public.customer`."""
    rows: int | None
    """How many rows these hold; null where no statistics tell."""
    bytes: int
    """How large they are."""
    seconds: int
    """How long it takes, in one significant digit; 0 is less than one."""
    disk: int
    """Bytes that are needed besides as long as the transaction is open."""
    basis: str
    """What seconds and disk rest on."""


class LiveRowsRecord(Strict):
    """What the live database said of rows in the way of a step when the plan was made; of the rows, only how many."""

    checked: bool
    rows: int = 0
    more: bool = False
    """There were more than that."""
    reason: str = ""
    """Why it was not checked."""


class BatchesRecord(Strict):
    table: str
    key: list[str]
    """Columns of the primary key by whose ranges it is run; none: by place in the file of the table."""
    condition: str
    """Which rows it has to write; while there are fewer of them after each time, it begins again from the first."""
    ending: str = ""
    """What follows the condition on the rows of a part."""


class StepRecord(Strict):
    id: str
    address: str
    action: Literal["create", "alter", "replace", "rename", "drop"]
    sql: str
    transaction: int
    """Steps with the same number commit together."""
    depends_on: list[str]
    scope: list[str]
    """Schemas in which unqualified names are looked up."""
    risk: Literal["safe", "caution", "dangerous", "destructive"]
    hazards: list[HazardRecord]
    outside_transaction: bool
    done_when: str
    batches: BatchesRecord | None = None
    """It is run in parts, each committed for itself; missing where it is not."""
    locks: list[LockRecord] | None = None
    """What it locks that its transaction did not hold yet, less ACCESS SHARE and what the plan makes, as measured on
    the scratch server. Missing, like the two that follow, where that was not measured."""
    rewrites: list[str] | None = None
    """What gets new files."""
    scans: list[str] | None = None
    """What is read from end to end."""
    remarks: list[str] = []
    """What PostgreSQL said of the work on the way."""
    estimate: EstimateRecord | None = None
    """Missing where it works on nothing that is there, or on less than a megabyte."""
    probe: list[str]
    """A query for rows that are in the way, after what has to be tried before it can be asked."""
    secrets: list[str] = []
    """Environment variables whose values take the place of `'${NAME}'` in the SQL when it is run."""
    beside: list[str] = []
    """Other objects that the statement is of, too."""
    data: LiveRowsRecord | None = None
    """Missing where no row can be in the way, or none was looked for."""
    lossless_until: Literal["open", "purge", "never"] | None = None
    """How long a rollback loses nothing of it: `open`, without an end (rows written since that do not fit stop it
    before its first change); `purge`, until what it kept in quarantine is destroyed; `never`, since nothing takes it
    back, or nothing is kept. Missing in plans that take something back, or purge."""


class PendingRecord(Strict):
    """A declared change that the plan leaves undone, because it is riskier than was asked for."""

    address: str
    action: Literal["create", "alter", "replace", "rename", "drop"]
    risk: Literal["safe", "caution", "dangerous", "destructive"]
    hazards: list[str]
    """Codes."""


class KeptRecord(Strict):
    address: str
    form: Literal["moved", "aside", "values", "position"]
    place: str
    carries: list[str]
    detail: dict[str, list[str]]


class UnmanagedRecord(Strict):
    what: str
    name: str
    reason: str


class DatabaseRecord(Strict):
    identity: dict[str, str | int | None]
    version: int


class FromRecord(Strict):
    fingerprint: str
    state_serial: int
    lineage: str


class ToRecord(Strict):
    fingerprint: str


class RowsRecord(Strict):
    tables: int
    rows: int
    forward: bool
    backward: bool
    thinned: dict[str, str]
    not_filled: dict[str, str]
    counted: list[str] = []


class QuarantineRecord(Strict):
    """What the plan puts in quarantine."""

    things: int
    """How many objects are moved there, or have values or a position kept there."""
    bytes: int | None
    """How much that is on disk, in two significant digits; 0 is less than a megabyte, null is not known."""
    estimated_bytes: int | None
    """Of these, copies of values: each is taken for as large as the table it is of."""
    despite_drop: bool = False
    """It goes there although on_drop is `drop`, which is about what is dropped: what is made anew or altered gets its
    rows from there, what is in quarantine already may need it, and what the project leaves out is not destroyed."""


class SummaryRecord(Strict):
    """How many objects the plan changes, by what it does to them."""

    create: int
    alter: int
    replace: int
    drop: int
    rename: int
    quarantine: QuarantineRecord | None = None
    """Missing where nothing goes there."""


class ProofRecord(Strict):
    server: str
    scope: Literal["full", "closure"]
    forward: bool
    backward: bool
    rows: RowsRecord | None = None


class PlanFile(Strict):
    """A plan of faberdb: what would change, how, and how it would be taken back."""

    model_config = ConfigDict(populate_by_name=True)

    format_version: str
    plan_id: str
    kind: Literal["apply", "rollback", "purge"]
    of_plan: str
    created_at: Instant
    expires_at: Instant
    environment: str
    database: DatabaseRecord
    from_: FromRecord = Field(alias="from")
    to: ToRecord
    summary: SummaryRecord
    risk: Literal["safe", "caution", "dangerous", "destructive"]
    applyable: bool
    changes: list[ChangeRecord]
    renames: list[RenameRecord]
    differences: list[DifferenceRecord]
    steps: list[StepRecord]
    rollback: list[StepRecord]
    kept: list[KeptRecord]
    proof: ProofRecord | None
    unmanaged: list[UnmanagedRecord]
    drift: list[ChangeRecord]
    digests: dict[str, str]
    protection: dict[str, bool]
    forgotten: list[str]
    stages: list[StageRecord]
    pending: list[PendingRecord] = []
    purges: list[str] = []
    """Of a purge: ids of the plans of which it destroys what is in quarantine."""
    sha256: str


def schema() -> dict[str, Any]:
    """JSON Schema of plan.json."""
    return PlanFile.model_json_schema(by_alias=True)
