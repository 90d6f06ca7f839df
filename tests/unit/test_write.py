"""Objects written as schema files: the layout people read, and the data that comes back."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faberdb.declare.layout import Block, layout
from faberdb.declare.load import load
from faberdb.declare.write import render
from faberdb.errors import DeclarationError
from faberdb.model import Address, Object
from tests.unit.small_kinds import KINDS


def thing(kind: str, *path: str, parent: Address | None = None, **attributes: Any) -> Object:
    return Object(Address(kind, path), attributes, parent)


BIG = Address("box", ("shop", "big"))
OBJECTS = [
    thing("label", "shop", "short", words=["a", "b"]),
    thing("label", "shop", "long", words=[f"a rather long word {number}" for number in range(6)]),
    thing("picture", "shop", "sea", query=" select blue\n  from sea\n"),
    thing("note", "item", "shop", "big", "screw", parent=Address("item", ("shop", "big", "screw")), note="spare"),
    thing("box", "shop", "big", size=3),
    thing("note", "box", "shop", "big", parent=BIG, note="it's of 'wood'"),
    thing("item", "shop", "big", "screw", parent=BIG, count=4, type="brass"),
    thing("item", "shop", "big", "a nail", parent=BIG, type="iron"),
    thing("item", "shop", "big", "rope", parent=BIG, type="r" * 70, tags=["t" * 40]),
    thing("lid", "shop", "big", "lid", parent=BIG, parts=["top"]),
    thing("tag", "shop", "big", "z", parent=BIG, text="one\ntwo"),
    thing("tag", "shop", "big", "b", parent=BIG, text="b"),
    thing("box", "shop", "Art", size=1),
    thing("box", "other", "big"),
    thing("label", "everywhere", words=[]),
    thing("label", "shop", words=["its own"]),
]

SHOP = f"""\
#:schema ../.faberdb/declaration.schema.json
schema = "shop"

[boxes.Art]
size = 1

[boxes.big]
note = "it's of 'wood'"
size = 3
lid = ["top"]

[boxes.big.items]
screw = {{ note = "spare", type = "brass", count = 4 }}
"a nail" = "iron"

[boxes.big.items.rope]
type = "{"r" * 70}"
tags = ["{"t" * 40}"]

[boxes.big.tags]
b = "b"
z = '''
one
two'''

[pictures]
sea = '''
 select blue
  from sea
'''

