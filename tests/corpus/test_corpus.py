"""Schema pairs and real schemas that nobody wrote for faberdb, where the folder of them lies beside the checkout.

The judge is a program of its own: pg_dump for structure, a digest for rows. The whole corpus takes long, so a part of
it runs with the tests, and all of it by `make soak`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.corpus.beside import MARKS, RUNNER, SHARED
from tests.servers import Server

HERE = Path(__file__).parent
LISTED = tomllib.loads((HERE / "refused.toml").read_text())
REFUSED = {**LISTED["rows_do_not_fit"], **LISTED["cannot"]}

pytestmark = MARKS


def run_corpus(server: Server, cache: Path, out: Path, *arguments: str) -> dict[str, dict[str, str]]:
    """What came of each case, by its name."""
    command = [sys.executable, str(RUNNER), "--faberdb", str(Path(sys.executable).with_name("faberdb"))]
    command += ["--server", server.cluster.conninfo("template1"), "--bin", str(server.binaries.bin)]
    command += ["--out", str(out), "--jobs", "1", "--allow-skips", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=3600, check=False)
    assert out.exists(), done.stdout + done.stderr
    found = [json.loads(line) for line in out.read_text().splitlines()]
    assert found, done.stdout + done.stderr
    return {Path(result["case"]).name: result for result in found}


def said_of(refusal: dict[str, Any] | None) -> list[str]:
    """What has to be said of rows in the way: what could not be made, the server's SQLSTATE, and these very rows."""
    if refusal is None:
        return []
    rows = "".join(f"    {row}\n" for row in refusal["rows"])
    return [f"\n{refusal['of']}\nERROR {refusal['sqlstate']}: ", f"\nrows in the way, at most five:\n{rows}help: "]


def hold_some(results: dict[str, dict[str, str]]) -> None:
    """As `hold`, and not everything was left out."""
    hold(results)
    assert any(result["result"] == "pass" for result in results.values())


def hold(results: dict[str, dict[str, str]]) -> None:
    """Every case passes, is refused for a reason that is written down and names the rows that are written down with
    it, or does not load on this server."""
    wrong = [
        f"{name}: {result['result']} {result['stage']} {result['why']}"
        for name, result in results.items()
        if (result["result"] == "fail" and name not in LISTED["cannot"])
        or (result["result"] == "refused" and name not in REFUSED)
    ]
    wrong += [
        f"{name}: {line!r} is not said, but: {result['why']}"
        for name, result in results.items()
        if result["result"] == "refused"
        for line in said_of(LISTED["rows_do_not_fit"].get(name))
        if line not in result["why"]
    ]
    assert not wrong, "\n".join(wrong)


FEW_REFUSED = ("106-check", "150-procedure", "258-types")


def test_rows_in_the_way_are_named(newest: Server, cache: Path, tmp_path: Path) -> None:
    cases = [str(SHARED / "corpus" / "pairs" / name) for name in REFUSED if name.startswith(FEW_REFUSED)]
    results = run_corpus(newest, cache, tmp_path / "out", "--fill", *cases)
    assert [result["result"] for result in results.values()] == ["refused"] * len(FEW_REFUSED)
    hold(results)


@pytest.mark.timeout(900)  # two dozen pairs, on a machine that has other work too
def test_some_pairs_with_rows(newest: Server, cache: Path, tmp_path: Path) -> None:
    hold_some(run_corpus(newest, cache, tmp_path / "out", "--fill", "--every", "15", str(SHARED / "corpus" / "pairs")))


@pytest.mark.parametrize("name", ["chinook", "northwind", "procrastinate", "temporal"])
def test_real_schemas(newest: Server, cache: Path, tmp_path: Path, name: str) -> None:
    hold_some(run_corpus(newest, cache, tmp_path / "out", "--real", str(SHARED / "corpus" / "real" / name)))


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("rows", [[], ["--fill"]], ids=["plain", "rows"])
def test_all_pairs(newest: Server, cache: Path, tmp_path: Path, rows: list[str]) -> None:
    hold_some(run_corpus(newest, cache, tmp_path / "out", *rows, str(SHARED / "corpus" / "pairs")))


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_all_real_schemas(newest: Server, cache: Path, tmp_path: Path) -> None:
    hold_some(run_corpus(newest, cache, tmp_path / "out", "--real", str(SHARED / "corpus" / "real")))
