"""What is said of a connection string never holds any of its password, however badly that is written."""

from __future__ import annotations

import pytest

from faberdb_providers.postgres.refusal import without_secrets

SAID = 'failed to resolve host "{}"'


@pytest.mark.parametrize(
    ("conninfo", "taken"),
    [
        ("postgresql://u:a@hunter2@127.0.0.1:5518/x", "hunter2@127.0.0.1"),
        ("postgres://u:hush@hunter2/x@host", "hunter2"),
        ("postgresql://u:hunter2/y@host/x", "hunter2"),
    ],
)
def test_what_libpq_takes_for_the_host_may_be_the_password(conninfo: str, taken: str) -> None:
    said = without_secrets(SAID.format(taken), conninfo)
    assert "hunter2" not in said
    assert "%40" in said


@pytest.mark.parametrize(
    "conninfo",
    [
        "postgresql://ann:hush@db.example:5432/shop",
        "postgresql://ann@db.example/shop?password=hush&options=a@b",
        "postgresql://ann:hush@[::1]:5432/shop?application_name=a@b",
        "postgresql://db.example:5432/shop?user=ann@corp&password=hush",
        "postgresql:///shop?host=/tmp&user=ann@corp",
        "host=db.example password=hush user=ann",
    ],
)
def test_all_else_is_told_in_the_words_of_libpq(conninfo: str) -> None:
    said = without_secrets(SAID.format("db.example") + " with hush", conninfo)
    assert said.startswith(SAID.format("db.example"))
    assert ("hush" in said) == ("hush" not in conninfo)


def test_a_short_password_is_not_found_in_the_midst_of_words() -> None:
    said = "failed to resolve host: Name or service not known (a)"
    assert without_secrets(said, "postgresql://u:a@h/x") == "failed to resolve host: Name or service not known (***)"
