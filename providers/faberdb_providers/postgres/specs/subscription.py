"""What is written of a subscription."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from faberdb_providers.postgres.specs.base import LabelledSpec, OwnedSpec
from faberdb_providers.postgres.specs.options import Secret


class SubscriptionSpec(OwnedSpec, LabelledSpec):
    """A subscription to publications of another database. It is made without connecting to it."""

    connection: Secret | None = None
    """`{ env = "NAME" }`: the variable with the connection string, needed when it is made. The string of one that is
    there is neither read nor changed."""
    publications: list[str] = Field(min_length=1)
    """The publications, which are on the publisher."""
    enabled: bool = False
    """Whether it is to replicate; that takes a `slot_name`."""
    slot_name: str | None = None
    """Its replication slot on the publisher, which no plan makes or drops; none where nothing is said."""
    synchronous_commit: Literal["off", "local", "remote_write", "remote_apply", "on"] = "off"
    binary: bool = False
    """Whether values are sent in binary form (PostgreSQL 14)."""
    streaming: Literal["off", "on", "parallel"] | None = None
    """How large transactions in progress are sent (PostgreSQL 14); the server's default where nothing is said."""
    two_phase: bool = False
    """Whether prepared transactions are sent as such (PostgreSQL 15)."""
    disable_on_error: bool = False
    """Whether it disables itself at an error (PostgreSQL 15)."""
    password_required: bool = True
    """Whether the connection of an owner who is no superuser must use a password (PostgreSQL 16)."""
    run_as_owner: bool = False
    """Whether rows are written as its owner instead of the table's (PostgreSQL 16)."""
    origin: Literal["any", "none"] = "any"
    """Whether changes that the publisher has from elsewhere are wanted (PostgreSQL 16)."""
    failover: bool = False
    """Whether the slot is kept on the publisher's standbys too (PostgreSQL 17)."""

    @model_validator(mode="after")
    def _slot(self) -> SubscriptionSpec:
        if self.enabled and not self.slot_name:
            raise ValueError("an enabled subscription needs a `slot_name`, the slot on the publisher that it reads")
        return self
