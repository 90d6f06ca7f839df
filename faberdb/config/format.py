"""faberdb.toml as users write it. This is the border: pydantic here, frozen dataclasses behind it (project.py)."""

from __future__ import annotations

import re
import shlex
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from faberdb.config.health import HealthTable
from faberdb.config.pattern import pattern
from faberdb.config.table import Duration, Table
from faberdb.model import Address
from faberdb.policy import windows

Hosting = Literal["embedded", "server", "aws-rds", "aws-aurora"]
RiskWord = Literal["safe", "caution", "dangerous", "destructive"]
Online = Literal["auto", "always", "never"]
OnDrop = Literal["quarantine", "refuse", "drop"]

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def _variable(name: str) -> str:
    """The value is not repeated in the message: it may be a secret written in the wrong place."""
    if not _VARIABLE.match(name):
        raise ValueError("this must be the name of an environment variable, such as DATABASE_URL")
    return name


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("this must not be empty")
    return text


def _pattern(text: str) -> str:
    pattern(text)
    return text


def _of_server(text: str) -> str:
    if ":" not in text.partition('"')[0]:
        raise ValueError('write what it is and its name, as in "role:shop_*" or "tablespace:fast"')
    return _pattern(text)


def _window(text: str) -> str:
    windows.parse(text)
    return text


def _command(text: str) -> str:
    try:
        if shlex.split(text):
            return text
    except ValueError as error:
        raise ValueError(f"it cannot be read as a command: {str(error).lower()}") from None
    raise ValueError("this must not be empty")


def _address(text: str) -> str:
    try:
        Address.parse(text)
    except ValueError:
        raise ValueError('write kind:name, as plans do: "table:public.old"') from None
    return text


def _hazard_code(text: str) -> str:
    if not re.fullmatch(r"FDB\d{3}", text):
        raise ValueError(f"{text!r} is no code of a hazard; faberdb explain lists them (FDB107)")
    return text


Variable = Annotated[str, AfterValidator(_variable), Field(json_schema_extra={"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"})]
Text = Annotated[str, AfterValidator(_not_blank), Field(json_schema_extra={"minLength": 1})]
NamePattern = Annotated[str, AfterValidator(_pattern)]
ServerPattern = Annotated[str, AfterValidator(_of_server), Field(json_schema_extra={"pattern": "^[a-z_*?]+:."})]
Count = Annotated[int, Field(ge=0)]
HazardCode = Annotated[str, AfterValidator(_hazard_code), Field(json_schema_extra={"pattern": r"^FDB\d{3}$"})]
Command = Annotated[str, AfterValidator(_command), Field(json_schema_extra={"minLength": 1})]
WindowText = Annotated[
    str, AfterValidator(_window), Field(json_schema_extra={"pattern": r"\d{2}:\d{2}-\d{2}:\d{2}\s+\S+$"})
]
Named = Annotated[str, AfterValidator(_address), Field(json_schema_extra={"pattern": "^[a-z_]+:."})]


class ProjectTable(Table):
    """What the project is called and what it manages."""

    name: Text
    """The project's name; it stands in plans, locks and the state."""
    schemas: Text = "schemas"
    """Folder of the declared schema files, beside this file."""
    seeds: Text = "seeds"
    """Folder of the seed files (TOML, CSV, SQL), beside this file."""
    search_path: list[str] = Field(default_factory=lambda: ["public"])
    """Schemas in which unqualified names are looked up, after the file's own schema."""
    include: list[NamePattern] = Field(default_factory=list)
    """Patterns of what is managed (`sales`, `public.shop_*`); empty is the whole database."""
    exclude: list[NamePattern] = Field(default_factory=list)
    """Patterns of what is left alone, with all that is below it (`table:public."old [1]"`); stronger than include."""
    server_objects: list[ServerPattern] = Field(default_factory=list)
    """Patterns of what of the whole server is managed (`role:shop_*`, `tablespace:fast`), which other databases share.
    Without any no role or tablespace is read, made or dropped; one that was never declared is not dropped either."""
    forget: list[Named] = Field(default_factory=list)
    """Objects that are no longer managed and stay as they are, with all that belongs to them: `table:public.old`.
    Every environment must have them; what only one has stands in its own `forget`."""
    grants: dict[str, Literal["authoritative", "additive", "ignore"]] = Field(default_factory=dict)
    """How far the privileges of a role are managed: `authoritative` (what is not declared is taken away), `additive`
    (what is declared is given, what there is besides stays), `ignore` (neither read nor changed)."""


