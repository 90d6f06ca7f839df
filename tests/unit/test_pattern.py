"""What the patterns of [project] include and exclude mean."""

from __future__ import annotations

import pytest

from faberdb.config.pattern import pattern
from faberdb.model import Address

CUSTOMER = Address("table", ("public", "customer"))
EMAIL = Address("column", ("public", "customer", "email"))
ODD = Address("table", ("my.schema", "a [1] *"))
QUOTE = Address("table", ("public", 'say "so"'))
ADD = Address("function", ("public", "add", "(integer, my.type)"))
PUBLIC = Address("schema", ("public",))


@pytest.mark.parametrize(
    ("text", "meant", "not_meant"),
    [
        ("public", [PUBLIC, CUSTOMER, EMAIL, ADD], [ODD]),
        ("public.*", [CUSTOMER, EMAIL, ADD], [PUBLIC, ODD]),
        ("*", [PUBLIC, CUSTOMER, EMAIL, ODD], []),
        ("public.cust*", [CUSTOMER, EMAIL], [ADD]),
        ("public.custome?", [CUSTOMER], [Address("table", ("public", "custome")), PUBLIC]),
        ("public.customer.e*", [EMAIL], [CUSTOMER]),
        ("table:public.customer", [CUSTOMER], [EMAIL]),
        ("column:public.customer", [EMAIL], [CUSTOMER]),
        ("table:public", [CUSTOMER, QUOTE], [PUBLIC, EMAIL, ODD]),
        ("*_type:public.*", [Address("range_type", ("public", "r"))], [CUSTOMER]),
        ("customer", [], [CUSTOMER, EMAIL]),
        ("PUBLIC.customer", [], [CUSTOMER]),
        ("p*customer", [], [CUSTOMER]),
        ("my.schema", [], [ODD]),
        ('"my.schema"', [ODD], [CUSTOMER]),
        ('"my.schema"."a [1] *"', [ODD], [Address("table", ("my.schema", "a [1] b"))]),
        ('"my.schema".a [[]1]*', [], [ODD]),
        ('"my.schema".a [1]*', [ODD], [Address("table", ("my.schema", "a 1"))]),
        ('table:"my.schema"."a "*', [ODD], [CUSTOMER]),
        ('public."say ""so"""', [QUOTE], [CUSTOMER]),
        ("function:public.add", [ADD], [CUSTOMER]),
        ('function:public.add."(integer, my.type)"', [ADD], []),
    ],
)
def test_a_pattern_means(text: str, meant: list[Address], not_meant: list[Address]) -> None:
    assert [a for a in (*meant, *not_meant) if pattern(text).matches(a)] == meant


def test_what_lies_in_something_of_the_kind_is_meant_too() -> None:
    assert pattern("table:public.customer").matches(EMAIL, ["table"])
    assert not pattern("view:public.customer").matches(EMAIL, ["table"])


@pytest.mark.parametrize("address", [CUSTOMER, EMAIL, ODD, QUOTE, ADD, PUBLIC])
def test_the_name_that_a_plan_prints_is_a_pattern_of_itself(address: Address) -> None:
    assert pattern(str(address)).matches(address)
    assert pattern(address.name).matches(address)


@pytest.mark.parametrize("text", ["", "public.", ".customer", "a..b", ":public", "table:", 'public."customer', '""'])
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"write"):
        pattern(text)
