"""The pydantic base of a TOML entry: the keys that all have, or all with a name, an owner or privileges."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Shape(BaseModel):
    """One TOML table. Unknown keys are refused; a bare value stands for the field named in `short`."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    short: ClassVar[str] = ""
    short_type: ClassVar[str] = "string"

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
            fields = handler.resolve_ref_schema(schema)["properties"]
            short["items"] = fields[cls.short].get("items", {"type": "string"})
        return {"anyOf": [short, schema]}


class BareSpec(Shape):
    """One entry of a TOML section: of something that has no name and no comment of its own, such as who is granted
    what, or what is published."""

    protect: bool | None = None
    """`true`: no plan may drop or replace it, also when its block is gone, until an apply with `false`."""


class FixedSpec(BareSpec):
    """One entry of something that PostgreSQL cannot rename, or whose name says what it is."""

    comment: str | None = None
    """Text of COMMENT ON."""
    part_comments: dict[str, str] = {}
    """Comments on what comes with it and is no entry of its own, by what and name: the constructor of a range type,
    `CONSTRAINT name` for a NOT NULL constraint, `INDEX name` for the index behind a key."""


class Spec(FixedSpec):
    """One entry of something with a name that can be changed."""

    renamed_from: str | Literal[False] | None = None
    """The name this object had before, `SCHEMA.NAME` where it was in another schema; ignored once the rename is done.
    `false`: it is new, whatever it looks like."""


class GrantableSpec(Spec):
    """One entry of something that there are privileges on."""

    grants: dict[str, list[str]] = {}
    """Privileges by role, as in `reader = ["select", "update with grant option"]`; `public` is everybody, `@owner` the
    owner."""


class FixedOwnedSpec(FixedSpec):
    """One entry of something that has an owner, and cannot be renamed."""

    owner: str | None = None
    """The role that owns it; `@database` is the owner of the database. Left as it is where nothing is said."""


class OwnedSpec(FixedOwnedSpec, Spec):
    """One entry of something that has an owner."""


class LabelledSpec(Spec):
    """One entry of something that takes security labels."""

    security_labels: dict[str, str] = {}
    """Labels by the module that reads them, which must be loaded on the server: `selinux = "system_u:..."`."""


class DependentSpec(Spec):
    """One entry of something that may go with an extension."""

    depends_on_extensions: list[str] = []
    """Extensions that it is dropped with, by DROP EXTENSION alone, though it belongs to none of them."""


class RelationSpec(OwnedSpec, GrantableSpec, LabelledSpec):
    """One entry of something with columns."""

    column_comments: dict[str, str] = {}
    """Comments on columns that are no entries of their own: those of views, inherited ones."""
    column_grants: dict[str, dict[str, list[str]]] = {}
    """Privileges on such columns, by column and role."""
    column_security_labels: dict[str, dict[str, str]] = {}
    """Security labels on such columns, by column and module."""
