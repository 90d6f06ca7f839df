"""Subscriptions, as far as they are a matter of this database alone.

No plan connects to a publisher: a subscription is made unconnected, and what it takes on the other side, a slot, is
said in a hazard. So all of it can be tried out on scratch, where the connection string leads nowhere. That string is
never read, not even where the role may; it is known by the name of the environment variable that holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Hazard, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.base import Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.foreign import variable, with_secrets
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import identifiers, literal
from faberdb_providers.postgres.presence import HERE

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.subscription import SubscriptionSpec

NOWHERE = "host=/nonexistent password=none"
"""The connection on a scratch server: well formed, with the password that a role's own subscription must have."""

_UNCONNECTED = Hazard(
    codes.SUBSCRIPTION,
    "it is made without connecting: make its slot on the publisher, enable it, then run ALTER SUBSCRIPTION ... REFRESH"
    " PUBLICATION; before that nothing is replicated",
)
_REFRESH = Hazard(
    codes.SUBSCRIPTION_PUBLICATIONS, "tables come and go only with ALTER SUBSCRIPTION ... REFRESH PUBLICATION, which"
    " connects and which no plan runs"
)  # fmt: skip
_ON = Hazard(codes.SUBSCRIPTION_ON, "rows of the publisher are written here from the moment this commits")
_OFF = Hazard(codes.SUBSCRIPTION_OFF, "no row of the publisher arrives any more, and its slot keeps the log there")
_OTHER_SLOT = Hazard(codes.SUBSCRIPTION_SLOT, "the slot it used stays on the publisher and keeps the log there")
_WITH_SLOT = ("two_phase", "failover")
"""What is a property of the slot too, so that ALTER would connect to change it there."""


