"""Line and column of a key, found in the text only when they are needed."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faberdb.declare.layout import layout
from faberdb.declare.positions import locate

TEXT = '''\
# a comment with [brackets] and key = 1
schema = "public"

[tables.customer]
primary_key = ["id", "region"]   # not = here

  [tables.customer.columns]
id    = { type = "bigint", identity = { start = 5 } }
"e mail" = "text [x] # y"
'quo"ted' = 1
a.b.c = 2
long = """
[tables.fake]
inner = 1 \\"""
"""
raw = \'\'\'
[tables.fake]
it\'s\'\'\'\'
after = [
  1, # one
  { deep = "x", deeper = { deepest = [ "a", "b" ] } },
]

[[servers]]
name = "a"
[servers.disk]
size = 1
[[servers]]
name = "b"
[servers.disk]
size = 2

[tables."order \\u0041".columns]
x = "y"

[tables.late.columns]
z = 1
[tables.late]
comment = "below"
'''

PLACES: list[tuple[tuple[str | int, ...], tuple[int, int]]] = [
    ((), (1, 1)),
    (("schema",), (2, 1)),
    (("tables",), (4, 2)),
    (("tables", "customer"), (4, 9)),
    (("tables", "customer", "primary_key"), (5, 1)),
    (("tables", "customer", "primary_key", 1), (5, 22)),
    (("tables", "customer", "columns"), (7, 20)),
    (("tables", "customer", "columns", "id", "type"), (8, 11)),
    (("tables", "customer", "columns", "id", "identity", "start"), (8, 41)),
    (("tables", "customer", "columns", "e mail"), (9, 1)),
    (("tables", "customer", "columns", 'quo"ted'), (10, 1)),
    (("tables", "customer", "columns", "a", "b"), (11, 3)),
    (("tables", "customer", "columns", "a", "b", "c"), (11, 5)),
    (("tables", "customer", "columns", "raw"), (16, 1)),
    (("tables", "customer", "columns", "after"), (19, 1)),
    (("tables", "customer", "columns", "after", 0), (20, 3)),
    (("tables", "customer", "columns", "after", 1, "deeper", "deepest", 1), (21, 45)),
    (("servers",), (24, 3)),
    (("servers", 1, "name"), (29, 1)),
    (("servers", 0, "disk", "size"), (27, 1)),
    (("servers", 1, "disk", "size"), (31, 1)),
    (("tables", "order A", "columns", "x"), (34, 1)),
    (("tables", "late"), (38, 9)),
]


def test_the_text_is_toml() -> None:
    assert "fake" not in tomllib.loads(TEXT)["tables"]


@pytest.mark.parametrize(("keys", "place"), PLACES)
def test_a_key_is_found_where_it_was_written(keys: tuple[str | int, ...], place: tuple[int, int]) -> None:
    assert locate(TEXT, keys) == place


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (("tables", "customer", "columns", "nowhere"), (7, 20)),
        (("tables", "customer", "columns", "id", "type", "deeper"), (8, 11)),
        (("tables", "fake"), (4, 2)),
        (("nothing", "at", "all"), (1, 1)),
    ],
)
def test_what_is_not_there_is_placed_at_its_nearest_parent(keys: tuple[str | int, ...], place: tuple[int, int]) -> None:
    assert locate(TEXT, keys) == place


@pytest.mark.parametrize(
    "text", ["[", "a = ", "a = [", "a = {", "= 1", "]]", 'a = "', "a = '''", "[a.]\nb = 1", "a b c"]
)
def test_broken_text_ends_in_a_place_all_the_same(text: str) -> None:
    line, column = locate(text, ("a", "b", 0))
    assert line >= 1
    assert column >= 1


def test_windows_line_ends_count_as_one() -> None:
    assert locate("a = 1\r\n\r\n  b = 2\r\n", ("b",)) == (3, 3)


def key_paths(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every key path in the data."""
    items: list[tuple[str | int, Any]] = []
    if isinstance(data, dict):
        items = list(data.items())
    elif isinstance(data, list):
        items = list(enumerate(data))
    return [found for key, value in items for found in ((*path, key), *key_paths(value, (*path, key)))]


VALUES = st.recursive(
    st.integers(-9, 9) | st.text("ab'\"\\\n#[]{}=., é", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab .'\"\\é-", max_size=4), inner, max_size=3),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(st.text("ab .'\"\\é-", max_size=4), VALUES, max_size=4))
def test_every_key_of_any_file_has_a_place_of_its_own(data: dict[str, Any]) -> None:
    text = layout(data)
    places = {path: locate(text, path) for path in key_paths(data)}
    lines = text.split("\n")
    for (line, column), path in ((place, path) for path, place in places.items()):
        assert column <= len(lines[line - 1]), (path, text)
    # A table written only inside a header shares nothing with its siblings: no two paths of one depth coincide.
    by_depth = [(len(path), place) for path, place in places.items()]
    assert len(by_depth) == len(set(by_depth)), text
