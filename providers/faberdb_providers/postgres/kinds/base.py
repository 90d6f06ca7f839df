"""What all PostgreSQL kinds share: the pydantic base of a TOML entry, and the answers most kinds give alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from faberdb.model import Action, Address, Attributes, Change, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.kinds.acl import OWNER, attributes_of, owner_of, says_nothing
from faberdb_providers.postgres.names import ident

Row = tuple[Any, ...]
Identity = tuple[int, int, int]
"""(classid, objid, objsubid) as pg_depend and pg_description name an object."""
Found = tuple[Identity, Object]

USER_SCHEMA = (
    "n.nspname !~ '^pg_(toast|temp|toast_temp)' and n.nspname not in ('pg_catalog', 'information_schema')"
    " and n.nspname !~ '^faberdb(_|$)'"
)
"""Condition on pg_namespace n: not a system schema and not one of faberdb's own."""


class Spec(BaseModel):
    """One entry of a TOML section. Unknown keys are refused; a bare value stands for the field named in `short`."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    short: ClassVar[str] = ""
    short_type: ClassVar[str] = "string"

    comment: str | None = None
    """Text of COMMENT ON."""
    renamed_from: str | None = None
    """The name this object had before; ignored once the rename is done."""

    @model_validator(mode="before")
    @classmethod
    def _expand(cls, value: Any) -> Any:
        return {cls.short: value} if cls.short and not isinstance(value, (dict, BaseModel)) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core)
        if not cls.short:
            return schema
        short: dict[str, Any] = {"type": cls.short_type}
        if cls.short_type == "array":
            short["items"] = {"type": "string"}
        return {"anyOf": [short, schema]}


class GrantableSpec(Spec):
    """One entry of something that there are privileges on."""

    grants: dict[str, list[str]] = {}
    """Privileges by role, as in `reader = ["select", "update with grant option"]`; `public` is everybody, `@owner` the
    owner."""


class OwnedSpec(Spec):
    """One entry of something that has an owner."""

    owner: str | None = None
    """The role that owns it; `@database` is the owner of the database. Left as it is where nothing is said."""


class RelationSpec(OwnedSpec, GrantableSpec):
    """One entry of something with columns."""

    column_comments: dict[str, str] = {}
    """Comments on columns that are no entries of their own: those of views, inherited ones."""
    column_grants: dict[str, dict[str, list[str]]] = {}
    """Privileges on such columns, by column and role."""


def compact(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is absent or false: the one spelling of 'not set' in canonical forms."""
    return {key: v for key, v in attributes.items() if v is not None and v is not False and v != {}}


def comment_on(target: Address, text: str | None, place: Place, parent: Address | None = None) -> Iterator[Object]:
    """The comment object that a declaration's `comment` key stands for."""
    if text:
        yield Object(
            Address("comment", (target.kind, *target.path)),
            {"text": text},
            parent or target,
            frozenset({parent or target}),
            place.scope,
            place.origin,
        )


def owned_by(target: Address, role: str, place: Place | None = None) -> Object:
    """The owner object of something: after its schema's owner and what the role may do there, and after what is taken
    back from the role as one of many before it owns all."""
    needs = {target, Address("grant", (target.kind, *target.path, role)), Address("role", (role,))}
    if len(target.path) > 1:
        schema = target.path[0]
        needs |= {Address("owner", ("schema", schema)), Address("grant", ("schema", schema, role))}
    address = Address("owner", (target.kind, *target.path))
    scope, origin = (place.scope, place.origin) if place else ((), None)
    return Object(address, {"role": role}, target, frozenset(needs), scope, origin)


def grants_on(
    target: Address, grants: Mapping[str, list[str]], place: Place, parent: Address | None = None
) -> Iterator[Object]:
    """The grant objects that a declaration's `grants` key stands for, less those that only say what holds anyway."""
    for grantee, phrases in grants.items():
        attributes = attributes_of(phrases)
        if says_nothing(target.kind, grantee, attributes):
            continue
        needs = {parent or target, owner_of(parent or target)}
        if target.kind == "column":
            # Privileges on the table come first: taking one away there takes it from the columns too.
            above = "table" if parent is None else parent.kind
            needs.add(Address("grant", (above, *target.path[:-1], grantee)))
        address = Address("grant", (target.kind, *target.path, grantee))
        yield Object(address, attributes, parent or target, frozenset(needs), place.scope, place.origin)


def made_anew(obj: Object, change: Change) -> bool:
    """Whether what an object hangs on loses it by an ALTER: an enum whose values go is made anew under its name."""
    return change.disturbs and change.address == obj.parent and change.address.kind == "enum"


