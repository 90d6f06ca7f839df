"""Plans without changes, remembered: whoever asks again about the same files and the same catalogue gets the same
answer at once, and of files that were edited only the edited blocks have to be looked at.

Equality is by content of everything that planning looks at, so what is remembered may be of no use but not wrong."""

from __future__ import annotations

import hashlib
import json
import marshal
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from faberdb import __version__
from faberdb.config.project import Project
from faberdb.declare.blocks import block_of
from faberdb.declare.load import Declaration, unchanged
from faberdb.declare.part import Known, Spot
from faberdb.model import Address, Unmanaged

FORMAT = 6


class Unchanging(NamedTuple):
    """What a plan without changes says: the catalogue's fingerprint, what is unmanaged, the state it was made from, the
    addresses of what that protects, and what was said besides."""

    fingerprint: str
    unmanaged: tuple[Unmanaged, ...]
    lineage: str
    serial: int
    protected: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


class Standing(NamedTuple):
    """What the schema files said when there was nothing to change, so that each declared object stood for the live one
    of its address. digests: of the declarations; spots: where each was written, for those written in a block; written:
    what was, for each spot."""

    known: Known
    digests: dict[Address, str]
    spots: dict[Address, Spot]
    written: dict[Spot, list[Address]]


def inputs(project: Project, environment: str, provider: object, state: bytes | None, database: object) -> str:
    """Digest of all a plan is made from but the catalogue and the schema files: settings, the state, which database it
    is (a clone may have the very pulse), and the programs at work, whose release alone does not tell a checkout that
    was edited."""
    state_digest = hashlib.sha256(state).hexdigest() if state is not None else ""
    programs = {
        Path(str(sys.modules[name].__file__)).parent for name in (__package__.partition(".")[0], _home(provider))
    }
    code = sorted(stamp for folder in programs for stamp in _stamps(folder))
    parts = [FORMAT, __version__, repr(project), environment, state_digest, repr(database), code]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _home(provider: object) -> str:
    return type(provider).__module__.partition(".")[0]


def _stamps(folder: Path) -> Iterator[tuple[str, int, int]]:
    """Path, time and size of every Python file of a package."""
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from _stamps(Path(entry.path))
        elif entry.name.endswith(".py"):
            there = entry.stat()
            yield entry.path, there.st_mtime_ns, there.st_size


class Memo:
    """The last plan without changes of one environment, in the cache folder."""

    def __init__(self, cache: Path, project: Project, environment: str) -> None:
        name = hashlib.sha256(json.dumps([str(project.root), environment]).encode()).hexdigest()[:24]
        self.file, self.folder = cache / "unchanged" / f"{name}.json", project.schemas
        self._standing, self._packed = self.file.with_suffix(".declared"), self.file.with_suffix(".catalogue")
        try:
            record = json.loads(self.file.read_bytes())
            self._record: dict[str, Any] = record if isinstance(record, dict) else {}
        except (OSError, ValueError):
            self._record = {}

    @property
    def pulse(self) -> str:
        """The catalogue's pulse when it was last looked at; `none` where that is not known."""
        return str(self._record.get("pulse") or "none")

    @property
    def catalogue(self) -> str:
        """Digest of the catalogue that the pulse stands for."""
        return str(self._record.get("inputs", "")).rpartition(" ")[2]

    def packed(self) -> bytes:
        """The catalogue as it was read then, as the provider packed it; empty where it was not kept."""
        try:
            raw = self._packed.read_bytes()
        except OSError:
            return b""
        return raw if hashlib.sha256(raw).hexdigest() == self._record.get("packed") else b""

    def feel(self, pulse: str) -> None:
        """Remember that the catalogue has this pulse now, though it holds what it held."""
        if pulse and pulse != self.pulse:
            self._record["pulse"] = pulse
            with suppress(OSError):
                _write(self.file, json.dumps(self._record).encode())

    def recall(self, inputs: str) -> Unchanging | None:
        """The remembered plan, if it was made from these inputs, whatever the schema files say now."""
        try:
            if self._record["inputs"] != inputs:
                return None
            unmanaged = tuple(Unmanaged(*map(str, item)) for item in self._record["unmanaged"])
            serial = int(self._record["serial"])
            protected = tuple(map(str, self._record["protected"]))
            fingerprint, lineage = str(self._record["fingerprint"]), str(self._record["lineage"])
            remarks = tuple(map(str, self._record["remarks"]))
            return Unchanging(fingerprint, unmanaged, lineage, serial, protected, remarks)
        except (ValueError, KeyError, TypeError):
            return None

    def fits(self) -> bool:
        """Whether the schema files are those of the remembered plan."""
        try:
            return unchanged(self.folder, self._record["files"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return False

    def standing(self) -> Standing | None:
        """What the schema files said then."""
        try:
            raw = self._standing.read_bytes()
            if hashlib.sha256(raw).hexdigest() != self._record["declared"]:
                return None
            # Plain values from the user's own cache folder, whose digest is in the file beside.
            blocks, spots, objects = marshal.loads(raw)  # noqa: S302
            digests, places = {}, {}
            written: list[list[Address]] = [[] for _ in spots]
            for kind, path, content, spot in objects:
                address = Address(kind, path)
                digests[address] = content
                if spot is not None:
                    places[address] = spots[spot]
                    written[spot].append(address)
            known = Known(self._record["files"], blocks)
            return Standing(known, digests, places, dict(zip(spots, written, strict=True)))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError):
            return None

    def save(
        self,
        inputs: str,
        plan: Unchanging,
        declaration: Declaration,
        digests: Mapping[Address, str],
        pulse: str,
        packed: bytes,
    ) -> None:
        """Remember a plan; a full or read-only disk only costs time at the next run."""
        blocks = {str(file): dict(there) for file, there in declaration.blocks.items()}
        spots: dict[Spot, int] = {}
        objects = []
        for address, content in digests.items():
            obj = declaration.objects.get(address)
            spot = None
            if obj is not None and obj.origin is not None and obj.origin.file in declaration.blocks:
                block = block_of(obj.origin.keys, declaration.blocks[obj.origin.file])
                spot = spots.setdefault((str(obj.origin.file), block), len(spots))
            objects.append((address.kind, address.path, content, spot))
        declared = marshal.dumps((blocks, list(spots), objects))
        record = {
            "inputs": inputs,
            "pulse": pulse,
            "files": {str(file): content for file, content in declaration.contents.items()},
            "fingerprint": plan.fingerprint,
            "unmanaged": [[item.what, item.name, item.reason] for item in plan.unmanaged],
            "lineage": plan.lineage,
            "serial": plan.serial,
            "protected": list(plan.protected),
            "remarks": list(plan.remarks),
            "packed": hashlib.sha256(packed).hexdigest(),
            "declared": hashlib.sha256(declared).hexdigest(),
        }
        with suppress(OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            _write(self._standing, declared)
            _write(self._packed, packed)
            _write(self.file, json.dumps(record).encode())


def _write(file: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(handle, "wb") as aside:
        aside.write(data)
    Path(name).replace(file)