class DatabaseTable(Table):
    """The database of every environment that says nothing else."""

    engine: Literal["postgresql"] = "postgresql"
    """The database engine."""
    hosting: Hosting = "embedded"
    """Where it runs."""
    migration_tool: Text = "native"
    """`native`, or the migration tool that owns the project's migrations: of prisma, dbmate and drizzle, `faberdb lint
    ENV` says what is pending."""


class HazardTable(Table):
    """What the rules say of one hazard."""

    policy: Literal["allow", "forbid"]
    """`allow`: changes of objects all of whose hazards are allowed do not count for `max_risk`, unless data leaves the
    table. `forbid`: plans with it are refused."""
    reason: Text
    """Why; it stands in the message where the rule refuses a plan."""
    until: date | None = None
    """The last day on which the rule holds, in UTC: `2027-01-31`. Without it, it holds for good."""


class EnvironmentTable(Table):
    """One database that the project is applied to."""

    hosting: Hosting | None = None
    """Where it runs, if not where [database] says."""
    connection_string_env: Variable | None = None
    """Name of the variable that holds the connection string; without it, the embedded PostgreSQL."""
    auto_migrate: bool = False
    """`apply` asks nothing."""
    backup_before_migrate: bool = False
    """Take a backup before each apply and rollback, as is always done where the environment is protected."""
    require_approval: bool = False
    """Apply only plans that somebody else has approved."""
    promote_from: Text | None = None
    """Only what this other environment has applied may be planned here."""
    protected: bool | None = None
    """The strict rules for environments that people depend on; the same as being named in protected_environments."""
    tls_exception: Text | None = None
    """Why sslmode is not verify-full, where the environment is protected."""
    roles: dict[str, str] = Field(default_factory=dict)
    """Role names of the declaration and what they are called here."""
    forget: list[Named] = Field(default_factory=list)
    """As in [project], for this environment, besides."""
    server_version: int | None = Field(default=None, ge=10, le=99)
    """Major version of the embedded server."""
    online: Online | None = None
    """As in [safety], for this environment."""
    lock_timeout: Duration | None = None
    """As in [safety], for this environment."""
    lock_retry_for: Duration | None = None
    """As in [safety], for this environment."""
    statement_timeout: Duration | None = None
    """As in [safety], for this environment."""
    check_data_timeout: Duration | None = None
    """As in [safety], for this environment."""
    max_risk: RiskWord | None = None
    """As in [safety], for this environment."""
    on_drop: OnDrop | None = None
    """As in [safety], for this environment."""
    hazards: dict[HazardCode, HazardTable] = Field(default_factory=dict)
    """As in [safety], for this environment; stronger than what stands there of the same hazard."""
    windows: list[WindowText] | None = None
    """As in [safety], for this environment and instead of those; `[]` is at any time."""


class MigrationsTable(Table):
    """Migration records, and how long an apply may take."""

    directory: Text | None = None
    """Folder of the migration tool's files, if not its usual one. `faberdb lint ENV` reads them."""
    table: Text | None = None
    """Table in which the migration tool keeps what it has run, if not its usual one; with its schema, where sessions do
    not find it without."""
    timeout_seconds: int | None = Field(default=None, gt=0)
    """No step starts after it; it also bounds every statement that is neither batched nor CONCURRENTLY."""


class SafetyTable(Table):
    """What a plan may do, and how carefully it is done."""

    protected_environments: list[str] = Field(default_factory=list)
    """Environments with the strict rules."""
    require_approval_for: list[RiskWord] = Field(default_factory=list)
    """Risks that need an approval in every environment."""
    max_auto_rollback_attempts: Count = 0
    """How often it is tried to take back an apply that failed after it had changed something, or after which a check
    failed. With 0 it stays, to be gone on with or taken back by hand."""
    health_check_before_deploy: bool = False
    """Check the database's health before each apply and rollback, and after it, as is always done where the environment
    is protected; what makes it unsafe stops it."""
    max_risk: RiskWord = "destructive"
    """Plans with a higher risk are refused."""
    hazards: dict[HazardCode, HazardTable] = Field(default_factory=dict)
    """Rules for single hazards, by code: `[safety.hazards.FDB107]`. `faberdb explain` lists the codes."""
    on_drop: OnDrop = "quarantine"
    """What happens to rows that a plan drops: they go to `quarantine`, from where a rollback gives them back; with
    `refuse` the plan is refused; with `drop` they are destroyed."""
    lock_timeout: Duration = "100ms"
    """How long a step waits for a lock that the application would have to wait behind, before it gives way."""
    lock_retry_for: Duration = "5min"
    """How long a step that gave way is tried again, each time once those who were in the way are done or after a pause
    of up to five seconds."""
    statement_timeout: Duration | None = None
    """How long a statement may run."""
    check_data_timeout: Duration = "5s"
    """How long a plan may look for live rows that one step does not fit; for all steps together, six times as long."""
    windows: list[WindowText] = Field(default_factory=list)
    """Maintenance windows: an apply, purge or seed begins in one of them only, `"mon-fri 22:00-04:00 Europe/Berlin"`.
    Without any, at any time; a rollback or restore waits for none."""
    online: Online = "auto"
    """How a table in use is changed, where there are two ways. `always`: so that nobody waits while its rows are read,
    in more steps and transactions; `never`: at once; `auto`: by its size. What has two is in
    docs/reference/coverage.md."""
    proof: Literal["required", "partial"] = "required"
    """`partial` writes a plan whose unprovable steps are marked and one risk level higher."""


