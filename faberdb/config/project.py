"""The project: faberdb.toml found, read and checked, as frozen values the other rooms can rely on.

Named tuples, not dataclasses: every command makes these classes first, and one of twelve fields takes a quarter of the
time this way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from faberdb.config.format import ProjectFile
from faberdb.config.health import contradictions, thresholds
from faberdb.config.table import seconds
from faberdb.declare.explain import validate
from faberdb.declare.source import UnreadableError, closest, error_of, leaks, nearest, read
from faberdb.errors import ConfigError
from faberdb.model import JOURNAL_ENDING, Address, Origin, Risk
from faberdb.policy.windows import parse

if TYPE_CHECKING:
    from faberdb.config.format import EnvironmentTable, SafetyTable
    from faberdb.declare.source import Problem, Source
    from faberdb.model import Thresholds
    from faberdb.policy.windows import Window

FILE_NAME = "faberdb.toml"


class HazardRule(NamedTuple):
    """What the rules say of one hazard. allowed: whether it is, or is forbidden; until: the last day of the rule;
    origin: where it stands."""

    allowed: bool
    reason: str
    until: date | None
    origin: Origin


class Environment(NamedTuple):
    """One database the project is applied to, with the project's defaults filled in. Durations are seconds."""

    name: str
    origin: Origin
    hosting: str
    connection_string_env: str | None
    auto_migrate: bool
    protected: bool
    tls_exception: str | None
    backup_before_migrate: bool
    require_approval: bool
    promote_from: str | None
    roles: Mapping[str, str]
    forget: tuple[Address, ...]
    server_version: int | None
    online: str
    max_risk: Risk
    on_drop: str
    hazards: Mapping[str, HazardRule]
    windows: tuple[Window, ...]
    lock_timeout: float
    lock_retry_for: float
    statement_timeout: float | None
    check_data_timeout: float

    @property
    def embedded(self) -> bool:
        """Whether faberdb runs the server itself."""
        return self.connection_string_env is None


class Migrations(NamedTuple):
    directory: str | None
    table: str | None
    timeout_seconds: int | None


class Safety(NamedTuple):
    """The rules of the whole project; what an environment can set for itself is asked of the Environment."""

    protected_environments: tuple[str, ...]
    require_approval_for: tuple[Risk, ...]
    max_auto_rollback_attempts: int
    health_check_before_deploy: bool
    proof: str


class Checks(NamedTuple):
    """timeout: of each command, in seconds."""

    after_apply: tuple[str, ...]
    timeout: float


class Backup(NamedTuple):
    """directory: of all environments' backups, absolute."""

    provider: str
    directory: Path
    retention_days: int | None
    backup_before_destructive_ops: bool
    verify: bool


class State(NamedTuple):
    """path: the folder of the local backend, absolute. journal: `database`, or `state` where it is always kept beside
    the state."""

    backend: str
    path: Path
    journal: str


class Shadow(NamedTuple):
    url_env: str | None
    server: str


class Integration(NamedTuple):
    cloud_plugin: str | None
    work_plugin: str | None
    logs_plugin: str | None


class Project(NamedTuple):
    """faberdb.toml.

    root: its folder, absolute. file, schemas, seeds: as people want to read them in an error, relative to the working
    directory where they lie below it. idle: keys that are set and have no effect in this version, though no safety is
    lost by that.
    """

    root: Path
    file: Path
    name: str
    schemas: Path
    seeds: Path
    search_path: tuple[str, ...]
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    server_objects: tuple[str, ...]
    grants: Mapping[str, str]
    engine: str
    migration_tool: str
    environments: Mapping[str, Environment]
    migrations: Migrations
    safety: Safety
    health: Thresholds
    checks: Checks
    backup: Backup
    state: State
    shadow: Shadow
    integration: Integration
    alerts_urls_env: str | None = None
    idle: tuple[str, ...] = ()

    def environment(self, name: str) -> Environment:
        """The environment of that name; raises ConfigError with the nearest name there is."""
        if name in self.environments:
            return self.environments[name]
        close = closest(name, self.environments)
        add = f"add [environments.{name}] to {self.file.as_posix()}"
        raise ConfigError(
            f"there is no environment `{name}`{nearest(name, self.environments)}",
            where=self.file.as_posix(),
            advice=f"run the command again with `{close}`; or, if it is a new one, {add}" if close else add,
        )

    def unsupported(self, environment: str) -> tuple[str, ...]:
        """Keys that promise safety for this environment and that this version does not keep yet, as written in
        faberdb.toml; who changes a database must refuse while there are any."""
        chosen = self.environment(environment)
        own, safety = f"environments.{environment}", self.safety
        promised = {
            f"{own}.require_approval": chosen.require_approval,
            f"{own}.promote_from": chosen.promote_from,
            "safety.proof": safety.proof == "partial",
            "safety.require_approval_for": safety.require_approval_for,
            "alerts.urls_env": self.alerts_urls_env,
            "database.migration_tool": self.migration_tool != "native",
        }
        return tuple(key for key, value in promised.items() if value)


