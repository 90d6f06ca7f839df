"""What has an owner can say so, and `import` can write it."""

from __future__ import annotations

import pytest

from faberdb.model import Address
from faberdb_providers.postgres.kinds import KINDS
from faberdb_providers.postgres.kinds.base import PostgresKind
from faberdb_providers.postgres.kinds.comment import target
from faberdb_providers.postgres.specs.base import FixedOwnedSpec

OWNED = """
    schema table view materialized_view foreign_table sequence function procedure aggregate enum domain composite_type
    range_type collation conversion operator operator_class operator_family text_search_configuration
    text_search_dictionary statistics foreign_data_wrapper foreign_server publication subscription event_trigger
    language
""".split()


@pytest.mark.parametrize("kind", [k for k in KINDS if k.managed and k.name in OWNED], ids=lambda k: k.name)
def test_a_managed_kind_takes_an_owner(kind: PostgresKind) -> None:
    assert issubclass(kind.Declared, FixedOwnedSpec)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (Address("owner", ("view", "app", "v")), "VIEW app.v"),
        (Address("owner", ("enum", "app", "mood")), "TYPE app.mood"),
        (Address("owner", ("aggregate", "app", "total", "(integer)")), "AGGREGATE app.total(integer)"),
        (Address("owner", ("operator_class", "app", "ops using btree")), "OPERATOR CLASS app.ops USING btree"),
        (Address("owner", ("foreign_server", "far")), "SERVER far"),
        (Address("owner", ("text_search_configuration", "app", "c")), "TEXT SEARCH CONFIGURATION app.c"),
        (Address("owner", ("event_trigger", "e")), "EVENT TRIGGER e"),
    ],
)
def test_how_alter_names_it(address: Address, words: str) -> None:
    assert target(address) == words
