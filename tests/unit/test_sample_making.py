"""The forms in which made-up rows are tried."""

from __future__ import annotations

from faberdb_providers.postgres.sample.making import ALL, ONLY_BARE, Maker
from faberdb_providers.postgres.sample.tables import Column, Table
from faberdb_providers.postgres.sample.values import Types

INT, ODD, TEXT = 23, 20000, 25
TYPES = Types(
    [
        (INT, "int4", False, "b", "N", "integer", 0, None, [], [], []),
        (TEXT, "text", False, "b", "S", "text", 0, None, [], [], []),
        (ODD, "odd", True, "b", "U", "odd", 0, None, [], [], []),
    ]
)


def rows(*columns: Column, level: int = ALL) -> list[list[list[str]]]:
    return Maker(Table(1, "t", True, (), "", columns, (), (), ()), TYPES).rows(level)


ID = Column("id", INT, "integer", required=True, default=True, keyed=True)


def test_values_of_a_type_that_nobody_knows_are_left_out_before_all_others_are_plain() -> None:
    """Only the row without a value had any chance, where the server takes none of what was guessed."""
    found = rows(ID, Column("e", ODD, "odd", required=False, default=False, keyed=False))
    low = found[2]
    assert low[:2] == [["(-2147483648)::integer", "('3')::odd"], ["(-2147483648)::integer", "null"]]


def test_a_numbered_key_takes_no_value_along_that_is_left_out() -> None:
    title = Column("title", TEXT, "text", required=False, default=False, keyed=False)
    assert rows(ID, title)[-1][0] == ["(6)::integer", "null"]
    assert rows(ID, title, level=ONLY_BARE) == [[["(1)::integer", "null"]]]


def test_a_column_with_a_default_has_it_in_one_row_and_no_value_in_another() -> None:
    shelf = Column("shelf", TEXT, "text", required=False, default=True, keyed=False)
    *_, bare, by_default = rows(ID, shelf)
    assert (bare[0], by_default[0]) == (["(6)::integer", "null"], ["(7)::integer", "default"])