def find(start: Path) -> Path:
    """The faberdb.toml of `start` or of the nearest folder above it, up to the top of its git repository.

    Raises ConfigError where there is none.
    """
    given, start = start, start.resolve()
    if not start.is_dir():
        what = "is a file" if start.exists() else "does not exist"
        raise ConfigError(
            f"the folder to work in {what}", where=given.as_posix(), advice="name a folder with --chdir DIR"
        )
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
        if (folder / ".git").exists():
            break
    raise ConfigError(
        f"there is no {FILE_NAME} in {start.as_posix()}"
        + (f" or above it, up to {folder.as_posix()}" if folder != start else ""),
        advice="run `faberdb init` to start a project here, or name its folder with --chdir DIR",
    )


def load(start: Path) -> Project:
    """The project that `start` lies in; raises ConfigError with everything that is wrong in its faberdb.toml."""
    found = find(start)
    file = _shown(found)
    try:
        source = read(file)
    except UnreadableError as error:
        raise error_of([error.problem], ConfigError) from error
    return project_of(source, found.parent)


def project_of(source: Source, root: Path) -> Project:
    """The project that a faberdb.toml says, which need not be written yet; raises ConfigError. root: its folder."""
    problems = leaks(source)
    if problems:
        raise error_of(problems, ConfigError)
    whole = validate(source, ProjectFile)
    if isinstance(whole, list):
        raise error_of(whole, ConfigError)
    problems = list(_contradictions(source, whole))
    if problems:
        raise error_of(problems, ConfigError)
    return _project(root, source.file, whole)


