"""What a person wrote stays inside the statement it is put into, whatever is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from faberdb.declare.load import load
from faberdb.errors import DeclarationError
from faberdb.model import Address, Kept, Object
from faberdb_providers.postgres.fragments import fault
from faberdb_providers.postgres.kinds import KINDS
from faberdb_providers.postgres.provider import provider

GOLDEN = Path(__file__).parents[1] / "golden"
BY_NAME = {kind.name: kind for kind in KINDS}


@pytest.mark.parametrize(
    "text",
    [
        "true",
        "a > 0 and b in ('x', E'it\\'s', 'it''s;')",
        "$$ ; ) $$ || $a$ $$ ; $a$",
        'f("odd;)name", array[1, (2)])',
        "1 /* ; /* ) */ ( */ + 2",
        "a -- why; (\n + 1",
        "case when a then ';' end",
        "price$usd$ + 1",
        "(insert into log values (1); notify x)",
        "begin atomic select 1; select case when true then 1 end; end",
        "a ? 'b' and c @> '{}'",
    ],
)
def test_one_piece(text: str) -> None:
    assert fault(text) == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("true); create role evil superuser; --", "closes what it did not open"),
        ("1; create role evil", "another statement"),
        ("true --", "ends with a comment"),
        ("true /* x", "comment in it has no end"),
        ("'", "quote in it is not closed"),
        ("'a' 'b' \"", "quote in it is not closed"),
        ("E'a\\', 'b'", "quote in it is not closed"),
        ("E'a'\n'\\''); drop table t; --'", "write it as one string"),
        ("f(a[1)]", "closes what it did not open"),
        ("f((1)", "`(` in it is not closed"),
        ("a$b$; drop table t; --$b$", "another statement"),
        ("begin atomic select 1; end; create role evil", "another statement"),
        ("$1$;$1$", "another statement"),
    ],
)
def test_more_than_one_piece(text: str, words: str) -> None:
    assert words in fault(text)


def test_the_last_of_a_statement_may_end_with_a_comment() -> None:
    assert fault("select 1 -- all", last=True) == ""
    assert fault("select (1 -- all", last=True)


def test_it_is_refused_where_it_was_written(tmp_path: Path) -> None:
    text = '[tables.t]\n[tables.t.columns]\na = "integer"\n[tables.t.checks]\nc = "true); create role evil; --"\n'
    (tmp_path / "public.toml").write_text(text)
    with pytest.raises(DeclarationError) as caught:
        load(tmp_path, KINDS, ())
    assert "public.toml:5:1: " in str(caught.value)
    assert "closes what it did not open" in str(caught.value)


class _Work:
    """What a kind may ask, of a database that is empty before."""

    version = 18

    def __init__(self, objects: Mapping[Address, Object]) -> None:
        self.objects = objects

    def before(self, address: Address) -> Object | None:
        return None

    def after(self, address: Address) -> Object | None:
        return self.objects.get(address)

    def children(self, address: Address, *, after: bool) -> list[Object]:
        return [o for o in self.objects.values() if after and o.parent == address]

    def referrers(self, address: Address, *, after: bool) -> list[Object]:
        return [o for o in self.objects.values() if after and address in o.references]

    def all_of(self, kind: str, *, after: bool) -> list[Object]:
        return []

    def castable(self, source: str, target: str) -> bool:
        return True

    def lasting(self, address: Address) -> str:
        return ""

    def online(self, table: Address) -> bool:
        return False

    def together(self, address: Address) -> tuple[Address, ...]:
        return (address,)

    def keep(self, address: Address) -> Kept | None:
        return None

    kept = keep


EVIL = ("x'\"); create role evil; --", "; create role evil", "), x", " /* ")


@cache
def _samples() -> dict[str, list[tuple[Object, _Work]]]:
    """Declared objects of every kind out of the golden cases: one for each set of things that can be said of one."""
    found: dict[str, dict[tuple[str, ...], tuple[Object, _Work]]] = {}
    for file in sorted(GOLDEN.glob("*/*/after.toml")):
        objects = provider.complete(load_text(file.read_text()))
        for obj in objects.values():
            said = tuple(sorted(obj.attributes))
            found.setdefault(obj.address.kind, {}).setdefault(said, (obj, _Work(objects)))
    return {kind: list(samples.values()) for kind, samples in found.items()}


def load_text(text: str) -> dict[Address, Object]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "public.toml").write_text(text)
        return dict(load(Path(folder), KINDS, ()).objects)


@cache
def _words(kind: str) -> frozenset[str]:
    """The keys, and the words out of which a declaration may only choose: pydantic lets nothing else through."""
    found: set[str] = set()
    todo: list[Any] = [BY_NAME[kind].Declared]
    while todo:
        each = todo.pop()
        if isinstance(each, type) and issubclass(each, BaseModel):
            todo += [field.annotation for field in each.model_fields.values()]
            found |= each.model_fields.keys()
        elif get_origin(each) is Literal:
            found |= {str(word) for word in get_args(each)}
        else:
            todo += get_args(each)
    return frozenset(found)


def _spoiled(value: Any, evil: str, words: frozenset[str] = frozenset()) -> Iterator[Any]:
    """The value with each text in it, keys too, spoiled in turn."""
    if isinstance(value, str):
        if value not in words:
            yield value + evil
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key not in words:
                yield {k + evil if k == key else k: v for k, v in value.items()}
            yield from ({**value, key: wrong} for wrong in _spoiled(item, evil, words))
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from ([*value[:number], wrong, *value[number + 1 :]] for wrong in _spoiled(item, evil, words))


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_text_of_every_kind_is_quoted_or_looked_at(kind: str) -> None:
    """Whatever text of an object is spoiled: it is refused, or what it is put into is still one statement."""
    broken: set[str] = set()
    for obj, work in _samples()[kind]:
        for evil in EVIL:
            spoiled = [
                obj._replace(attributes={**obj.attributes, key: wrong})
                for key, value in obj.attributes.items()
                if key not in ("privileges", "grantable")  # single words, which `acl` holds against letters
                for wrong in _spoiled(value, evil, _words(kind))
            ]
            paths = [tuple(p) for p in _spoiled(list(obj.address.path), evil)]
            if kind in ("comment", "extension_dependency", "grant", "owner"):
                del paths[0]  # the kind of what it is on, which no declaration spells
            spoiled += [obj._replace(address=Address(kind, path)) for path in paths]
            for wrong in spoiled:
                if not BY_NAME[kind].fault(wrong):
                    broken |= set(_broken(wrong, obj, work))
    assert not broken


def _broken(wrong: Object, obj: Object, work: _Work) -> Iterator[str]:
    what = next((k for k, v in wrong.attributes.items() if v != obj.attributes[k]), "its address")
    inner = [c for c in work.children(obj.address, after=True) if BY_NAME[c.address.kind].inlines(c)]
    try:
        statements = list(BY_NAME[obj.address.kind].create(wrong, inner, work))
    except (KeyError, ValueError, IndexError, AssertionError, StopIteration):
        return  # it makes no statement at all
    for statement in statements:
        head, atomic, body = statement.sql.partition("BEGIN ATOMIC")
        if fault(head, last=True) or fault(atomic + body, last=True):
            yield f"{what}: {statement.sql}"