[labels]
shop = ["its own"]
long = [
    "a rather long word 0",
    "a rather long word 1",
    "a rather long word 2",
    "a rather long word 3",
    "a rather long word 4",
    "a rather long word 5",
]
short = ["a", "b"]
"""


def test_one_file_per_schema_in_a_layout_people_like() -> None:
    files = render(OBJECTS, KINDS)
    assert list(files) == ["other.toml", "public.toml", "shop.toml"]
    assert files["shop.toml"] == SHOP
    assert files["public.toml"].splitlines()[1:] == ['schema = "public"', "", "[labels]", "everywhere = []"]


def test_split_gives_what_holds_others_a_file_of_its_own() -> None:
    files = render(OBJECTS, KINDS, split=True)
    assert list(files) == [
        "other/big.toml",
        "public.toml",
        "shop.toml",
        "shop/Art.toml",
        "shop/big.toml",
        "shop/sea.toml",
    ]
    assert files["shop/Art.toml"] == (
        '#:schema ../../.faberdb/declaration.schema.json\nschema = "shop"\n\n[boxes.Art]\nsize = 1\n'
    )


def test_the_json_schema_can_be_a_web_address() -> None:
    files = render(OBJECTS, KINDS, split=True, json_schema="https://example.org/declaration.json")
    assert {text.split("\n")[0] for text in files.values()} == {"#:schema https://example.org/declaration.json"}


def test_file_names_stay_apart_where_the_file_system_would_mix_them() -> None:
    objects = [thing("box", "s", name) for name in ("Big", "big", "../etc", "a/b", "a b")]
    assert list(render(objects, KINDS, split=True)) == [
        "s/Big.toml",
        "s/___etc.toml",
        "s/a_b-2.toml",
        "s/a_b.toml",
        "s/big-2.toml",
    ]


@pytest.mark.parametrize("split", [False, True])
def test_what_is_written_is_read_back_as_the_same_objects(tmp_path: Path, split: bool) -> None:
    # At the top of a file, a name without a schema is read into the file's schema; the real kinds tell them apart.
    objects = {obj.address: obj for obj in OBJECTS if len(obj.address.path) > 1}
    for name, text in render(objects.values(), KINDS, split=split).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    assert {a: dict(o.attributes) for a, o in load(tmp_path, KINDS, ()).objects.items()} == {
        a: dict(o.attributes) for a, o in objects.items()
    }


def test_the_order_of_the_objects_matters_only_where_it_means_something() -> None:
    items = [obj for obj in OBJECTS if obj.address.kind == "item"]
    others = [obj for obj in OBJECTS if obj.address.kind != "item"]
    assert render([*items, *reversed(others)], KINDS) == render([*others, *items], KINDS)


def test_an_object_whose_parent_is_missing_is_not_left_out_silently() -> None:
    for orphan in (
        thing("note", "box", "shop", "gone", parent=Address("box", ("shop", "gone")), note="x"),
        thing("tag", "shop", "gone", "z", parent=Address("box", ("shop", "gone")), text="x"),
        thing("tag", "shop", "gone", "z", text="x"),
    ):
        with pytest.raises(DeclarationError) as caught:
            render([orphan], KINDS)
        assert str(caught.value).startswith(
            f"{orphan.address}: this object cannot be written, because what it belongs to is not among the objects"
        )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("a\nb", "x = '''\na\nb'''"),
        ("\n\nb\n", "x = '''\n\n\nb\n'''"),
        ("it's\n'''", 'x = """\nit\'s\n\'\'\'"""'),
        ("a\nb'", 'x = """\na\nb\'"""'),
        ("a\r\nb", 'x = "a\\r\\nb"'),
        ("a\n\x00", 'x = """\na\n\\u0000"""'),
        ("\\d\n\\w", "x = '''\n\\d\n\\w'''"),
        ([], "x = []"),
        ({}, "x = {}"),
        (1.5, "x = 1.5"),
        (True, "x = true"),
        ({"a": None, "b": 1}, "x = { b = 1 }"),
    ],
)
def test_values_are_spelled(value: Any, written: str) -> None:
    assert layout({"x": value}) == written + "\n"


def test_a_table_that_is_long_or_holds_a_long_text_gets_a_block() -> None:
    data = {"a": {"b": {"c": "x" * 120}, "d": {"e": "1\n2"}, "f": 1}, "g": Block({"h": Block()})}
    assert layout(data) == ('[a]\nf = 1\n\n[a.b]\nc = "' + "x" * 120 + "\"\n\n[a.d]\ne = '''\n1\n2'''\n\n[g.h]\n")
    assert tomllib.loads(layout(data)) == data


KEYS = st.text(max_size=6)
TEXTS = st.text(max_size=12) | st.text("'\"\n\r\\ a", max_size=12) | st.text("ab ", min_size=100, max_size=130)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | TEXTS
DATA = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner.filter(lambda item: item is not None), max_size=4)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.dictionaries(KEYS, inner, max_size=4).map(Block)
    ),
    max_leaves=20,
)


def without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_none(item) for key, item in value.items() if item is not None}
    return [without_none(item) for item in value] if isinstance(value, list) else value


@settings(deadline=None)
@given(st.dictionaries(KEYS, DATA, max_size=5))
def test_any_data_comes_back(data: dict[str, Any]) -> None:
    assert tomllib.loads(layout(data)) == without_none(data)
