"""The cells of a run, written down one by one: a run takes an hour, and one that was cut goes on where it ended."""

from __future__ import annotations

import hashlib
import json
import subprocess
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.stall.cell import Cell, Noticed
from tests.benchmarks.stall.classes import Change
from tests.benchmarks.stall.contenders import Contender

Setting = Mapping[str, str | int | float]


@dataclass(frozen=True)
class Recorded:
    """A file with a line for each cell. setting: on what code and how it is measured; versions: of the contenders that
    can run here. Lines of another setting or version are left alone."""

    file: Path
    setting: Setting
    versions: Mapping[str, str]

    def cells(self) -> dict[tuple[str, str], Cell]:
        """What was measured so far in this setting, by change and contender."""
        found: dict[tuple[str, str], Cell] = {}
        for line in self.file.read_text().splitlines() if self.file.exists() else ():
            try:
                written = json.loads(line)
            except ValueError:  # the line at which a run was cut
                continue
            cell = _cell(written["cell"])
            if (written["setting"], written["version"]) == (self.setting, self.versions.get(cell.contender)):
                found[cell.change, cell.contender] = cell
        return found

    def add(self, cell: Cell) -> None:
        """Write down one cell more; one of the same change and contender is worth nothing from then on."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a") as file:
            # On a line of its own, even if a run was cut in the middle of the one before.
            line = {"setting": self.setting, "version": self.versions[cell.contender], "cell": asdict(cell)}
            file.write("\n" + json.dumps(line) + "\n")


def _cell(written: dict[str, Any]) -> Cell:
    noticed = written["noticed"] and Noticed(**written["noticed"])
    return Cell(**{**written, "noticed": noticed, "lost_values": tuple(written["lost_values"])})


def missing_cells(
    changes: Sequence[Change], contenders: Sequence[Contender], recorded: Recorded
) -> list[tuple[Change, Contender]]:
    """What is still to be measured: what nobody tried, and what went wrong when it was."""
    there = recorded.cells()
    return [
        (change, contender)
        for change in changes
        for contender in contenders
        if not contender.absent and ((cell := there.get((change.what, contender.name))) is None or cell.wrong)
    ]


def run_missing(
    changes: Sequence[Change],
    contenders: Sequence[Contender],
    recorded: Recorded,
    tried: Callable[[Change, Contender], Cell],
    noted: Callable[[], None],
) -> list[str]:
    """Measure what is missing. noted: called after each cell. Returns what is not as it should be: what went wrong, and
    where a contender that has to end exactly where the naive statements end did not."""
    for change, contender in missing_cells(changes, contenders, recorded):
        try:
            cell = tried(change, contender)
        except Exception as error:  # noqa: BLE001, whatever it is: the cells that follow have nothing to do with it
            cell = Cell(change.what, contender.name, wrong=f"{type(error).__name__}: {error}")
        print(cell)
        recorded.add(cell)
        noted()
    exact = {contender.name for contender in contenders if contender.exact}
    told = []
    for cell in recorded.cells().values():
        if cell.wrong:
            told.append(f"{cell.change}, {cell.contender}: {cell.wrong}")
        elif cell.contender in exact and (cell.unseen or cell.elsewhere or cell.lost or cell.lost_values):
            words = [cell.lost, *cell.lost_values, cell.elsewhere, "sees no difference" if cell.unseen else ""]
            told.append(f"{cell.change}, {cell.contender}: {' '.join(filter(None, words))}")
    return told


def code(root: Path) -> str:
    """Which code this is: the commit, and what differs from it. The documentation, which holds the page, is no part."""
    try:
        commit = _git(root, "rev-parse", "HEAD").strip()
        edited = _git(root, "diff", "HEAD", "--", ".", ":!docs", ":!*.md")
    except (OSError, subprocess.CalledProcessError):
        return uuid.uuid4().hex  # nobody knows, so no two runs are the same
    return commit + (f" and {hashlib.sha256(edited.encode()).hexdigest()[:12]}" if edited else "")


def _git(root: Path, *args: str) -> str:
    return subprocess.run(["git", *args], cwd=root, capture_output=True, text=True, check=True).stdout
