"""Outside of the maintenance windows of an environment nothing begins, and the message says when the next one opens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.database.shop import Shop
from tests.servers import run_sql

TWO = 'phone = { type = "text", null = true }\n[tables.customer.indexes.email_idx]\non = ["email"]\nunique = true\n'


def closed() -> tuple[str, str]:
    """A window that is not open now, and when it opens."""
    later = datetime.now(UTC) + timedelta(hours=3)
    return f"{later:%H:%M}-{later + timedelta(hours=1):%H:%M} UTC", f"{later:%Y-%m-%d %H:%M} UTC, in "


def test_outside_of_a_window_only_what_was_begun_is_ended(shop: Shop) -> None:
    folder, config = shop.folder, shop.folder.root / "faberdb.toml"
    plain, (window, opens) = config.read_text(), closed()
    shop.declare_more(TWO)
    assert folder.run("plan", "live", "--no-check-data", "--out", "plan.json").code == 0
    config.write_text(f'{plain}[safety]\nwindows = ["{window}"]\n')
    for command in (
        ["apply", "live", "--no-check-data", "--auto-approve"],
        ["apply", "plan.json"],
        ["apply", "plan.json", "--dry-run"],
        ["rollback", "live", "--auto-approve"],
        ["rollback", "live", "--dry-run"],
    ):
        shop.refuses(folder.run(*command), 9, "maintenance windows", opens)
    config.write_text(f'{plain}windows = []\n[safety]\nwindows = ["{window}"]\n')
    ran = folder.run("apply", "plan.json")
    assert ran.code == 6, "the index has duplicates in its way; the column before it is there"
    config.write_text(f'{plain}[safety]\nwindows = ["{window}"]\n')
    run_sql(shop.conninfo, "delete from customer where id = 2")
    assert folder.run("apply", "plan.json", "--dry-run").code == 0, "a plan that was begun may be ended at any time"
    assert folder.run("rollback", "live", "--dry-run").code == 0, "in either direction"
    ran = folder.run("apply", "plan.json")
    assert ran.code == 0, ran.err
    config.write_text(f'{plain}windows = ["22:00 UTC"]\n')
    ran = folder.run("plan", "live")
    assert (ran.code, "faberdb.toml:" in ran.err, "write days, hours" in ran.err) == (1, True, True), ran.err
