"""`reset` makes a development database anew with its seeds, and no other."""

from __future__ import annotations

from pathlib import Path

from tests.database.shop import Shop
from tests.servers import fetch, rows


def test_a_development_database_is_made_anew_and_seeded_and_no_other(shop: Shop) -> None:
    folder, config = shop.folder, shop.folder.root / "faberdb.toml"
    plain, seeds = config.read_text(), Path(folder.root / "seeds")
    shop.refuses(folder.run("reset", "live", "--auto-approve"), 9, "neither embedded nor has auto_migrate")
    config.write_text(plain + 'auto_migrate = true\nprotected = true\ntls_exception = "a test"\n')
    shop.refuses(folder.run("reset", "live", "--auto-approve"), 9, "is protected, so it is never reset")
    config.write_text(plain + 'auto_migrate = true\nmax_risk = "caution"\non_drop = "refuse"\n')
    shop.refuses(folder.run("reset", "live"), 5, "Destroy all of this in database")
    seeds.mkdir()
    (seeds / "customer.csv").write_text("id,email\n7,g@x\n8\n")
    shop.refuses(folder.run("reset", "live", "--auto-approve"), 1, "seeds/customer.csv:3:1")
    (seeds / "customer.csv").write_text("id,email\n7,g@x\n8,\n")
    said = shop.refuses(folder.run("reset", "live", "--dry-run"), 0, "2 rows, 0 SQL files", "nothing was changed")
    assert "table public.customer" in said
    ran = folder.run("reset", "live", "--auto-approve")
    assert ran.code == 0, ran.err
    assert shop.server.dump(shop.conninfo) == shop.before[0]
    assert fetch(shop.conninfo, "select id, email from customer order by id") == [(7, "g@x"), (8, None)]
    assert not [name for name in rows(shop.conninfo) if "quarantine" in name]
