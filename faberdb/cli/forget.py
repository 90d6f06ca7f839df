"""What `forget` may name: what is there, and is not declared."""

from __future__ import annotations

from collections.abc import Mapping

from faberdb.config.project import Environment
from faberdb.declare.source import closest, place_of
from faberdb.diff.forgotten import forgotten
from faberdb.errors import ConfigError, DeclarationError
from faberdb.model import Address, Object


def require_forgotten(environment: Environment, live: Mapping[Address, Object]) -> None:
    """Raises ConfigError for a name that nothing bears: a slip of the pen would have another object dropped."""
    unknown = [address for address in environment.forget if address not in live]
    if unknown:
        named = unknown[0]
        close = closest(str(named), map(str, live))
        raise ConfigError(
            f"`forget` names {named}, which is not in environment {environment.name}"
            + (f"; did you mean `{close}`?" if close else ""),
            where=place_of(environment.origin),
            advice=f"correct the name, or take it out; what only some environments have belongs into `forget` of"
            f" [environments.{environment.name}] and the like",
        )


def refuse_declared(environment: Environment, declared: Mapping[Address, Object]) -> None:
    """Raises DeclarationError where a block stands for what is not to be managed."""
    both = min(forgotten(environment.forget, declared), key=lambda a: (a not in environment.forget, a), default=None)
    if both is not None:
        raise DeclarationError(
            f"{both} is declared, and `forget` in {environment.origin.file.as_posix()} says that it is not managed",
            where=place_of(origin) if (origin := declared[both].origin) else "",
            advice="remove the block, or the name in `forget`",
        )
