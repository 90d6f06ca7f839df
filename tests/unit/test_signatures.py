"""How the arguments of routines are read, and the keys that their entries have."""

from __future__ import annotations

from pathlib import Path

import pytest

from faberdb.declare.load import load
from faberdb.errors import DeclarationError
from faberdb_providers.postgres.kinds import KINDS
from faberdb_providers.postgres.provider import provider
from faberdb_providers.postgres.signatures import arguments, canonical_type, input_types, key_of, of_key


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("*", []),
        ("integer", [("IN", "", "integer", "")]),
        ("a int, b text DEFAULT 'x, y'", [("IN", "a", "int", ""), ("IN", "b", "text", "'x, y'")]),
        ("a int = f(1, 2), b int := 3", [("IN", "a", "int", "f(1, 2)"), ("IN", "b", "int", "3")]),
        ("INOUT a text, OUT b date", [("INOUT", "a", "text", ""), ("OUT", "b", "date", "")]),
        ("a in out int", [("INOUT", "a", "int", "")]),
        ("VARIADIC rest int[]", [("VARIADIC", "rest", "int[]", "")]),
        ("double precision", [("IN", "", "double precision", "")]),
        ("double double precision", [("IN", "double", "double precision", "")]),
        ("time timestamp with time zone", [("IN", "time", "timestamp with time zone", "")]),
        ('"A b" "Odd".type, numeric(10, 2)', [("IN", "A b", '"Odd".type', ""), ("IN", "", "numeric(10, 2)", "")]),
        ("a int -- the first, of two\n, b $x$text$x$", None),
        ("float8 ORDER BY anyelement", [("IN", "", "float8", ""), ("IN", "", "anyelement", "")]),
        ('VARIADIC "any" ORDER BY VARIADIC "any"', [("VARIADIC", "", '"any"', "")]),
    ],
)
def test_arguments(text: str, found: list[tuple[str, str, str, str]] | None) -> None:
    if found is None:
        with pytest.raises(ValueError, match="is not a type"):
            arguments(text)
    else:
        assert [(a.mode, a.name, a.type, a.default) for a in arguments(text)] == found


def test_only_what_goes_in_tells_routines_apart() -> None:
    assert input_types(arguments("a int, OUT b text, INOUT c varchar(3)")) == "(integer, character varying)"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bigserial", "a column's type; an argument is bigint"),
        ("t.a%TYPE", "write the type itself"),
        ("a b", "not a type"),
    ],
)
def test_what_is_no_type_of_an_argument(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        canonical_type(text)


@pytest.mark.parametrize("name", ["add", "Odd name", "we(ird", '"', " x", "a.b"])
def test_keys_come_back(name: str) -> None:
    assert of_key(key_of(name, "(integer, text)")) == (name, "integer, text")


def declared(folder: Path, text: str) -> list[str]:
    (folder / "public.toml").write_text(text)
    return [str(a) for a in provider.complete(load(folder, KINDS, ["app"]).objects) if a.kind != "schema"]


BODY = 'returns = "void"\nbody = ""\n'


def test_types_of_a_user_are_found_where_they_are_declared(tmp_path: Path) -> None:
    (tmp_path / "app.toml").write_text('schema = "app"\n[enums]\nmood = ["ok"]\npoint = ["a"]\n')
    text = f'[functions."f(mood[], point, other)"]\n{BODY}comment = "c"\ngrants = {{ public = [] }}\n'
    assert declared(tmp_path, text)[2:] == [
        'function:public.f."(app.mood[], point, other)"',
        'comment:function.public.f."(app.mood[], point, other)"',
        'grant:function.public.f."(app.mood[], point, other)".public',
    ]


def test_one_routine_is_declared_once(tmp_path: Path) -> None:
    (tmp_path / "app.toml").write_text('schema = "app"\n[enums]\nmood = ["ok"]\n')
    text = f'[functions."f(mood)"]\n{BODY}[functions."f(app.mood)"]\n{BODY}'
    with pytest.raises(DeclarationError, match=r"function f\(app.mood\) is declared twice"):
        declared(tmp_path, text)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('[functions."f(text)"]\narguments = "a int"\n' + BODY, r"the key says \(text\), `arguments` say \(integer\)"),
        ('[functions.f]\nbody = ""', "say what the function returns"),
        ('[functions.f]\nreturns = "void"', "give one of"),
        (f'[functions.f]\n{BODY}library = "x"', "not body and library"),
        ('[functions.f]\nreturns = "void"\nfile = "x.sql"\nbody = ""', "`file` and `body` are both given"),
        ('[tables.t.triggers.a]\nwhen = "before"', "a trigger needs `events` and the function"),
        (
            '[tables.t.triggers.a]\nevents = ["update", "upsert"]\nexecute = "f"',
            "'upsert' in `events` is no event: known",
        ),
    ],
)
def test_what_is_refused_says_why(entry: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=message):
        declared(tmp_path, entry)


def test_a_body_may_stand_in_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "schemas"
    folder.mkdir()
    (folder / "f.sql").write_text("select 1\n")
    (folder / "a.toml").write_text('[functions.f]\nreturns = "integer"\nlanguage = "sql"\nfile = "f.sql"\n')
    objects = load(folder, KINDS, []).objects
    assert [o.attributes["body"] for o in objects.values()] == ["select 1\n"]
