"""A plan from the blocks that were edited is the plan from all of them, byte for byte.

Only what hangs together with an edit is looked at, which must leave nothing out. So the database is one of which much
stays out of sight, and each edit reaches for something far away from it in another way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from faberdb.cli import planning
from faberdb.cli.workspace import Workspace
from faberdb.config.environment import surroundings
from faberdb.config.project import load
from faberdb.errors import DeclarationError
from faberdb.plan.codec import to_json
from faberdb.plan.document import Plan
from faberdb.prove.neighbourhood import FULL_UP_TO
from tests.conftest import ProjectFolder
from tests.servers import Server, run_sql

TABLES = 90

BUILD = "\n".join(
    [
        "create type mood as enum ('sad', 'glad'); create domain amount as numeric check (value >= 0);",
        "create function twice(n integer) returns integer language sql immutable as 'select n * 2';",
        "create function note_it() returns trigger language plpgsql as 'begin return new; end';",
        *(
            f"create table t{n} (id bigint primary key, up bigint, size integer default {n}, feeling mood,"
            f" cost amount); create index t{n}_up on t{n} (up);"
            for n in range(TABLES)
        ),
        *(f"alter table t{n} add constraint t{n}_up foreign key (up) references t{n - 1};" for n in range(1, TABLES)),
        "create view sizes as select a.id, a.size, b.cost from t3 a join t40 b on b.id = a.up;",
        "create table words (word varchar(9)); create view lowered as select lower(word) as word from words;",
        "create view small_sizes as select * from sizes where size < 3;",
        "comment on view small_sizes is 'only small ones';",
        "create index t7_twice on t7 (twice(size));",
        "create trigger noting before insert on t8 for each row execute function note_it();",
        "create table parts (id bigint, day date) partition by range (day);",
        "create table parts_1 partition of parts for values from ('2024-01-01') to ('2025-01-01');",
        "create function felt() returns event_trigger language plpgsql as 'begin end';",
        "create event trigger feeling on ddl_command_end execute function felt();",
        "create schema seen; create table seen.plain (id bigint, a text); insert into seen.plain values (1, 'one');",
        "create publication news for tables in schema seen;",
        "create function far() returns bigint language plpgsql as 'begin return (select count(*) from t60); end';",
    ]
)


@dataclass(frozen=True)
class Edit:
    """What is replaced in the schema file, and what is added at its end. whole: all blocks are looked at after all.
    said: what else is replaced before, which is no change by itself."""

    old: str = ""
    new: str = ""
    added: str = ""
    whole: bool = False
    file: str = "public.toml"
    said: tuple[str, str] = ("", "")


T3 = 'size = { type = "integer", null = true, default = "3" }\n'
T5 = "[tables.t5.columns]\n"
FELT = 'feeling = { type = "public.mood", null = true }'
FELT_THEN = FELT.replace("true", "true, using = \"'glad'\"")
EDITS = {
    "a column more": Edit(T5, T5 + "more = 'text'\n"),
    "a column less": Edit(T3.replace('"3"', '"12"'), ""),
    "another type under views": Edit(T3, T3.replace("integer", "bigint")),
    "a view of tables far apart": Edit(
        added="\n[views.far_apart]\nquery = 'select a.id from t11 a join t77 b using (id)'\n"
    ),
    "a function whose body names a table": Edit(
        added="\n[functions.far_too]\nreturns = 'bigint'\nlanguage = 'sql'\nbody = 'select count(*) from t55'\n"
    ),
    "a foreign key to a table far away": Edit(
        "t5_up = {", "t5_far = { columns = ['up'], references = { table = 't80', columns = ['id'] } }\nt5_up = {"
    ),
    "a value more of a type that every table has": Edit('"glad"', '"glad", "calm"'),
    "a value less of it": Edit('["sad", "glad"]', '["glad"]'),
    "a value less of it, and what becomes of it": Edit('["sad", "glad"]', '["glad"]', said=(FELT, FELT_THEN)),
    "another check of a domain that every table has": Edit("(VALUE >= (0)::numeric)", "(value >= -1)"),
    "another body under an index": Edit("select n * 2", "select n + n"),
    "a table less": Edit("[tables.parts_1]", "[tables.parts_9]"),
    "a partition more": Edit(
        added="\n[tables.parts_2]\npartition_of = 'parts'\nbound = \"for values from ('2025-01-01') to ('2026-01-01')\""
    ),
    "a comment less": Edit('comment = "only small ones"\n', ""),
    "another name": Edit(
        'size = { type = "integer", null = true, default = "9" }',
        'long = { type = "integer", null = true, default = "9", renamed_from = "size" }',
        whole=True,
    ),
    "a type that was not there": Edit(
        "[enums]\n", "[enums]\nkind = ['a']\n", "\n[tables.fresh.columns]\nnext = 'kind'\nlast = 'mood'\n"
    ),
    "a value for rows that subscribers cannot know": Edit(
        file="seen.toml", old="a = {", new="b = { type = 'text', backfill = 'a' }\na = {"
    ),
    "a function that fits a view better than the one of the server": Edit(
        said=("SELECT lower((word)::text) AS word", "SELECT lower(word) AS word"),
        added="\n[functions.lower]\narguments = 'said varchar'\nreturns = 'text'\nlanguage = 'sql'\n"
        "volatility = 'immutable'\nbody = \"select 'x'\"\n",
    ),
    "nothing but a space": Edit(T5, T5 + "\n"),
}


@pytest.fixture(scope="module")
def live(newest: Server) -> str:
    conninfo = newest.new_database()
    run_sql(conninfo, BUILD)
    return conninfo


@pytest.mark.in_turn(4)
@pytest.mark.parametrize("edit", EDITS.values(), ids=[name.replace(" ", "_") for name in EDITS])
def test_the_plan_is_that_of_all_blocks(
    edit: Edit, live: str, project: Callable[..., ProjectFolder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project({"dev": live})
    assert folder.run("import", "dev").code == 0
    monkeypatch.setenv("DEV_URL", live)
    file = folder.root / "schemas" / edit.file
    assert edit.said[0] in file.read_text()
    file.write_text(file.read_text().replace(*edit.said) if edit.said[0] else file.read_text())
    assert not _plan(folder, tmp_path / "warm").steps
    text = file.read_text()
    assert edit.old in text
    file.write_text((text.replace(edit.old, edit.new) if edit.old else text) + edit.added)
    expected = _plan(folder, tmp_path / "cold")
    if not edit.whole:
        monkeypatch.setattr(planning, "_from_all", _not_wanted)
    assert _text(_plan(folder, tmp_path / "warm")) == _text(expected)


def test_much_of_the_database_is_out_of_sight(live: str, project: Callable[..., ProjectFolder]) -> None:
    folder = project({"dev": live})
    assert folder.run("import", "dev").code == 0
    file = folder.root / "schemas" / "public.toml"
    file.write_text(file.read_text().replace(T5, T5 + "more = 'text'\n"))
    assert TABLES * 7 > FULL_UP_TO
    assert "scope closure" in folder.run("plan", "dev").out


@pytest.mark.parametrize(
    ("added", "said"),
    [
        (
            "[views.t50]\nquery = 'select 1 as one'",
            "view public.t50 cannot have the name t50, which table public.t50 has",
        ),
        (
            "[tables.new.columns]\nid = 'bigint'\n[tables.new.indexes]\nt60_up = ['id']",
            "which index public.t60.t60_up has",
        ),
        ("[composite_types.mood.columns]\na = 'text'", "which enum public.mood has"),
    ],
    ids=["relation", "index", "type"],
)
def test_a_name_is_taken_also_where_it_is_out_of_sight(
    added: str,
    said: str,
    live: str,
    project: Callable[..., ProjectFolder],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = project({"dev": live})
    assert folder.run("import", "dev").code == 0
    monkeypatch.setenv("DEV_URL", live)
    assert not _plan(folder, tmp_path / "warm").steps
    file = folder.root / "schemas" / "public.toml"
    file.write_text(f"{file.read_text()}\n{added}\n")
    for cache in ("warm", "cold"):
        with pytest.raises(DeclarationError, match="something else has") as caught:
            _plan(folder, tmp_path / cache)
        assert said in str(caught.value)


def _plan(folder: ProjectFolder, cache: Path) -> Plan:
    around = replace(surroundings(), cache=cache)
    workspace = Workspace(load(folder.root), around)
    return planning.plan_environment(workspace, workspace.project.environment("dev")).plan


def _text(plan: Plan) -> str:
    return to_json(plan._replace(plan_id="", created_at="", expires_at=""))


def _not_wanted(*args: object) -> None:
    raise AssertionError("all blocks were looked at")


WITHOUT_BLOCKS = {
    "a_section_between_the_parts_of_a_table": """
