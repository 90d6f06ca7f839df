"""Spellings of types, as people write them and as the server prints them."""

from __future__ import annotations

import pytest

from faberdb_providers.postgres.typenames import canonical_type, split_list


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("int", "integer"),
        ("INT4[3]", "integer[]"),
        ("varchar(10)", "character varying(10)"),
        ("character  varying", "character varying"),
        ("decimal( 10 , 2 )", "numeric(10,2)"),
        ("float(20)", "real"),
        ("float", "double precision"),
        ("timestamptz", "timestamp with time zone"),
        ("timestamp(3)", "timestamp(3) without time zone"),
        ("timestamp (3) with time zone", "timestamp(3) with time zone"),
        ("time without time zone", "time without time zone"),
        ("interval day to second", "interval day to second"),
        ("char(3)", "character(3)"),
        ('"char"', '"char"'),
        ("pg_catalog.char", '"char"'),
        ("pg_catalog.int8", "bigint"),
        ("bit varying(4) array", "bit varying(4)[]"),
        ("any", '"any"'),
        ("Color", "color"),
        ('"Color"[][]', '"Color"[]'),
        ('shop."color"', "shop.color"),
        ("shop . Color", "shop.color"),
    ],
)
def test_a_type_is_named_as_the_server_names_it(written: str, printed: str) -> None:
    assert canonical_type(written) == printed
    assert canonical_type(printed) == printed


def test_modifiers_and_schema() -> None:
    assert canonical_type("numeric(10,2)[]", modifiers=False) == "numeric[]"
    assert canonical_type("timestamp(3)", modifiers=False) == "timestamp without time zone"
    assert canonical_type("color[]", schema="shop") == "shop.color[]"
    assert canonical_type("text", schema="shop") == "text"
    assert canonical_type("other.color", schema="shop") == "other.color"


def test_a_list_is_split_at_its_own_commas() -> None:
    assert split_list('numeric(10,2), "a,b", text[]') == ["numeric(10,2)", '"a,b"', "text[]"]
    assert split_list("") == []
