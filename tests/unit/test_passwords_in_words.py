"""Whatever the server quotes, no password of a statement is in what faberdb says of it."""

from __future__ import annotations

import pytest

from faberdb_providers.postgres.refusal import without_passwords


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("alter role x password 'hunter2' valid until 'never'", "alter role x password *** valid until 'never'"),
        ("options (user 'ann', password 'hunter2')", "options (user 'ann', password ***)"),
        ("password E'hun\\'ter2' x", "password *** x"),
        ("password 'hun''ter2' x", "password *** x"),
        ("execute 'alter role x password ''hunter2'''; x", "execute 'alter role x password ***; x"),
        ("PASSWORD $$hunter2$$ x", "PASSWORD *** x"),
        ("PASSWORD $a$hunter2$a$ x", "PASSWORD *** x"),
        ("password 'hunter2", "password ***"),
        ("host=h password=hunter2 dbname=d", "host=h password=*** dbname=d"),
        ("sslpassword = 'hunter2' x", "sslpassword = *** x"),
        ("postgresql://ann:hunter2@h/d", "postgresql://ann:***@h/d"),
        ("alter role x password null", "alter role x password null"),
        ('password authentication failed for user "ann"', 'password authentication failed for user "ann"'),
    ],
)
def test_a_password_is_left_out(text: str, wanted: str) -> None:
    assert without_passwords(text) == wanted