[tables.a]
[views]
v = "select 1 as x"
[tables.a.columns]
id = "bigint"
""",
    "a_part_of_a_table_at_the_end": """
[tables.a.columns]
id = "bigint"
[tables.b.columns]
id = "bigint"
[tables.a.indexes]
a_id = ["id"]
""",
    "a_header_with_spaces": "[ tables.a.columns ]\nid = 'bigint'\n",
    "a_header_in_single_quotes": "[tables.'a'.columns]\nid = 'bigint'\n",
    "a_table_in_one_line": "tables = { a = { columns = { id = 'bigint' } } }\n",
    "what_looks_like_a_header": '''
[views.v]
query = """
select 1 as x /*
[tables.a]
*/"""
[tables.a.columns]
id = "bigint"
''',
}


@pytest.mark.parametrize("text", WITHOUT_BLOCKS.values(), ids=WITHOUT_BLOCKS)
def test_what_a_file_without_blocks_declares_is_not_taken_for_gone(
    text: str, newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    with newest.database() as conninfo:
        folder = project({"dev": conninfo})
        folder.declare(text)
        assert folder.run("apply", "dev", "--auto-approve").code == 0
        assert folder.run("plan", "dev", "--detailed-exitcode").code == 0
        # Saved, it is planned anew though nothing was edited.
        assert folder.run("plan", "dev", "--out", "plan.json", "--detailed-exitcode").code == 0
        # An edit of another file is all that changes.
        (folder.root / "schemas" / "sales.toml").write_text("[tables.p.columns]\nid = 'bigint'\n")
        planned = folder.run("plan", "dev", "--detailed-exitcode")
        assert (planned.code, planned.err) == (2, "")
        assert "2 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename" in planned.out