class ChecksTable(Table):
    """Commands that say whether the application is well with a change."""

    after_apply: list[Command] = Field(default_factory=list)
    """Commands that are run once a plan is applied, in the project's folder, with the connection string in the variable
    that the environment names (`DATABASE_URL` for an embedded one). No shell reads them. One that fails makes the apply
    fail."""
    timeout: Duration = "10min"
    """How long one of them may take."""


class BackupTable(Table):
    """Backups before changes."""

    provider: Text = "pg_dump"
    """What takes the backups: `pg_dump`, or `template`, which copies the database on its own server."""
    directory: Text = ".faberdb/backups"
    """Folder in which they are kept, beside this file, a folder for each environment; or one elsewhere."""
    retention_days: int | None = Field(default=None, gt=0)
    """How long they are kept, never less than until there is a newer one; without it, for good."""
    backup_before_destructive_ops: bool = False
    """Take a backup before an apply or a rollback that removes data."""
    verify: bool = False
    """Restore each backup on a scratch server to see that it is good, before what it was taken for begins."""


class StateTable(Table):
    """Where the state of each environment is kept."""

    backend: Text = "local"
    """`local`, `s3` or `postgres`."""
    path: Text = ".faberdb/state"
    """Folder of the local state, beside this file."""
    journal: Literal["database", "state"] = "database"
    """Where an apply writes down what it does: in schema `faberdb` of the database, or beside the state. Beside the
    state it is in any case where the role may make no schemas in the database and there is none yet."""


class ShadowTable(Table):
    """The scratch server that plans are proven on."""

    url_env: Variable | None = None
    """Name of the variable that holds the connection string of a server for scratch databases."""
    server: Literal["auto", "binaries", "target", "embedded"] = "auto"
    """A cluster of our own from the machine's binaries, a database on the target server, or the embedded server;
    `auto` takes the first that can hold what the plan touches."""


class IntegrationTable(Table):
    """Plugins that talk to other systems."""

    cloud_plugin: Text | None = None
    """For the cloud the database runs in. No effect in this version."""
    work_plugin: Text | None = None
    """For tickets and pull requests. No effect in this version."""
    logs_plugin: Text | None = None
    """For logs and metrics. No effect in this version."""


class AlertsTable(Table):
    """Who is told."""

    urls_env: Variable | None = None
    """Name of the variable that holds the addresses alerts are sent to."""


class ProjectFile(Table):
    """The configuration of a faberdb project, faberdb.toml."""

    model_config = ConfigDict(title="faberdb project")

    project: ProjectTable
    database: DatabaseTable = Field(default_factory=DatabaseTable.model_construct)
    environments: dict[str, EnvironmentTable] = Field(default_factory=dict)
    """The databases the project is applied to, by name."""
    migrations: MigrationsTable = Field(default_factory=MigrationsTable.model_construct)
    safety: SafetyTable = Field(default_factory=SafetyTable.model_construct)
    health: HealthTable = Field(default_factory=HealthTable.model_construct)
    checks: ChecksTable = Field(default_factory=ChecksTable.model_construct)
    backup: BackupTable = Field(default_factory=BackupTable.model_construct)
    state: StateTable = Field(default_factory=StateTable.model_construct)
    shadow: ShadowTable = Field(default_factory=ShadowTable.model_construct)
    integration: IntegrationTable = Field(default_factory=IntegrationTable.model_construct)
    alerts: AlertsTable = Field(default_factory=AlertsTable.model_construct)
