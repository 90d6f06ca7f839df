"""Each command and flag that no other test is about, run as a user runs it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ProjectFolder, Ran
from tests.database.shop import CUSTOMER
from tests.servers import Server, fetch, run_file, run_sql

PHONE = 'phone = { type = "text", null = true }\n'
NOTE = 'note  = { type = "text", null = true }\n'


@pytest.fixture
def shop(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[ProjectFolder]:
    """A project whose database has the customers it declares."""
    with newest.database() as conninfo:
        folder = project({"live": conninfo})
        done(folder, CUSTOMER, "apply", "live", "--auto-approve")
        yield folder


def done(folder: ProjectFolder, text: str, *command: str) -> Ran:
    """A command that succeeds, with this declared."""
    folder.declare(text)
    ran = folder.run(*command)
    assert ran.code == 0, ran
    return ran


def columns(folder: ProjectFolder) -> list[str]:
    query = "select attname from pg_attribute where attrelid = 'customer'::regclass and attnum > 0 order by attnum"
    return [name for (name,) in fetch(folder.env["LIVE_URL"], query) if "dropped" not in name]


def applied(folder: ProjectFolder) -> list[str]:
    """The plans applied so far, oldest first."""
    state = json.loads((folder.root / ".faberdb/state/live.json").read_text())
    return [record["plan_id"] for record in state["applied"]]


def test_rollback_to_a_plan_takes_back_all_that_came_after_it(shop: ProjectFolder) -> None:
    done(shop, CUSTOMER + PHONE, "apply", "live", "--auto-approve")
    goal = applied(shop)[0]
    done(shop, CUSTOMER + PHONE + NOTE, "apply", "live", "--auto-approve")
    assert columns(shop) == ["id", "email", "phone", "note"]
    ran = shop.run("rollback", "live", "--to", goal[:8], "--auto-approve", timeout=120)
    assert (ran.code, columns(shop)) == (0, ["id", "email"]), ran
    ran = shop.run("rollback", "live", "--to", goal[:8], "--auto-approve")
    assert (ran.code, "nothing was applied to live after plan" in ran.err) == (0, True), ran


def test_init_from_a_database_writes_what_it_holds(newest: Server, tmp_path: Path, run: Callable[..., Ran]) -> None:
    with newest.database() as conninfo:
        run_sql(conninfo, "create table box (id int primary key, note text not null)")
        env = {"LIVE_DATABASE_URL": conninfo}
        ran = run("init", "--from", "live", "--dry-run", cwd=tmp_path, env=env)
        assert (ran.code, "would write faberdb.toml" in ran.out, list(tmp_path.iterdir())) == (0, True, []), ran
        assert "would write schemas/public.toml (new)" in ran.out
        assert "a dry run: nothing was written" in ran.err
        ran = run("init", "--from", "live", cwd=tmp_path, env=env)
        assert ran.code == 0, ran
        assert "[tables.box]" in (tmp_path / "schemas/public.toml").read_text()
        ran = run("plan", "live", "--detailed-exitcode", cwd=tmp_path, env=env)
        assert ran.code == 0, ran


def test_a_dry_run_changes_nothing(shop: ProjectFolder, newest: Server) -> None:
    def now() -> tuple[str, bytes, str]:
        state, schema = shop.root / ".faberdb/state/live.json", shop.root / "schemas/public.toml"
        return newest.dump(shop.env["LIVE_URL"]), state.read_bytes(), schema.read_text()

    shop.declare(CUSTOMER + PHONE)
    before = now()
    ran = shop.run("apply", "live", "--dry-run")
    assert (ran.code, "phone" in ran.out, now() == before) == (0, True, True), ran
    ran = shop.run("import", "live", "--dry-run")
    assert (ran.code, "--overwrite" in ran.err, now() == before) == (1, True, True), ran
    ran = shop.run("import", "live", "--dry-run", "--overwrite")
    assert (ran.code, "would write" in ran.out, now() == before) == (0, True, True), ran


def test_a_saved_plan_is_shown_as_a_document_and_as_scripts_that_psql_runs(
    shop: ProjectFolder, newest: Server, tmp_path: Path
) -> None:
    """The scripts do to a copy what apply and rollback do to the database."""
    done(shop, CUSTOMER + PHONE, "plan", "live", "--out", "plan.json")
    shown = shop.run("show", "plan.json", "--json")
    assert json.loads(shown.out) == json.loads((shop.root / "plan.json").read_text())
    forth, back = tmp_path / "forth.sql", tmp_path / "back.sql"
    forth.write_text(shop.run("show", "plan.json", "--sql").out)
    back.write_text(shop.run("show", "plan.json", "--sql", "--rollback").out)
    with newest.database() as copy:
        run_sql(copy, "create table customer (id bigint not null, email text, primary key (id))")
        before = newest.dump(copy)
        assert before == newest.dump(shop.env["LIVE_URL"])
        run_file(newest, copy, forth)
        assert shop.run("apply", "plan.json").code == 0
        assert newest.dump(copy) == newest.dump(shop.env["LIVE_URL"]) != before
        run_file(newest, copy, back)
        assert newest.dump(copy) == before


def test_debug_writes_the_trace_without_secrets(
    newest: Server, project: Callable[..., ProjectFolder], tmp_path: Path
) -> None:
    folder = project({"live": "postgresql://ann:hunter2@127.0.0.1:1/shop"})
    folder.declare(CUSTOMER)
    folder.env["TMPDIR"] = str(tmp_path)
    ran = folder.run("--debug", "plan", "live")
    assert ran.code == 1, ran
    file = Path(ran.err.partition("trace: ")[2].strip())
    assert file.parent == tmp_path, ran
    trace = file.read_text()
    assert "DatabaseError" in trace
    assert "hunter2" not in trace + ran.err


def test_a_full_proof_copies_the_whole_catalogue(shop: ProjectFolder) -> None:
    """What is far from the change is on scratch too, and the document says so."""
    with psycopg.connect(shop.env["LIVE_URL"]) as connection:
        for number in range(150):
            connection.execute(f"create table far_{number} (a int, b int, c int, d int)".encode())
    shutil.rmtree(shop.root / "schemas")
    assert shop.run("import", "live").code == 0
    file = shop.root / "schemas/public.toml"
    file.write_text(file.read_text() + '\n[tables.visit.columns]\nid = "bigint"\n')
    scopes = {}
    for flags in ((), ("--full-proof",)):
        ran = shop.run("plan", "live", *flags, "--out", "plan.json", timeout=180)
        assert ran.code == 0, ran
        scopes[flags] = json.loads((shop.root / "plan.json").read_text())["proof"]["scope"]
    assert scopes == {(): "closure", ("--full-proof",): "full"}


def test_validate_speaks_to_programs_too(shop: ProjectFolder) -> None:
    ran = shop.run("validate", "--no-color")
    assert (ran.code, "faberdb.toml and 1 schema file are valid: " in ran.out) == (0, True), ran
    ran = shop.run("validate", "--json")
    version, result = map(json.loads, ran.out.splitlines())
    assert (ran.code, "format" in str(version)) == (0, True), ran
    assert "are valid" in str(result)


def test_what_schema_files_name_for_editors_is_there(shop: ProjectFolder) -> None:
    """`#:schema` names a file that is in nobody's git: import writes it, and whoever has none gets it again."""
    shutil.rmtree(shop.root / "schemas")
    assert shop.run("import", "live").code == 0
    file = shop.root / "schemas/public.toml"
    named = file.read_text().splitlines()[0].removeprefix("#:schema ")
    assert (file.parent / named).is_file()
    (file.parent / named).unlink()
    assert shop.run("validate").code == 0
    assert (file.parent / named).is_file()
    shutil.rmtree(shop.root / ".faberdb")
    (shop.root / ".faberdb").write_text("in the way")
    assert shop.run("validate").code == 0
