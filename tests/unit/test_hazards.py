"""The catalogue of hazards: a file for every code, a code for every file, and both in use."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import faberdb
import faberdb_providers
from faberdb.cli.known_hazards import unknown_hazard
from faberdb.diff import suspected
from faberdb.model import IRREVERSIBLE, NOTHING_KEPT
from faberdb.prove import bodies
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.hazards.catalogue import catalogue

CATALOGUE = catalogue()
FOLDER = Path(codes.__file__).parent
NAMED = {code: name.lower() for name, code in vars(codes).items() if name.isupper()} | {
    suspected.CODE: "suspected_rename",
    bodies.CODE: "body_not_accepted",
    bodies.NAMED: "named_in_body",
    IRREVERSIBLE: "irreversible",
    NOTHING_KEPT: "nothing_kept",
}


def test_every_code_has_its_file_and_every_file_its_code() -> None:
    files = {file.stem for file in FOLDER.glob("*.toml")}
    assert files == {f"{code}_{name}" for code, name in NAMED.items()}
    assert {code: one.name.replace("-", "_") for code, one in CATALOGUE.items()} == NAMED


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_an_entry_says_all_there_is_to_say(code: str) -> None:
    one = CATALOGUE[code]
    assert 0 < len(one.title) <= 70
    assert not one.title.endswith(".")
    for text in (one.does, one.risk, one.avoided):
        assert len(text) > 40
        assert text.rstrip().endswith((".", "`"))
    assert one.source.startswith("https://www.postgresql.org/docs/current/")


def test_every_code_is_used() -> None:
    used = set()
    for package in (faberdb, faberdb_providers):
        for file in Path(str(package.__file__)).parent.rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "codes":
                    used.add(node.attr.lower())
    named = set(NAMED.values()) - {"body_not_accepted", "named_in_body", "irreversible", "nothing_kept"}
    assert named <= used


@pytest.mark.parametrize("written", ["FDB4", "fdb10", "FDB9"])
def test_the_beginning_of_a_code_is_answered_with_one_that_begins_so(written: str) -> None:
    assert unknown_hazard(written, CATALOGUE).advice.startswith(f"did you mean {written.upper()}")
