"""The TOML shape of one schema file, composed from the kinds that say where their sections stand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from types import GenericAlias
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, create_model

if TYPE_CHECKING:
    from faberdb.model import Kind


class Section(NamedTuple):
    """A TOML table of entries of one kind (or the one entry, if the kind is single).

    attribute: its name on the pydantic model that holds it. from_file: the key that an entry may have read from a
    `file` instead, empty if it has none; deeper: it may, or one inside it.
    """

    kind: Kind
    attribute: str
    entry: type[BaseModel]
    sections: tuple[Section, ...]
    from_file: str
    deeper: bool

    @property
    def key(self) -> str:
        return self.kind.section


class Shape(NamedTuple):
    """What a schema file may hold: the model that validates it, and its sections in the order of the kinds."""

    model: type[BaseModel]
    sections: tuple[Section, ...]


class FileBase(BaseModel):
    """Declared objects of one schema of a database."""

    model_config = ConfigDict(extra="forbid", defer_build=True, title="faberdb declaration")

    schema_: str = Field(default="public", alias="schema", description="Where unqualified names of this file live.")


def compose(kinds: Sequence[Kind]) -> Shape:
    """The shape of a file of these kinds; raises ValueError where two of them claim one section."""
    return _compose(tuple(kinds))


@lru_cache(maxsize=8)
def _compose(kinds: tuple[Kind, ...]) -> Shape:
    sections = _sections(kinds, "", FileBase, ())
    return Shape(_extend(FileBase, sections, "Declaration"), sections)


def _sections(
    kinds: tuple[Kind, ...], container: str, base: type[BaseModel], above: tuple[str, ...]
) -> tuple[Section, ...]:
    """The sections that stand in `container` (a kind's name; empty for the top of a file)."""
    found: dict[str, Section] = {}
    taken = {field.alias or name for name, field in base.model_fields.items()}
    for kind in kinds:
        inside = container in kind.within if container else not kind.within
        if not inside or not kind.section or kind.Declared is None:
            continue
        if kind.section in found or kind.section in taken:
            raise ValueError(f"{kind.section!r} in {container or 'a file'} is taken, kind {kind.name!r} cannot have it")
        if kind.name in above:
            raise ValueError(f"the kind {kind.name!r} stands within itself")
        found[kind.section] = _section(kinds, kind, above)
    return tuple(found.values())


def _section(kinds: tuple[Kind, ...], kind: Kind, above: tuple[str, ...]) -> Section:
    inner = _sections(kinds, kind.name, kind.Declared, (*above, kind.name))
    fields = set(kind.Declared.model_fields)
    filled = str(getattr(kind.Declared, "from_file", "query"))
    from_file = filled if {filled, "file"} <= fields else ""
    return Section(
        kind=kind,
        # `copy`, `json` and the like are methods of every pydantic model.
        attribute=f"{kind.section}_" if hasattr(BaseModel, kind.section) else kind.section,
        entry=_extend(kind.Declared, inner, f"{kind.Declared.__name__}Entry") if inner else kind.Declared,
        sections=inner,
        from_file=from_file,
        deeper=bool(from_file) or any(section.deeper for section in inner),
    )


def _extend(base: type[BaseModel], sections: Sequence[Section], name: str) -> type[BaseModel]:
    """A subclass of `base` with the sections as further keys; compiled once, with the model of the whole file."""
    fields: dict[str, Any] = {}
    for section in sections:
        held: Any = section.entry
        if section.kind.listed:
            held = GenericAlias(list, (section.entry,))
        elif not section.kind.single:
            held = GenericAlias(dict, (str, section.entry))
        alias = section.key if section.attribute != section.key else None
        fields[section.attribute] = (held | None, Field(default=None, alias=alias, description=_title(section.kind)))
    return create_model(
        name, __base__=base, __module__=__name__, __doc__=base.__doc__, __cls_kwargs__={"defer_build": True}, **fields
    )


def _title(kind: Kind) -> str:
    return (kind.Declared.__doc__ or kind.name.replace("_", " ")).strip().splitlines()[0]
