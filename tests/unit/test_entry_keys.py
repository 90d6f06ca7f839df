"""An entry takes no key that its kind cannot honour."""

from __future__ import annotations

import pytest

from faberdb_providers.postgres.kinds import KINDS
from faberdb_providers.postgres.kinds.base import PostgresKind

ENTRIES = [kind for kind in KINDS if kind.section]
NEITHER_NAME_NOR_COMMENT = {
    "default_privilege",
    "membership",
    "parameter_privilege",
    "privilege",
    "published_schema",
    "published_table",
    "step",
    "user_mapping",
}


@pytest.mark.parametrize("kind", ENTRIES, ids=lambda kind: kind.name)
def test_only_what_can_be_renamed_says_what_it_was_called(kind: PostgresKind) -> None:
    assert ("renamed_from" in kind.Declared.model_fields) == kind.renamable


@pytest.mark.parametrize("kind", ENTRIES, ids=lambda kind: kind.name)
def test_only_what_has_comments_takes_one(kind: PostgresKind) -> None:
    assert ("comment" in kind.Declared.model_fields) == (kind.name not in NEITHER_NAME_NOR_COMMENT)
