"""The cluster that scratch clusters start as: initialised once per server, kept as one file, unpacked for each run.

One file, because it appears whole or not at all (two processes may make it at once), and because it is read in one go
where the thousand small files of a data folder would each be opened.
"""

from __future__ import annotations

import json
import mmap
import os
import tempfile
from pathlib import Path

from faberdb.errors import ScratchError
from faberdb_providers.postgres.servers import cluster
from faberdb_providers.postgres.servers.binaries import Binaries
from faberdb_providers.postgres.servers.cluster import Account
from faberdb_providers.postgres.servers.runfolder import run_folder

DATABASES = ("scratch_0", "scratch_1")
_MAGIC = b"faberdb scratch template 1\n"
# template0 stays for databases of another locale, template1 as the place to create them from.
_PREPARE = "ALTER DATABASE postgres RENAME TO scratch_0;\nCREATE DATABASE scratch_1 TEMPLATE template0;\n"
_CONFIGURATION = {"postgresql.conf": "", "pg_hba.conf": "local all all trust\n", "pg_ident.conf": ""}


def ensure(binaries: Binaries, who: Account | None, cache: Path) -> Path:
    """The template file of this server in `cache`, made if it is not there; raises DatabaseError, ScratchError."""
    where, version = cluster.fingerprint(binaries)
    file = cache / "scratch" / f"{binaries.major}-{where}-{version}.template"
    if not _whole(file):
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            _build(binaries, who, file)
            for older in file.parent.glob(f"{binaries.major}-{where}-*.template"):
                if older != file:
                    older.unlink(missing_ok=True)
        except OSError as error:
            raise ScratchError(
                "the template of the scratch cluster cannot be written", where=str(file), detail=(str(error),)
            ) from error
    return file


def unpack(file: Path, folder: Path, who: Account | None) -> None:
    """Write the template's data folder into `folder`, which exists; raises OSError."""
    with file.open("rb") as packed, mmap.mmap(packed.fileno(), 0, access=mmap.ACCESS_READ) as content:
        content.seek(len(_MAGIC))
        index = json.loads(content.readline())
        base, position, view = f"{folder}/", content.tell(), memoryview(content)
        try:
            for name in index["folders"]:
                os.mkdir(base + name, 0o700)  # noqa: PTH102  (a Path per file would double the time)
                if who:
                    os.chown(base + name, who.uid, who.gid)
            for name, size in index["files"]:
                _write(base + name, view[position : position + size], who)
                position += size
        finally:
            view.release()


def _write(path: str, content: memoryview, who: Account | None) -> None:
    target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        while content:
            content = content[os.write(target, content) :]
        if who:
            os.fchown(target, who.uid, who.gid)
    finally:
        os.close(target)


def _whole(file: Path) -> bool:
    """Whether the file is all there: after a power failure it may be short."""
    try:
        with file.open("rb") as packed:
            if packed.readline() != _MAGIC:
                return False
            index = json.loads(packed.readline())
            return bool(packed.tell() + sum(size for _, size in index["files"]) == file.stat().st_size)
    except (OSError, ValueError):
        return False


def _build(binaries: Binaries, who: Account | None, file: Path) -> None:
    with run_folder(who) as folder:
        data = folder / "data"
        cluster.initialise(binaries, data, who, throwaway=True)
        settings = {"fsync": "off", "min_wal_size": "2MB", "max_wal_size": "2MB"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        cluster.run([str(binaries.bin / "postgres"), "--single", "-D", str(data), *options, "template1"], who, _PREPARE)
        for name, text in _CONFIGURATION.items():
            (data / name).write_text(text)
        _pack(data, file)


def _pack(data: Path, file: Path) -> None:
    folders, files = [], []
    for path in sorted(data.rglob("*")):
        name = path.relative_to(data).as_posix()
        if path.is_dir():
            folders.append(name)
        elif name != "postmaster.opts" and not name.startswith("pg_stat/"):
            files.append((name, path.stat().st_size))
    descriptor, aside = tempfile.mkstemp(prefix=".new-", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as packed:
            packed.write(_MAGIC + json.dumps({"folders": folders, "files": files}).encode() + b"\n")
            for name, _ in files:
                packed.write((data / name).read_bytes())
            packed.flush()
            os.fsync(packed.fileno())
        Path(aside).replace(file)
    finally:
        Path(aside).unlink(missing_ok=True)
