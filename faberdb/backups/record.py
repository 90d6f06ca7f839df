"""What lies beside the files of a backup: what it says of itself, the objects in it, and that it was verified."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from faberdb.errors import BackupError
from faberdb.model import Address, Backup, Object, Verified
from faberdb.plan import records

FORMAT_VERSION = "1.0"
Model = TypeVar("Model", bound=BaseModel)


class BackupFile(BaseModel):
    """backup.json."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    format_version: str
    id: str
    environment: str
    provider: str
    taken_at: str
    seconds: float
    faberdb: str
    holder: str
    reason: str
    server_version: int
    size: int
    database_size: int
    fingerprint: str
    database: dict[str, Any]
    rows: dict[str, int]
    character: dict[str, Any]
    needs: dict[str, Any]


class VerifiedFile(BaseModel):
    """verified.json."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    format_version: str
    sums: str
    at: str
    seconds: float
    on: str
    faberdb: str


def to_json(backup: Backup) -> bytes:
    """The text of backup.json."""
    return _text({"format_version": FORMAT_VERSION, **asdict(backup)})


def from_json(data: bytes, where: str) -> Backup:
    """The backup that `to_json` wrote down. Raises BackupError for anything else."""
    found = _read(BackupFile, data, where)
    return Backup(**{name: value for name, value in found if name != "format_version"})


def verified_to_json(verified: Verified, sums: str) -> bytes:
    """The text of verified.json. sums: digest of the checksums that it was true for."""
    return _text({"format_version": FORMAT_VERSION, "sums": sums, **asdict(verified)})


def verified_from_json(data: bytes, where: str) -> tuple[Verified, str]:
    """What `verified_to_json` wrote down. Raises BackupError for anything else."""
    found = _read(VerifiedFile, data, where)
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


def _read(model: type[Model], data: bytes, where: str) -> Model:
    try:
        document = json.loads(data)
        version = str(document["format_version"])
        if version.split(".")[0] != FORMAT_VERSION.split(".")[0]:
            raise BackupError(
                f"a backup has format {version}, this faberdb reads {FORMAT_VERSION}",
                where=where,
                advice="use the faberdb that wrote it, or a newer one",
            )
        return model.model_validate(document)
    except ValidationError as error:
        why = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()[:3])
        raise BackupError("what a backup says of itself cannot be read", where=where, detail=(why,)) from None
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError("what a backup says of itself cannot be read", where=where, detail=(str(error),)) from None
