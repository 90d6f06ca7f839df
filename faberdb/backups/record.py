"""What lies beside the files of a backup: what it says of itself, the objects in it, and that it was verified."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from faberdb.errors import BackupError
from faberdb.model import Address, Backup, Object, Verified
from faberdb.plan import records
from faberdb.plan.json_schema import DIALECT
from faberdb.plan.shape import Strict

FORMAT_VERSION = "1.1"
Model = TypeVar("Model", bound=BaseModel)


class IdentityRecord(Strict):
    """What tells a database from every other."""

    system: str | None
    """Identifier of the server, where the role may know it."""
    oid: int
    name: str


class CopyRecord(Strict):
    """The database that a copy is."""

    database: str
    oid: int
    """It keeps this when it is renamed."""
    system: str | None
    """Identifier of the server that it is on, where the role may know it."""


class CharacterRecord(Strict):
    """What a database is like, beside what is in it. It is given to the database that a restore makes."""

    owner: str
    encoding: str
    collate: str
    ctype: str
    provider: Literal["libc", "icu", "builtin"]
    locale: str | None
    rules: str | None
    limit: int
    """How many may be connected at once; -1 is no limit."""
    tablespace: str
    comment: str | None
    settings: list[tuple[str, str, str]]
    """Role (empty for all), setting, value."""
    rights: list[tuple[str, str, bool]] | None
    """Role (empty for everybody), privilege, with grant option; null where nothing was ever granted or revoked."""


class NeedsRecord(Strict):
    """What a server must have to hold the backup."""

    extensions: dict[str, str]
    """Name and version."""
    roles: list[str]
    superusers: list[str]
    tablespaces: list[str]


class BackupFile(Strict):
    """What a backup says of itself. It never changes once the backup has its name."""

    format_version: str
    id: str
    environment: str
    provider: str
    """The entry point of `faberdb.backups` that took it."""
    taken_at: str
    """When its snapshot was, in UTC."""
    seconds: float
    """How long it took."""
    faberdb: str
    """Version of the faberdb that took it."""
    holder: str
    """Who took it."""
    reason: str
    """What it was taken for."""
    server_version: int
    """As PostgreSQL numbers it: 180004 is 18.4."""
    size: int
    """Bytes of its files, or of the copy."""
    database_size: int
    """Bytes of the database that was backed up."""
    fingerprint: str
    """Of the catalogue in catalogue.json."""
    database: IdentityRecord
    """The one that was backed up."""
    rows: dict[str, int]
    """How many rows each table had, and how many large objects there were, at the moment of the snapshot."""
    character: CharacterRecord
    needs: NeedsRecord
    kept_as: CopyRecord | None = None
    """The copy, where the backup is one on the server and not files."""


class VerifiedFile(Strict):
    """verified.json."""

    format_version: str
    sums: str
    at: str
    seconds: float | None
    on: str
    faberdb: str


def to_json(backup: Backup) -> bytes:
    """The text of backup.json."""
    return _text({"format_version": FORMAT_VERSION, **asdict(backup)})


def from_json(data: bytes, where: str) -> Backup:
    """The backup that `to_json` wrote down. Raises BackupError for anything else."""
    _, document = _read(BackupFile, data, where)
    return Backup(**{name: value for name, value in document.items() if name != "format_version"})


def backup_schema() -> dict[str, Any]:
    """JSON Schema of backup.json, for programs that read it."""
    return {"$schema": DIALECT, **BackupFile.model_json_schema()}


def verified_to_json(verified: Verified, sums: str) -> bytes:
    """The text of verified.json. sums: digest of the checksums that it was true for."""
    return _text({"format_version": FORMAT_VERSION, "sums": sums, **asdict(verified)})


def verified_from_json(data: bytes, where: str) -> tuple[Verified, str]:
    """What `verified_to_json` wrote down. Raises BackupError for anything else."""
    found, _ = _read(VerifiedFile, data, where)
    return Verified(found.at, found.seconds, found.on, found.faberdb), found.sums


def objects_to_json(objects: Mapping[Address, Object]) -> bytes:
    """The text of catalogue.json: to tell what is different, should a restore not give all of it back."""
    return _text([records.object_to(obj) for obj in objects.values()])


def objects_from_json(data: bytes, where: str) -> dict[Address, Object]:
    """What `objects_to_json` wrote down. Raises BackupError for anything else."""
    try:
        objects = [records.object_from(item) for item in json.loads(data)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BackupError("the catalogue of a backup cannot be read", where=where, detail=(str(error),)) from None
    return {obj.address: obj for obj in objects}


def _text(document: Any) -> bytes:
    return json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n"


def _read(model: type[Model], data: bytes, where: str) -> tuple[Model, dict[str, Any]]:
    """A file that a backup has, checked, and as it stands there."""
    try:
        document = json.loads(data)
        version = str(document["format_version"])
        if version.split(".")[0] != FORMAT_VERSION.split(".")[0]:
            raise BackupError(
                f"a backup has format {version}, this faberdb reads {FORMAT_VERSION}",
                where=where,
                advice="use the faberdb that wrote it, or a newer one",
            )
        return model.model_validate_json(data), document
    except ValidationError as error:
        why = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()[:3])
        raise BackupError("what a backup says of itself cannot be read", where=where, detail=(why,)) from None
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError("what a backup says of itself cannot be read", where=where, detail=(str(error),)) from None
