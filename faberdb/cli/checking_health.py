"""The health of an environment: what the command `health` shows, and what stands before and after an apply."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from faberdb.backups.freshness import freshness
from faberdb.cli.backup_means import shelf_of
from faberdb.cli.workspace import Workspace, utc_now
from faberdb.config.project import Environment
from faberdb.errors import BackupError, FaberError, RefusedError
from faberdb.model import HealthFinding, HealthVerdict, worse
from faberdb.views.view import View


def health_of(workspace: Workspace, environment: Environment) -> list[HealthFinding]:
    """All findings about an environment. What cannot be reached is a finding too; an embedded server that does not run
    is not started."""
    return [*_of_database(workspace, environment), _of_backups(workspace, environment)]


def _of_database(workspace: Workspace, environment: Environment) -> list[HealthFinding]:
    if environment.embedded and not workspace.provider.embedded_running(workspace.folder(environment)):
        found = "the embedded server does not run; any command that needs it starts it"
        return [HealthFinding("connectivity", HealthVerdict.UNKNOWN, found, advice=f"faberdb plan {environment.name}")]
    try:
        with workspace.session(environment) as session:
            return look(workspace, session)
    except FaberError as error:
        critical = HealthVerdict.CRITICAL
        return [HealthFinding("connectivity", critical, error.message, "", error.advice, error.detail, 1, stops=True)]


def look(workspace: Workspace, session: Any) -> list[HealthFinding]:
    """What the provider finds in the session's database."""
    found: list[HealthFinding] = workspace.provider.health(session, workspace.project.health, utc_now().date())
    return found


def _of_backups(workspace: Workspace, environment: Environment) -> HealthFinding:
    threshold = workspace.project.health["backup_age"]
    asked = environment.protected or environment.backup_before_migrate
    asked = asked or workspace.project.backup.backup_before_destructive_ops
    try:
        shelf = shelf_of(workspace, environment)
        backups, _ = shelf.backups()
        verified = {backup.id for backup in backups if shelf.verified(backup)}
    except BackupError as error:
        said = f"backups could not be looked at: {error.message}"
        return HealthFinding("backup_age", HealthVerdict.UNKNOWN, said, threshold.said, error.advice, error.detail)
    return freshness(environment.name, backups, verified, utc_now(), threshold, asked=asked)


@dataclass
class Watch:
    """The health of a database around an apply."""

    workspace: Workspace
    environment: Environment
    session: Any
    view: View
    _before: list[HealthFinding] = field(default_factory=list)

    @property
    def wanted(self) -> bool:
        """Whether anybody wants to know."""
        return self.environment.protected or self.workspace.project.safety.health_check_before_deploy

    def before(self) -> None:
        """Look before the first step; what is amiss is told. Raises RefusedError for what an apply is not safe with."""
        if not self.wanted:
            return
        self._before = look(self.workspace, self.session)
        stopping = [finding for finding in self._before if finding.stops]
        for finding in self._before:
            if finding.verdict.amiss and not finding.stops:
                self.view.health_note(finding, "before")
        if stopping:
            first, *others = stopping
            raise RefusedError(
                f"environment {self.environment.name} is not fit for a change, so nothing was changed:"
                f" {first.check}: {first.found}",
                detail=(*first.detail, *(f"{finding.check}: {finding.found}" for finding in others)),
                advice=f"{first.advice}; see all of it: faberdb health {self.environment.name}",
            )

    def after(self) -> None:
        """Look again, in a session of its own, and tell what has become worse."""
        if self._before:
            for finding in worse(self._before, _of_database(self.workspace, self.environment)):
                self.view.health_note(finding, "after")
