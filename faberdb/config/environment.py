"""What the process was started with: the only place that reads environment variables.

The other rooms are given a Surroundings, so that a test can give them another one.
"""

from __future__ import annotations

import getpass
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from faberdb.declare.source import place_of
from faberdb.errors import ConfigError
from faberdb.model import Origin

if TYPE_CHECKING:
    from faberdb.config.project import Environment, Project

EXAMPLE = "postgresql://USER:PASSWORD@HOST:5432/DATABASE"
_LOCAL = ("localhost", "127.0.0.1", "::1")
_CONNINFO = re.compile(r"\s*(\w+)\s*=\s*('(?:[^'\\]|\\.)*'|(?:[^\s'\\]|\\.)*)\s*", re.DOTALL)
_FALSE = ("", "0", "false", "no", "off")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """pg_bin: FABERDB_PG_BIN, a folder of server programs. path: PATH. cache: where faberdb may keep what it can make
    again. user: who holds a lock, `ann@laptop`. The variables themselves are never shown."""

    pg_bin: Path | None
    path: tuple[Path, ...]
    cache: Path
    color: bool
    ci: bool
    user: str
    variables: Mapping[str, str] = field(repr=False, compare=False)

    def connection_string(self, environment: Environment) -> str | None:
        """How to reach the environment's database; None for an embedded one.

        Raises ConfigError where the variable is missing or holds no connection string, and where the environment is
        protected but the connection would trust any server. No error repeats what the variable holds.
        """
        name = environment.connection_string_env
        if name is None:
            return None
        text = self._variable(name, f"environment `{environment.name}`", _within(environment, "connection_string_env"))
        settings = _settings(text, name, environment.origin)
        if environment.protected and not environment.tls_exception:
            self._demand_verified(environment, name, settings)
        return text

    def shadow_string(self, project: Project) -> str | None:
        """How to reach the scratch server of [shadow] url_env; None where none is named."""
        name = project.shadow.url_env
        if name is None:
            return None
        origin = Origin(project.file, ("shadow", "url_env"))
        text = self._variable(name, "the scratch server", origin)
        _settings(text, name, origin)
        return text

    def _variable(self, name: str, whose: str, origin: Origin) -> str:
        value = self.variables.get(name, "").strip()
        if value:
            return value
        state = "empty" if name in self.variables else "not set"
        raise ConfigError(
            f"{whose} needs the variable {name}, which is {state}",
            where=place_of(origin),
            advice=f"export {name}='{EXAMPLE}'",
        )

    def _demand_verified(self, environment: Environment, name: str, settings: Mapping[str, str]) -> None:
        """The driver fills from its own variables what the connection string leaves out."""
        hosts = settings.get("host") or settings.get("hostaddr") or self.variables.get("PGHOST", "")
        named_elsewhere = "service" in settings or "PGSERVICE" in self.variables
        if not named_elsewhere and all(_is_local(host) for host in hosts.split(",")):
            return
        mode = settings.get("sslmode") or self.variables.get("PGSSLMODE", "")
        if mode != "verify-full":
            raise ConfigError(
                f"environment `{environment.name}` is protected, but its connection would trust any server:"
                f" sslmode is {mode or 'not set'}",
                where=place_of(environment.origin),
                advice=f"add sslmode=verify-full (and sslrootcert) to {name}, or say in faberdb.toml why not:"
                f' [environments.{environment.name}] tls_exception = "reason"',
            )


def surroundings(variables: Mapping[str, str] | None = None) -> Surroundings:
    """What this process was started with; tests pass variables of their own."""
    given = os.environ if variables is None else variables
    pg_bin = given.get("FABERDB_PG_BIN")
    return Surroundings(
        pg_bin=Path(pg_bin).expanduser() if pg_bin else None,
        path=tuple(Path(part) for part in given.get("PATH", "").split(os.pathsep) if part),
        cache=_cache(given),
        color=not given.get("NO_COLOR"),
        ci=given.get("CI", "").lower() not in _FALSE,
        user=_user(given),
        variables=given,
    )


def _cache(variables: Mapping[str, str]) -> Path:
    own, shared = variables.get("FABERDB_CACHE"), variables.get("XDG_CACHE_HOME")
    if own:
        return Path(own).expanduser().absolute()
    if shared and Path(shared).is_absolute():
        return Path(shared) / "faberdb"
    home = variables.get("HOME") or variables.get("USERPROFILE")
    return Path(home) / ".cache" / "faberdb" if home else Path(gettempdir()) / "faberdb-cache"


def _user(variables: Mapping[str, str]) -> str:
    name = next((variables[key] for key in ("LOGNAME", "USER", "USERNAME") if variables.get(key)), "")
    if not name:
        try:
            name = getpass.getuser()
        except (KeyError, OSError, ImportError):
            # A container's user number need not have a name.
            name = "unknown"
    return f"{name}@{socket.gethostname()}"


def _within(environment: Environment, key: str) -> Origin:
    return Origin(environment.origin.file, (*environment.origin.keys, key))


def _is_local(host: str) -> bool:
    return host in ("", *_LOCAL) or host.startswith(("/", "@"))


def _settings(text: str, variable: str, origin: Origin) -> dict[str, str]:
    """What a connection string sets, as far as it matters here; raises ConfigError if it is none."""
    try:
        found = _url_settings(text) if "://" in text.split("=", 1)[0] else _conninfo_settings(text)
    except ValueError:
        found = None
    if found is None:
        raise ConfigError(
            f"the variable {variable} does not hold a PostgreSQL connection string",
            where=place_of(origin),
            advice=f"export {variable}='{EXAMPLE}'",
        )
    return found


def _url_settings(text: str) -> dict[str, str] | None:
    url = urlsplit(text)
    if url.scheme not in ("postgres", "postgresql"):
        return None
    hosts = [unquote(_without_port(part)) for part in url.netloc.rpartition("@")[2].split(",")]
    return {"host": ",".join(hosts), **dict(parse_qsl(url.query, keep_blank_values=True))}


def _without_port(host: str) -> str:
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


def _conninfo_settings(text: str) -> dict[str, str] | None:
    """`host=db user=ann password='a b'`."""
    found, position = {}, 0
    while position < len(text):
        match = _CONNINFO.match(text, position)
        if match is None:
            return None
        value = match[2][1:-1] if match[2].startswith("'") else match[2]
        found[match[1]] = re.sub(r"\\(.)", r"\1", value)
        position = match.end()
    return found
