"""Schema files in, declared objects out; and every way a file can be wrong, with the words the user reads."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest

from faberdb.declare.credentials import is_connection_string
from faberdb.declare.load import Declaration, load, place_of
from faberdb.declare.shape import compose
from faberdb.errors import DeclarationError
from faberdb.model import Address, Origin
from tests.unit.small_kinds import KINDS, BoxSpec, SmallKind


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder that the test stands in, so that files are named as users see them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schemas").mkdir()
    return tmp_path


def declared(*search_path: str, **files: str) -> Declaration:
    for name, text in files.items():
        Path(f"schemas/{name}.toml").write_text(text, "utf-8")
    return load(Path("schemas"), KINDS, search_path)


def refused(**files: str) -> str:
    with pytest.raises(DeclarationError) as caught:
        declared(**files)
    return str(caught.value).partition("\nhelp: ")[0]


GOOD = """\
schema = "shop"

[boxes.big]
size = 3
note = "of wood"
lid = ["top", "hinge"]

[boxes.big.items]
nail = "iron"
screw = { type = "brass", count = 4, note = "spare" }

[boxes.big.tags.one]
text = "x"

[labels]
name = ["a", "b"]
"""


def test_a_section_is_found_however_its_name_is_written() -> None:
    found = declared(a='["box\\u0065s".big]\nsize = 3\n')
    assert [str(address) for address in found.objects] == ["box:public.big"]


def test_an_entry_becomes_the_objects_its_kind_declares() -> None:
    found = declared("public", "shop", "extra", a=GOOD)
    assert [str(address) for address in found.objects] == [
        "box:shop.big",
        "note:box.shop.big",
        "item:shop.big.nail",
        "item:shop.big.screw",
        "note:item.shop.big.screw",
        "lid:shop.big.lid",
        "tag:shop.big.one",
        "label:shop.name",
    ]
    screw = found.objects[Address("item", ("shop", "big", "screw"))]
    assert screw.attributes == {"type": "brass", "count": 4}
    assert screw.parent == Address("box", ("shop", "big"))
    assert screw.scope == ("shop", "public", "extra")
    assert screw.origin == Origin(Path("schemas/a.toml"), ("boxes", "big", "items", "screw"))
    assert place_of(screw.origin) == "schemas/a.toml:10:1"
    lid = found.objects[Address("lid", ("shop", "big", "lid"))]
    assert lid.attributes == {"parts": ["top", "hinge"]}
    assert lid.origin == Origin(Path("schemas/a.toml"), ("boxes", "big", "lid"))
    assert found.files == (Path("schemas/a.toml"),)


def test_files_are_read_in_order_sub_folders_too_and_hidden_ones_not(project: Path) -> None:
    for name in ("b.toml", "a/z.toml", "a.toml", ".hidden.toml", ".git/c.toml", "a/notes.txt"):
        file = project / "schemas" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("", "utf-8")
    assert [file.as_posix() for file in declared().files] == ["schemas/a/z.toml", "schemas/a.toml", "schemas/b.toml"]


def test_a_byte_order_mark_is_no_part_of_a_file(project: Path) -> None:
    (project / "schemas/a.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert Address("box", ("shop", "big")) in declared().objects


def test_the_garbage_collector_runs_again_afterwards() -> None:
    declared(a=GOOD)
    assert gc.isenabled()
    refused(a="x")
    assert gc.isenabled()


def test_a_missing_folder_says_where_its_name_is_written() -> None:
    with pytest.raises(DeclarationError) as caught:
        load(Path("other"), KINDS, ())
    assert str(caught.value) == (
        "other: there is no such folder of schema files\n"
        "help: create it, or name another one as [project] schemas in faberdb.toml"
    )


BAD: list[tuple[str, str, str]] = [
    ("unknown key", "[boxes.a]\nsise = 1\n", "a.toml:2:1: unknown key `sise`; did you mean `size`?"),
    ("unknown section", "[boxxes.a]\n", "a.toml:1:2: unknown key `boxxes`; did you mean `boxes`?"),
    (
        "unknown key in an inline table",
        '[boxes.a.items]\nx = { type = "t", cuont = 1 }\n',
        "a.toml:2:19: unknown key `cuont`; did you mean `count`?",
    ),
    (
        "nothing like it",
        "[labels.x]\nwords = []\nzzz = 1\n",
        "a.toml:3:1: unknown key `zzz`; known here: `note`, `words`",
    ),
    ("wrong type", '[boxes.a]\nsize = "big"\n', "a.toml:2:1: `size` must be an integer, not a string"),
    ("wrong type for a section", "boxes = 1\n", "a.toml:1:1: `boxes` must be a table, not an integer"),
    ("wrong short form", "[boxes.a.items]\nx = 7\n", "a.toml:2:1: `x` must be a string or a table, not an integer"),
    (
        "wrong item of a list",
        '[labels]\nx = ["a", 7]\n',
        "a.toml:2:11: item 2 of `x` must be a string, not an integer",
    ),
    (
        "one of two types",
        '[boxes.a.items]\nx = { type = "t", count = "many" }\n',
        "a.toml:2:19: `count` must be an integer or a boolean, not a string",
    ),
    (
        "one of several words",
        '[boxes.a.items]\nx = { type = "t", colour = "blue" }\n',
        "a.toml:2:19: `colour` must be 'red' or 'green', not 'blue'",
    ),
    (
        "a word that could be a secret",
        '[boxes.a.items]\nx = { type = "t", colour = "s3cret!!" }\n',
        "a.toml:2:19: `colour` must be 'red' or 'green', not a string",
    ),
    ("missing key", "[boxes.a.items]\nx = { count = 1 }\n", "a.toml:2:1: `x` needs the key `type`"),
    (
        "misspelt and so missing",
        '[boxes.a.items]\nx = { typ = "t" }\n',
        "a.toml:2:7: unknown key `typ`; did you mean `type`?",
    ),
    ("a bound", "[boxes.a]\nsize = 0\n", "a.toml:2:1: `size` must be greater than or equal to 1"),
    (
        "a rule of the model",
        '[boxes.a.items]\nx = { type = "lead", colour = "red" }\n',
        "a.toml:2:1: `x`: red lead is poisonous",
    ),
    ("a rule of the kind", "[boxes.forbidden]\n", "a.toml:1:8: this name is forbidden"),
    ("broken TOML", "[boxes.a]\nsize = \n", "a.toml:2:8: not valid TOML: invalid value"),
    (
        "TOML that ends too soon",
        "[boxes.a]\nlid = [1,\n\n",
        "a.toml:2:10: not valid TOML: invalid value",
    ),
    (
        "a key twice",
        "[boxes.a]\nsize = 1\nsize = 2\n",
        "a.toml:3:9: not valid TOML: cannot overwrite a value",
    ),
    ("a date", "[boxes.a]\nsize = 2024-01-01\n", "a.toml:2:1: `size` must be an integer, not a date or time"),
]


@pytest.mark.parametrize(("text", "message"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_what_is_wrong_is_said_at_its_line(text: str, message: str) -> None:
    assert refused(a=text) == f"schemas/{message}"


def test_text_that_is_not_utf_8_is_placed(project: Path) -> None:
    (project / "schemas/a.toml").write_bytes(b'[boxes.a]\nnote = "\xe9"\n')
    assert refused() == "schemas/a.toml:2:9: not UTF-8 text"


def test_all_problems_of_all_files_are_shown_together() -> None:
    assert refused(b='[boxes.x]\nsize = "1"\nsise = 1\n', a="x =", c="[labels]\nx = 1\n").splitlines() == [
        "schemas/a.toml:1:4: not valid TOML: invalid value",
        "schemas/b.toml:2:1: `size` must be an integer, not a string",
        "schemas/b.toml:3:1: unknown key `sise`; did you mean `size`?",
        "schemas/c.toml:2:1: `x` must be a list or a table, not an integer",
    ]


def test_a_flood_of_problems_is_cut() -> None:
    lines = refused(a="[boxes.a]\n" + "".join(f"k{number} = 1\n" for number in range(200))).splitlines()
    assert len(lines) == 52
    assert lines[-1] == "and 149 more"


def test_one_object_in_two_files_names_both_places_and_nothing_inside_it() -> None:
    box = '[boxes.big]\n[boxes.big.items]\nnail = "iron"\n'
    assert refused(a='schema = "shop"\n' + box, b='schema = "shop"\n\n' + box) == (
        "schemas/b.toml:3:8: box:shop.big is declared twice; the first is at schemas/a.toml:2:8"
    )


def test_a_connection_string_is_refused_and_not_repeated() -> None:
    text = '[boxes.a]\nnote = "see postgresql://ann:hunter2@db.example/shop"\n'
    message = refused(a=text)
    assert message == (
        "schemas/a.toml:2:1: a connection string is written here; keep it in an environment variable and give the"
        " variable's name to connection_string_env in faberdb.toml"
    )


def test_a_password_in_a_comment_is_refused_at_its_place() -> None:
    message = refused(a="# was postgresql://ann:hunter2@db.example/shop\n[boxes.a]\nsize = 1\n")
    assert message == (
        "schemas/a.toml:1:7: a connection string with a password is written here; take it out, and change the password"
    )


def test_a_password_in_a_file_that_is_named_is_refused_there(project: Path) -> None:
    (project / "schemas/sea.sql").write_text("-- postgresql://ann:hunter2@db.example/shop\nselect 1\n", "utf-8")
    message = refused(a='[pictures]\nsea = { file = "sea.sql" }\n')
    assert message.startswith("schemas/sea.sql:1:4: a connection string with a password is written here")
    assert "hunter2" not in message


@pytest.mark.parametrize(
    "text",
    [
        "postgres://localhost/shop",
        " postgresql://ann:pw@db/shop",
        "postgresql+psycopg://db/shop",
        "host=db password=pw",
        "dbname=shop user=ann password='p w' host=db",
        "select dblink('host=db user=ann password=pw', 'select 1')",
        "host=db dbname=shop",
        "jdbc:postgresql://db/shop?user=ann",
    ],
)
def test_these_are_connection_strings(text: str) -> None:
    assert is_connection_string(text)


@pytest.mark.parametrize(
    "text",
    [
        "host = 'localhost'",
        "u.host = h.host and u.password = crypt('x', u.password)",
        "connect with postgres://user@host or ask the administrators",
        "insert into t (host, password) values (1, 2)",
        "password <> ''",
        "update t set host = 'a', password = 'b'",
        "the user's password",
        "path text := 'dbname=shop user='||name||' hostaddr='||ip||' password='||password;",
    ],
)
def test_these_are_not(text: str) -> None:
    assert not is_connection_string(text)


def test_a_connection_string_behind_an_escape_is_found() -> None:
    assert "connection string" in refused(a='[boxes.a]\nnote = "postgres\\u003A//ann:pw@db/shop"\n')


def test_a_query_can_stand_in_a_file_of_its_own(project: Path) -> None:
    (project / "schemas/pictures").mkdir()
    (project / "schemas/pictures/sea.sql").write_text("select blue\n", "utf-8")
    found = declared(a='[pictures]\nsea = { file = "pictures/sea.sql" }\nsky = "select white"\n')
    assert found.objects[Address("picture", ("public", "sea"))].attributes == {"query": "select blue\n"}
    assert found.files == (Path("schemas/a.toml"), Path("schemas/pictures/sea.sql"))


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('file = "no.sql"', "the file schemas/no.sql cannot be read: No such file or directory"),
        ('file = "../../x.sql"', "the file '../../x.sql' lies outside the project"),
        ('file = "/etc/passwd"', "the file '/etc/passwd' lies outside the project"),
        ('file = "x.sql"\nquery = "q"', "`file` and `query` are both given; keep one of them"),
        ("file = 1", "`sea` needs the key `query`"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_at_its_line(entry: str, message: str) -> None:
    assert message in refused(a=f"[pictures.sea]\n{entry}\n")
    assert refused(a=f"[pictures.sea]\n{entry}\n").startswith(("schemas/a.toml:2:1: ", "schemas/a.toml:1:11: "))


def test_a_place_survives_the_loss_of_its_file() -> None:
    assert place_of(Origin(Path("schemas/gone.toml"), ("boxes",))) == "schemas/gone.toml"


def test_two_kinds_cannot_have_one_section() -> None:
    twice: tuple[Any, ...] = (SmallKind("box", "boxes", BoxSpec), SmallKind("crate", "boxes", BoxSpec))
    with pytest.raises(ValueError, match="'boxes' in a file is taken, kind 'crate' cannot have it"):
        compose(twice)


def test_sections_may_be_called_as_they_like() -> None:
    odd: tuple[Any, ...] = (SmallKind("copy", "copy", BoxSpec), SmallKind("json", "json", BoxSpec))
    Path("schemas/a.toml").write_text("[copy.a]\nsize = 1\n[json.b]\n", "utf-8")
    assert [str(address) for address in load(Path("schemas"), odd, ()).objects] == ["copy:public.a", "json:public.b"]


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("[boxes.a]\nsise = 1\n", "write `size`, or take `sise` out; docs/reference says what may stand here"),
        ("[boxes.a]\nzzz = 1\n", "take `zzz` out, or move it to where it belongs; docs/reference says what may stand"),
        ('[boxes.a]\nsize = "3"\n', "write it like this: `size = 1`"),
        ("[boxes.a]\nsize = \n", "look at that place and the line before it: a text stands in quotes"),
    ],
    ids=["a misspelt key", "an unknown key", "a wrong type", "broken TOML"],
)
def test_what_to_do_is_said_too(text: str, advice: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        declared(a=text)
    assert caught.value.advice.startswith(advice)


def test_of_two_that_declare_one_object_one_is_to_go() -> None:
    with pytest.raises(DeclarationError) as caught:
        declared(a='schema = "s"\n[boxes.a]\nsize = 1\n', b='schema = "s"\n[boxes.a]\nsize = 2\n')
    assert caught.value.advice.startswith("keep one of the two")
