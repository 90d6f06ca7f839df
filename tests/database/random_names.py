"""Names for random schemas: mostly plain words, now and then what breaks a careless program."""

from __future__ import annotations

from hypothesis import strategies as st

PLAIN = """
account address author basket book branch category city client copy country course delivery discount edition employee
event genre invoice item language lender lesson level loan member message note offer order_line page parcel payment
person picture place price product publisher rating reader region report reserve review room season shelf stock store
student subject supplier tag ticket title topic tour unit user_group vendor visit volume voucher warehouse writer zone
""".split()
ODD = [
    "Mixed Case",
    "select",
    "order",
    "user",
    "a.dot",
    'a"quote',
    "it's",
    "straße",
    "éditeur_naïf",
    "日本語",
    "with space",
    "1st",
    "dollar$sign",
    "back\\slash",
    "per%cent",
    "a" * 63,
    "ü" * 31,
    "long_name_that_fills_all_of_the_sixty_three_bytes_there_are_x",
    "UPPER",
    "table",
    "public",
    "-- no comment",
    "#hash",
    "new\tline",
]


def names(taken: set[str]) -> st.SearchStrategy[str]:
    """A name that is not taken."""

    def free(name: str) -> str:
        number, candidate = 1, name
        while candidate in taken:
            number += 1
            stem = name
            while len(f"{stem}_{number}".encode()) > 63:
                stem = stem[:-1]
            candidate = f"{stem}_{number}"
        return candidate

    return st.integers(0, 9).flatmap(lambda n: st.sampled_from(ODD if n == 9 else PLAIN)).map(free)


COMMENTS = ["Someone who can place orders", 'it\'s "quoted"', "two\nlines", "back\\slash", "日本語", "; -- $$ %s"]
