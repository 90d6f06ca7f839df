"""What is written of a role."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from faberdb_providers.postgres.specs.base import Spec
from faberdb_providers.postgres.specs.options import Setting


def _moment(text: str) -> str:
    """A time as the catalogue query prints it; without a zone it is meant in UTC. Raises ValueError."""
    if text == "-infinity":  # it has ceased to be valid ever since
        return text
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError('write a date or a time, as in "2027-01-31" or "2027-01-31 18:00+01"') from None
    exact = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).replace(tzinfo=None)
    return f"{exact.isoformat(' ')}+00"


class RoleSpec(Spec):
    """A role of the server. It is made without a password, which is never read either."""

    login: bool = False
    """Whether it can be logged in as."""
    superuser: bool = False
    createdb: bool = False
    """Whether it may make databases."""
    createrole: bool = False
    """Whether it may make other roles."""
    inherit: bool = True
    """Whether it has the privileges of the roles it is a member of without SET ROLE; from PostgreSQL 16 on only what
    new memberships say where they say nothing."""
    replication: bool = False
    bypassrls: bool = False
    """Whether row security does not hold for it."""
    connection_limit: int | None = Field(default=None, ge=0)
    """How many connections it may have at a time; none where nothing is said."""
    valid_until: Annotated[str, AfterValidator(_moment)] | None = None
    """When its password ceases to be valid, `2027-01-31`, in UTC where no zone is given; never where nothing is
    said."""
    settings: dict[str, Setting] = {}
    """Settings of its sessions in all databases: `{ statement_timeout = "5s" }`."""
    database_settings: dict[str, Setting] = {}
    """The same in this database only."""