class SubscriptionKind(PostgresKind):
    """`CREATE SUBSCRIPTION`; https://www.postgresql.org/docs/current/sql-createsubscription.html"""

    name = "subscription"
    since = 14  # of which 13 lets none but superusers see the oid
    section = "subscriptions"
    Declared: Any = written("subscription", "SubscriptionSpec")

    def query(self, version: int) -> str:
        if version < self.since:
            return f"select null, null, null, null{', null' * len(_COLUMNS)} where false"
        return (
            f"select 'pg_subscription'::regclass::oid, s.oid, 0, s.subname, {', '.join(_columns(version))}"
            f" from pg_subscription s where s.subdbid = {HERE} order by s.subname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, name, *values = row
        attributes = compact(dict(zip(_COLUMNS, values, strict=True)))
        return (classid, oid, 0), Object(Address(self.name, (name,)), attributes)

    def declare(self, place: Place, name: str, spec: SubscriptionSpec) -> Iterator[Object]:
        attributes = {
            key: None if value == _USUAL.get(key) else value
            for key in _COLUMNS
            if (value := getattr(spec, key, None)) is not None
        }
        attributes["no_password_required"] = not spec.password_required
        hints = {"env": {"connection": spec.connection.env}} if spec.connection else {}
        yield from self.made(place, spec, Address(self.name, (name,)), attributes, hints=hints)

    def write(self, obj: Object) -> Mapping[str, Any]:
        fragment = {"connection": {"env": variable(obj.address, "connection")}, **obj.attributes}
        if fragment.pop("no_password_required", False):
            fragment["password_required"] = False
        return fragment

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("subscription", *obj.address.path)

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = before.attributes, after.attributes
        if old == new:
            return None
        for key in _WITH_SLOT:
            if old.get(key) != new.get(key):
                return Verdict(Action.REPLACE, f"ALTER would connect to the publisher to change `{key}` of its slot")
        return Verdict(Action.ALTER)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        name = obj.hints.get("env", {}).get("connection") or variable(obj.address, "connection")
        given = {"slot_name": "NONE", **dict(_settings({}, obj.attributes, work.version))}
        settings = ", ".join(f"{key} = {value}" for key, value in {"connect": "false", **given}.items())
        publications = identifiers(obj.attributes["publications"])
        head = f"CREATE {self.identity(obj)} CONNECTION '${{{name}}}'"
        sql = f"{head}\n    PUBLICATION {publications}\n    WITH ({settings})"
        nowhere = sql.replace(f"'${{{name}}}'", literal(NOWHERE))
        yield with_secrets(sql, Risk.CAUTION, obj, (_UNCONNECTED,))._replace(on_scratch=nowhere)
        if obj.attributes.get("enabled"):
            yield Statement(f"ALTER {self.identity(obj)} ENABLE", Risk.CAUTION, (_ON,))

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new, alter = before.attributes, after.attributes, f"ALTER {self.identity(after)}"
        was, wanted = old.get("enabled"), new.get("enabled")
        if was and not wanted:
            yield Statement(f"{alter} DISABLE", Risk.DANGEROUS, (_OFF,))
        if old["publications"] != new["publications"]:
            names = identifiers(new["publications"])
            yield Statement(f"{alter} SET PUBLICATION {names} WITH (refresh = false)", Risk.CAUTION, (_REFRESH,))
        settings = ", ".join(f"{key} = {value}" for key, value in _settings(old, new, work.version))
        if settings:
            hazards = (_OTHER_SLOT,) if "slot_name" in old and old["slot_name"] != new.get("slot_name") else ()
            yield Statement(f"{alter} SET ({settings})", Risk.CAUTION, hazards)
        if wanted and not was:
            yield Statement(f"{alter} ENABLE", Risk.CAUTION, (_ON,))

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        if obj.attributes.get("enabled"):
            yield Statement(f"ALTER {self.identity(obj)} DISABLE", Risk.DANGEROUS, (_OFF,))
        slot = obj.attributes.get("slot_name")
        if slot:
            # With a slot DROP connects to the publisher to drop it there, and the way back would find none.
            hazard = Hazard(
                codes.SUBSCRIPTION_DROP,
                f"the slot {slot} stays on the publisher and keeps the log there; drop it there if the subscription"
                " does not come back",
            )
            yield Statement(f"ALTER {self.identity(obj)} SET (slot_name = NONE)", Risk.DANGEROUS, (hazard,))
        gone = Hazard(
            codes.SUBSCRIPTION_POSITION,
            "how far it had come and its connection are forgotten: no rollback brings the one back, and the other has"
            " to be given again",
        )
        yield Statement(f"DROP {self.identity(obj)}", Risk.DANGEROUS, (gone,))

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        yield Statement(f"ALTER {self.identity(before)} RENAME TO {identifiers(after.address.path)}", Risk.SAFE)


_COLUMNS = (
    "publications",
    "enabled",
    "slot_name",
    "synchronous_commit",
    "binary",
    "streaming",
    "two_phase",
    "disable_on_error",
    "no_password_required",
    "run_as_owner",
    "origin",
    "failover",
)
_USUAL = {"synchronous_commit": "off", "origin": "any"}


def _streaming(version: int) -> str:
    """What CREATE SUBSCRIPTION takes where nothing is said."""
    return "parallel" if version >= 18 else "off"


def _columns(version: int) -> list[str]:
    """SQL for each attribute of pg_subscription s, null where it is the server's default or unknown to it."""
    streaming = "case s.substream when 't' then 'on' when 'p' then 'parallel' else 'off' end"
    if version < 16:
        streaming = "case when s.substream then 'on' else 'off' end"
    found = (
        (14, "s.subpublications"),
        (14, "s.subenabled"),
        (14, "s.subslotname"),
        (14, "nullif(s.subsynccommit, 'off')"),
        (14, "s.subbinary"),
        (14, f"nullif({streaming}, '{_streaming(version)}')"),
        (15, "s.subtwophasestate <> 'd'"),
        (15, "s.subdisableonerr"),
        (16, "not s.subpasswordrequired"),
        (16, "s.subrunasowner"),
        (16, "nullif(s.suborigin, 'any')"),
        (17, "s.subfailover"),
    )
    return [sql if version >= since else "null" for since, sql in found]


def _settings(old: Mapping[str, Any], new: Mapping[str, Any], version: int) -> Iterator[tuple[str, str]]:
    """The parameters, as WITH and SET write them, in which two subscriptions differ."""
    for key in _COLUMNS:
        if key in ("publications", "enabled") or old.get(key) == new.get(key):
            continue
        value = new.get(key)
        if key == "slot_name":
            yield key, literal(value) if value else "NONE"
        elif key == "no_password_required":
            yield "password_required", "false" if value else "true"
        elif key == "streaming":
            yield key, value or _streaming(version)
        elif key in _USUAL:
            yield key, value or _USUAL[key]
        else:
            yield key, "true" if value else "false"


KIND = SubscriptionKind()