def _shown(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _contradictions(source: Source, whole: ProjectFile) -> Iterator[Problem]:
    """What each key alone allows and the file as a whole does not."""
    root = source.file.resolve().parent
    schemas = (root / whole.project.schemas).resolve()
    if schemas == root or not schemas.is_relative_to(root):
        message = '`schemas` must name a folder inside the project\'s own, such as "schemas"'
        yield source.problem(("project", "schemas"), message)
    for number, name in enumerate(whole.safety.protected_environments):
        if name not in whole.environments:
            keys = ("safety", "protected_environments", number)
            advice = f"correct the name, or add [environments.{name}]"
            yield source.problem(keys, f"there is no environment `{name}`{nearest(name, whole.environments)}", advice)
    for key, message in contradictions(whole.health):
        yield source.problem(("health", key), message)
    for name in whole.environments:
        if name.lower().endswith(JOURNAL_ENDING):
            message = f"`{JOURNAL_ENDING}` ends the name of what is kept beside the state of an environment"
            yield source.problem(("environments", name), message, "give the environment another name")
    for name, table in whole.environments.items():
        for key, message in _environment_contradictions(name, table, whole):
            yield source.problem(("environments", name, key), message)


def _environment_contradictions(name: str, table: EnvironmentTable, whole: ProjectFile) -> Iterator[tuple[str, str]]:
    if table.hosting == "embedded" and table.connection_string_env:
        yield "connection_string_env", "an embedded database takes no connection string; remove this key or `hosting`"
    elif table.hosting and table.hosting != "embedded" and not table.connection_string_env:
        yield "hosting", f"a database on {table.hosting} needs connection_string_env, the name of a variable"
    elif not table.hosting and whole.database.hosting != "embedded" and not table.connection_string_env:
        message = f"[database] hosting is {whole.database.hosting}, so this needs connection_string_env, the name of a"
        yield "hosting", f'{message} variable; or `hosting = "embedded"` for a PostgreSQL that faberdb runs itself'
    if table.server_version and table.connection_string_env:
        yield "server_version", "only the embedded server's version can be chosen; remove this key"
    if table.protected is False and name in whole.safety.protected_environments:
        yield "protected", "[safety] protected_environments says the opposite; change one of the two"
    shared = {there for there in table.roles.values() if list(table.roles.values()).count(there) > 1}
    if shared:
        yield "roles", f"two roles of the declaration are both called `{min(shared)}` here; give each its own name"
    if table.promote_from == name:
        yield "promote_from", "an environment cannot be promoted from itself"
    elif table.promote_from and table.promote_from not in whole.environments:
        others = [other for other in whole.environments if other != name]
        yield "promote_from", f"there is no environment `{table.promote_from}`{nearest(table.promote_from, others)}"


def _project(root: Path, file: Path, whole: ProjectFile) -> Project:
    return Project(
        root=root,
        file=file,
        name=whole.project.name,
        schemas=_shown(root / whole.project.schemas),
        seeds=_shown(root / whole.project.seeds),
        search_path=tuple(whole.project.search_path),
        include=tuple(whole.project.include),
        exclude=tuple(whole.project.exclude),
        server_objects=tuple(whole.project.server_objects),
        grants=dict(whole.project.grants),
        engine=whole.database.engine,
        migration_tool=whole.database.migration_tool,
        environments={name: _environment(name, table, file, whole) for name, table in whole.environments.items()},
        migrations=Migrations(**whole.migrations.model_dump()),
        safety=_safety(whole.safety),
        health=thresholds(whole.health),
        checks=Checks(tuple(whole.checks.after_apply), seconds(whole.checks.timeout)),
        backup=Backup(**{**whole.backup.model_dump(), "directory": root / whole.backup.directory}),
        state=State(whole.state.backend, root / whole.state.path, whole.state.journal),
        shadow=Shadow(**whole.shadow.model_dump()),
        integration=Integration(**whole.integration.model_dump()),
        alerts_urls_env=whole.alerts.urls_env,
        idle=tuple(_idle(whole)),
    )


IDLE = {
    "integration": ("cloud_plugin", "work_plugin", "logs_plugin"),
}


def _idle(whole: ProjectFile) -> Iterator[str]:
    for section, keys in IDLE.items():
        written = getattr(whole, section).model_fields_set
        yield from (f"{section}.{key}" for key in keys if key in written)


def _safety(table: SafetyTable) -> Safety:
    return Safety(
        protected_environments=tuple(table.protected_environments),
        require_approval_for=tuple(Risk[word.upper()] for word in table.require_approval_for),
        max_auto_rollback_attempts=table.max_auto_rollback_attempts,
        health_check_before_deploy=table.health_check_before_deploy,
        proof=table.proof,
    )


def _environment(name: str, table: EnvironmentTable, file: Path, whole: ProjectFile) -> Environment:
    safety = whole.safety
    hosting = table.hosting or whole.database.hosting
    if table.connection_string_env is None:
        hosting = "embedded"
    elif hosting == "embedded":
        hosting = "server"
    statement = table.statement_timeout or safety.statement_timeout
    return Environment(
        name=name,
        origin=Origin(file, ("environments", name)),
        hosting=hosting,
        connection_string_env=table.connection_string_env,
        auto_migrate=table.auto_migrate,
        protected=bool(table.protected) or name in safety.protected_environments,
        tls_exception=table.tls_exception,
        backup_before_migrate=table.backup_before_migrate,
        require_approval=table.require_approval,
        promote_from=table.promote_from,
        roles=dict(table.roles),
        forget=tuple(dict.fromkeys(map(Address.parse, (*whole.project.forget, *table.forget)))),
        server_version=table.server_version,
        online=table.online or safety.online,
        max_risk=Risk[(table.max_risk or safety.max_risk).upper()],
        on_drop=table.on_drop or safety.on_drop,
        hazards={
            code: HazardRule(
                rule.policy == "allow",
                rule.reason,
                rule.until,
                Origin(file, (*(("environments", name) if code in table.hazards else ("safety",)), "hazards", code)),
            )
            for code, rule in sorted({**safety.hazards, **table.hazards}.items())
        },
        windows=tuple(map(parse, safety.windows if table.windows is None else table.windows)),
        lock_timeout=seconds(table.lock_timeout or safety.lock_timeout),
        lock_retry_for=seconds(table.lock_retry_for or safety.lock_retry_for),
        statement_timeout=seconds(statement) if statement else None,
        check_data_timeout=seconds(table.check_data_timeout or safety.check_data_timeout),
    )
