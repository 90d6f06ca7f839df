"""What a text means depends on all names in its reach: something new may take one over where nobody edited the text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import ProjectFolder
from tests.servers import Server

APP = """
schema = "app"

[views]
v = "select id from t"

[tables.{0}.columns]
id = "bigint"
"""
T = '[tables.t.columns]\nid = "bigint"\n'
FUNCTION = """
[functions."{0}({1})"]
arguments  = "n {1}"
returns    = "text"
language   = "sql"
volatility = "immutable"
body       = "select 'of {1}'"
"""
CALLED = FUNCTION.format("f", "numeric") + '[views]\nv = "select f(1) as said"\n'
GENERATED = """
[tables.word.columns]
word  = "varchar(20)"
lower = { type = "text", null = true, generated = "lower(word)" }
"""
LOWER = FUNCTION.format("lower", "varchar").replace("lower(varchar)", "lower(character varying)")
CASES = {
    "a table in the schema of the view": (
        {"public.toml": T, "app.toml": APP.format("z")},
        {"public.toml": T, "app.toml": APP.format("z") + T},
        "~ view app.v",
    ),
    "a table that is called otherwise": (
        {"public.toml": T, "app.toml": APP.format("z")},
        {"public.toml": T, "app.toml": APP.format("t") + '[tables.t]\nrenamed_from = "z"\n'},
        "~ view app.v",
    ),
    "a function that fits better": (
        {"public.toml": CALLED},
        {"public.toml": CALLED + FUNCTION.format("f", "integer")},
        "~ view public.v",
    ),
    "a function that fits better than the one of the server": (
        {"public.toml": GENERATED},
        {"public.toml": GENERATED + LOWER},
        "lower",
    ),
}


@pytest.mark.parametrize(("before", "after", "told"), CASES.values(), ids=CASES)
def test_the_plan_changes_what_means_something_else_now(
    newest: Server, project: Callable[..., ProjectFolder], before: dict[str, str], after: dict[str, str], told: str
) -> None:
    with newest.database() as live, newest.database() as fresh:
        folder = project({"live": live, "fresh": fresh})
        config = folder.root / "faberdb.toml"
        config.write_text(config.read_text().replace("[project]\n", '[project]\nsearch_path = ["public"]\n'))
        for files in (before, after):
            for name, text in files.items():
                folder.declare(text, name)
            done = folder.run("apply", "live", "--auto-approve")
            assert done.code == 0, done.err
            assert "No changes" in folder.run("plan", "live").out
        assert told in done.out
        assert folder.run("create", "fresh", "--auto-approve").code == 0
        assert newest.dump(live) == newest.dump(fresh)
