"""A few object kinds, made up for the tests of rooms that must work with kinds they have never heard of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from faberdb.model import Address, Object, Place, Turn


class Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)
    short: ClassVar[str] = ""
    note: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _expand(cls, value: Any) -> Any:
        return {cls.short: value} if cls.short and not isinstance(value, (dict, BaseModel)) else value


class BoxSpec(Spec):
    """A box."""

    size: int | None = Field(default=None, ge=1)


class ItemSpec(Spec):
    short = "type"
    type: str
    count: int | bool | None = None
    colour: Literal["red", "green"] | None = None
    tags: list[str] | None = None

    @model_validator(mode="after")
    def _no_red_lead(self) -> ItemSpec:
        if self.colour == "red" and self.type == "lead":
            raise ValueError("red lead is poisonous")
        return self


class LidSpec(Spec):
    short = "parts"
    parts: list[str]


class TagSpec(Spec):
    short = "text"
    text: str


class PictureSpec(Spec):
    short = "query"
    query: str
    file: str | None = None


class LabelSpec(Spec):
    short = "words"
    words: list[str]


class SmallKind:
    """Reads an entry as its own attributes, and its note as an object of its own."""

    managed = True
    of_server = False
    listed = False
    once = False

    def __init__(
        self,
        name: str,
        section: str,
        model: Any,
        within: tuple[str, ...] = (),
        single: bool = False,
        shell: bool = False,
    ) -> None:
        self.name, self.section, self.Declared = name, section, model
        self.within, self.single, self.shell = within, single, shell

    def declare(self, place: Place, name: str, spec: Any) -> Iterator[Object]:
        if name == "forbidden":
            raise ValueError("this name is forbidden")
        above = place.container.path if place.container else (place.schema,)
        address = Address(self.name, (*above, name or self.name))
        attributes = {k: getattr(spec, k) for k in self.Declared.model_fields if k != "note"}
        given = {k: v for k, v in attributes.items() if v is not None}
        yield Object(address, given, place.container, frozenset(), place.scope, place.origin)
        if spec.note:
            note = Address("note", (address.kind, *address.path))
            yield Object(note, {"note": spec.note}, address, frozenset(), place.scope, place.origin)

    def fault(self, obj: Object) -> str:
        return ""

    def entry_key(self, obj: Object) -> str:
        return obj.address.path[-1]

    def whole(self, obj: Object) -> bool:
        return False

    def carries(self, change: Any, live: Any, target: Any) -> Iterator[Any]:
        yield from ()

    def turn(self, change: Any, changes: Any, live: Any, target: Any) -> Turn:
        return Turn()

    def apart(self, before: Object, after: Object) -> bool:
        return False

    def filled(self, before: Object, after: Object) -> bool:
        return False

    def upsets(self, change: Any, live: Any, target: Any) -> Iterator[Any]:
        yield from ()

    def between(self, obj: Object) -> bool:
        return False

    def made_anew(self, change: Any, live: Any, target: Any) -> str:
        return ""

    def forces(self, change: Any, live: Any, target: Any) -> Iterator[Any]:
        yield from ()

    def write(self, obj: Object) -> Mapping[str, Any]:
        return obj.attributes

    def shorten(self, fragment: Mapping[str, Any]) -> Any:
        short = self.Declared.short
        return fragment[short] if short and set(fragment) == {short} else fragment


KINDS: tuple[Any, ...] = (
    SmallKind("box", "boxes", BoxSpec),
    SmallKind("item", "items", ItemSpec, ("box",), shell=True),
    SmallKind("lid", "lid", LidSpec, ("box",), single=True),
    SmallKind("tag", "tags", TagSpec, ("box", "picture")),
    SmallKind("picture", "pictures", PictureSpec),
    SmallKind("label", "labels", LabelSpec),
    SmallKind("note", "", None),
)