class PostgresKind:
    """The answers that most kinds give alike; a kind overrides what is its own story."""

    name: str = ""
    section: str = ""
    within: tuple[str, ...] = ()
    single: bool = False
    Declared: Any = None
    managed: bool = True
    shell: bool = False
    created_inline: bool = False
    dropped_inline: bool = False
    as_declared: bool = False
    optional: bool = False
    texts: tuple[str, ...] = ()
    sql_name: str = ""
    rebuilt_on_type_change: bool = False
    """The server refuses to change the type of a column this refers to."""

    has_query: bool = True
    """False where other rows bring the objects along."""

    def query(self, version: int) -> str:
        """The one catalogue query that finds all objects of this kind on a server of this major."""
        raise LookupError(self.name)

    def read(self, row: Row) -> Found | None:
        """One row of the query as an object, without references; None for what is not ours to manage."""
        raise LookupError(self.name)

    def declare(self, place: Place, name: str, spec: Any) -> Iterator[Object]:
        raise LookupError(self.name)

    def made(
        self,
        place: Place,
        spec: Spec,
        address: Address,
        attributes: Attributes,
        parent: Address | None = None,
        references: Iterable[Address] = (),
        hints: Attributes | None = None,
    ) -> Iterator[Object]:
        """The declared object, its comment, the privileges on it, and both of columns that are no objects."""
        old = Address(self.name, (*address.path[:-1], spec.renamed_from)) if spec.renamed_from else None
        needed = frozenset(references) | ({parent} if parent else frozenset())
        yield Object(
            address, compact(attributes), parent, frozenset(needed), place.scope, place.origin, old, hints or {}
        )
        yield from comment_on(address, spec.comment, place)
        owner = spec.owner if isinstance(spec, OwnedSpec) else None
        if owner:
            yield owned_by(address, owner, place)
        if isinstance(spec, GrantableSpec):
            if owner in spec.grants:
                raise ValueError(f"{owner} owns it, so what it may do there is said of `{OWNER}`")
            yield from grants_on(address, spec.grants, place)
        if isinstance(spec, RelationSpec):
            for column, text in spec.column_comments.items():
                yield from comment_on(Address("column", (*address.path, column)), text, place, address)
            for column, grants in spec.column_grants.items():
                yield from grants_on(Address("column", (*address.path, column)), grants, place, address)

    def inlines(self, obj: Object) -> bool:
        """Whether its create may be written into its parent's create."""
        return self.created_inline

    def write(self, obj: Object) -> Mapping[str, Any]:
        return obj.attributes

    def shorten(self, fragment: Mapping[str, Any]) -> Any:
        short = self.Declared.short if self.Declared else ""
        return fragment[short] if short and set(fragment) == {short} else fragment

    def mentions(self, obj: Object) -> Iterable[str]:
        """SQL texts in which a declared object may name others."""
        return ()

    def absent(self, obj: Object) -> bool:
        """Whether the declaration says that there is to be none."""
        return False

    def stays(self, obj: Object, above: Object | None) -> bool:
        """Whether one that nobody declared stays as it is on its parent, which does."""
        return self.optional

    def joined(self, there: Object, declared: Object) -> Object:
        """What is declared and what is there besides, in one."""
        return declared

    def grantee(self, address: Address) -> str | None:
        """Whose privileges these are, for kinds that are privileges."""
        return None

    def elsewhere(self, address: Address, called: Callable[[str], str]) -> Address:
        """The address with the role that is part of it under another name."""
        return address

    def with_roles(self, obj: Object, called: Callable[[str], str]) -> Object:
        """The object with its roles under other names, its own address included; those of its references and parent
        are not its affair. `public` and names that begin with @ are no roles' names."""
        return obj

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        """Names that no two objects may have at one time, by name space."""
        return ()

    def compare(self, before: Object, after: Object) -> Verdict | None:
        if before.attributes == after.attributes:
            return None
        return Verdict(Action.REPLACE, "it cannot be altered in place")

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        """Whether this object, unchanged itself, has to be taken down and rebuilt around the change of one it refers
        to."""
        if change.action in (Action.DROP, Action.REPLACE):
            return True
        return change.disturbs and self.rebuilt_on_type_change

    def touches(self, change: Change, referrers: Sequence[Object]) -> Iterable[Address]:
        """Other objects that this change's own statements alter, out of those that refer to it."""
        return ()

    def keeps(self, change: Change) -> str:
        """`moved` or `values` where the change would destroy data, empty where it does not."""
        return ""

    def identity(self, obj: Object) -> str:
        """How COMMENT ON, ALTER and DROP name the object."""
        return f"{self.sql_name or self.name.upper()} {'.'.join(ident(p) for p in obj.address.path)}"

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        raise LookupError(self.name)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        raise LookupError(self.name)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        yield Statement(f"DROP {self.identity(obj)}", Risk.CAUTION)

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        yield Statement(f"ALTER {self.identity(before)} RENAME TO {ident(after.address.path[-1])}", Risk.DANGEROUS)
