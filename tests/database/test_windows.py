"""Outside of the maintenance windows of an environment nothing begins, and the message says when the next one opens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.conftest import ProjectFolder
from tests.database.saved_plan import TWO_MOODS, saved
from tests.servers import Server, fetch, run_sql


def closed() -> tuple[str, str]:
    """A window that is not open now, and when it opens."""
    later = datetime.now(UTC) + timedelta(hours=3)
    return f"{later:%H:%M}-{later + timedelta(hours=1):%H:%M} UTC", f"{later:%Y-%m-%d %H:%M} UTC, in "


def test_outside_of_a_window_only_what_was_begun_is_ended(
    newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    with saved(newest, project, '[tables.person]\nprimary_key = ["id"]\n\n' + TWO_MOODS) as plan:
        folder, config = plan.folder, plan.folder.root / "faberdb.toml"
        plain, (window, opens) = config.read_text(), closed()
        only_then = f'{plain}[safety]\nwindows = ["{window}"]\n'
        config.write_text(only_then)
        for command in (
            ["apply", "live", "--auto-approve"],
            ["apply", "plan.json"],
            ["apply", "plan.json", "--dry-run"],
        ):
            ran = folder.run(*command)
            assert (ran.code, "maintenance windows" in ran.err, opens in ran.err) == (9, True, True), ran.err
        assert newest.dump(plan.conninfo) == plan.before
        assert fetch(plan.conninfo, "select count(*) from faberdb.plan") == [(1,)]
        run_sql(plan.conninfo, "insert into person values (7), (7)")
        config.write_text(f'{plain}windows = []\n[safety]\nwindows = ["{window}"]\n')
        assert folder.run("apply", "plan.json").code == 6, "the key has duplicates in its way; the value is there"
        config.write_text(only_then)
        run_sql(plan.conninfo, "truncate person")
        assert folder.run("rollback", "live", "--dry-run").code == 0, "a plan that was begun may be ended at any time"
        ran = folder.run("apply", "plan.json")
        assert ran.code == 0, ran.err
        ran = folder.run("rollback", "live", "--auto-approve")
        assert ran.code == 0, f"a way back is always open: {ran.err}"
        config.write_text(f'{plain}windows = ["22:00 UTC"]\n')
        ran = folder.run("plan", "live")
        assert (ran.code, "faberdb.toml:" in ran.err, "write days, hours" in ran.err) == (1, True, True), ran.err
