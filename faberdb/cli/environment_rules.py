"""What an environment's settings demand of a plan: the rules it is held against, and promises nobody keeps yet."""

from __future__ import annotations

from faberdb.cli.workspace import Workspace, utc_now
from faberdb.config.project import Environment
from faberdb.errors import RefusedError
from faberdb.model import Address
from faberdb.plan.document import Plan
from faberdb.policy.rules import Rules


def rules_of(
    environment: Environment, before: frozenset[Address], plan: Plan, *, strict: bool, accepted: bool
) -> Rules:
    """The rules that a plan for an environment is held against today. before: what is protected as the state knows it;
    accepted: whether what nothing takes back may be done."""
    protected = {a for a, p in plan.protection.items() if p} | before
    protected -= {a for a, p in plan.protection.items() if not p}
    return hazard_rules(environment)._replace(
        protected=frozenset(protected),
        strict=strict,
        guarded=environment.protected,
        accepted=accepted,
    )


def hazard_rules(environment: Environment) -> Rules:
    """What an environment says of risks and hazards today."""
    today = utc_now().date()
    now = {code: rule for code, rule in environment.hazards.items() if rule.until is None or today <= rule.until}
    return Rules(
        max_risk=environment.max_risk,
        on_drop=environment.on_drop,
        allowed=frozenset(code for code, rule in now.items() if rule.allowed),
        forbidden={code: rule.reason for code, rule in now.items() if not rule.allowed},
        expired={
            code: f"was allowed until {rule.until}"
            for code, rule in environment.hazards.items()
            if rule.allowed and code not in now
        },
        lapsed={
            code: f"was forbidden until {rule.until} ({rule.reason})"
            for code, rule in environment.hazards.items()
            if not rule.allowed and code not in now
        },
    )


def refuse_unsupported(workspace: Workspace, environment: Environment) -> None:
    """Refuse to change a database whose settings promise what this version does not do. Raises RefusedError."""
    promised = workspace.project.unsupported(environment.name)
    if promised:
        raise RefusedError(
            f"this version of faberdb does not keep what is set for environment {environment.name}: "
            + ", ".join(promised),
            where=str(workspace.project.file),
            advice="nothing was changed; wait for the version that does, or take the setting out on purpose",
        )
