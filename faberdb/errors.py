"""One tree of errors. Each says what happened, where (file:line or address), and what to do.

The exit codes are a contract with the scripts that call faberdb; they are documented in docs/reference/exit-codes.md.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What a faberdb command ends with."""

    OK = 0
    ERROR = 1
    CHANGES = 2
    STALE = 3
    LOCKED = 4
    APPROVAL = 5
    STOPPED = 6
    ROLLED_BACK = 7
    UNVERIFIED = 8
    REFUSED = 9
    UNRECORDED = 10
    INTERRUPTED = 130


class FaberError(Exception):
    """What every error that faberdb foresees is.

    message: what happened, one sentence without a full stop. where: a place a person can go to (`file:line:column`
    or an address). advice: the command or edit that helps. detail: further lines, the server's own words say.
    """

    code: ClassVar[ExitCode] = ExitCode.ERROR

    def __init__(self, message: str, *, where: str = "", advice: str = "", detail: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message, self.where, self.advice, self.detail = message, where, advice, detail

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.message}" if self.where else self.message, *self.detail]
        return "\n".join([*lines, f"help: {self.advice}"] if self.advice else lines)


class ConfigError(FaberError):
    """faberdb.toml, or the environment it names, cannot be used."""


class DeclarationError(FaberError):
    """A schema file cannot be read as a declaration."""


class DatabaseError(FaberError):
    """The server could not be reached, or refused what was asked."""


class ConnectionLostError(DatabaseError):
    """The connection to the server was lost. in_doubt: at a moment that leaves open whether what it was asked last was
    committed."""

    in_doubt = False


class LockLostError(DatabaseError):
    """The lock of an apply is held by somebody else now, so nothing may be written any more."""

    code = ExitCode.STOPPED
    committed = False
    """Whether that was found out when what ran last was committed already."""


class NoDatabaseError(DatabaseError):
    """The server has no database of the name that the connection string gives."""


class ScratchError(FaberError):
    """No scratch server can hold what the plan touches, or one of them failed."""


class ProofError(FaberError):
    """The plan, run on scratch, did not end where it should."""


class CircleError(FaberError):
    """Objects that need each other in a circle no order can satisfy."""


class StaleError(FaberError):
    """The plan was made for another state of the database, or of another database, or is no longer valid."""

    code = ExitCode.STALE


class LockedError(FaberError):
    """Somebody else is changing this database or its state."""

    code = ExitCode.LOCKED


class ApprovalError(FaberError):
    """Somebody has to agree, and nobody was there to be asked."""

    code = ExitCode.APPROVAL


class StoppedError(FaberError):
    """An apply ended part way, or so that only the journal in the database knows how far; it can go on or be taken
    back."""

    code = ExitCode.STOPPED


class RolledBackError(FaberError):
    """An apply failed and everything it had done was taken back."""

    code = ExitCode.ROLLED_BACK


class VerificationError(FaberError):
    """The database after the apply is not what the plan promised, or a check of the project's failed on it."""

    code = ExitCode.UNVERIFIED


class RefusedError(FaberError):
    """A rule of the project, or data that is there, forbids this; nothing was changed."""

    code = ExitCode.REFUSED


class StateError(FaberError):
    """The state cannot be read or written."""


class JournalError(StateError):
    """The journal, in the database or in the state store, cannot be written."""

    committed = False
    """Whether what could not be written is that what ran last is committed."""


class BrokenStateError(StateError):
    """What is kept as a state is none: it was cut off, or edited."""


class BackupError(FaberError):
    """A backup cannot be taken, found, or trusted."""


class UnfitBackupError(BackupError):
    """A backup is damaged, or a restore of it did not give back what was backed up."""

    code = ExitCode.UNVERIFIED


class CutShortError(FaberError):
    """Ctrl-C ended a command that changes a database; the message says how far it had come."""

    code = ExitCode.INTERRUPTED


class UnrecordedError(StateError):
    """A plan was applied and verified, but the state could not be written; the journal in the database tells of it."""

    code = ExitCode.UNRECORDED
