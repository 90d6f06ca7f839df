"""SQL files, statement by statement: each is run on a scratch copy, and what it changed and did there is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from faberdb.lint.made import Made
from faberdb.lint.report import Finding, Remark, Report
from faberdb.model import Kind, Outcome, Risk, Script, Step, Trial, Weighed, Written


@dataclass(frozen=True, slots=True)
class File:
    """An SQL file, as it is called on the command line, and its statements. single_transaction: whether whoever runs it
    puts it into one transaction."""

    name: str
    script: Script
    single_transaction: bool = False


@dataclass
class _Found:
    findings: list[Finding] = field(default_factory=list)
    passed_over: list[Remark] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    statements: int = 0


def lint(files: Sequence[File], trial: Trial, kinds: Mapping[str, Kind], on: str) -> Report:
    """What the files can do to the database that the trial is a copy of, and to those who use it. Each file sees what
    those before it have made. A file ends at the first statement that the server refuses. on: what the files are tried
    on, in words. Raises DatabaseError.
    """
    found, made = _Found(), Made(trial.inspect(), kinds)
    for file in files:
        found.remarks += [Remark(file.name, line, text) for line, text in file.script.remarks]
        found.passed_over += [Remark(file.name, line, text) for line, text in file.script.passed_over]
        _one(file, trial, made, found)
    return Report(
        tuple(found.findings), tuple(found.passed_over), tuple(found.remarks), len(files), found.statements, on
    )


def _one(file: File, trial: Trial, made: Made, found: _Found) -> None:
    statements, looked = file.script.statements, True
    trial.begin(single_transaction=file.single_transaction)
    for number, statement in enumerate(statements, 1):
        outcome = trial.run(statement)
        if outcome.not_run:
            found.passed_over.append(Remark(file.name, statement.line, f"not run: {outcome.not_run}"))
            if outcome.hazards:
                _note(file, statement, trial.weighed((), outcome), found)
            continue
        found.statements += 1
        steps: tuple[Step, ...] = ()
        looked = outcome.changed
        if outcome.undone:
            made.taken_back(trial.inspect())
        elif outcome.changed:
            steps = made.become(trial.inspect(), renamed=outcome.renamed)
        _note(file, statement, trial.weighed(steps, outcome), found, below=outcome.below)
        if outcome.refused:
            _pass_over(file, statements[number:], "the one before was refused", found)
            break
    _pass_over(file, file.script.elsewhere, "the file has gone to another database", found)
    last = statements[-1] if statements else Written("", 1)
    left = trial.end()
    if left:
        made.taken_back(trial.inspect())
        _note(file, last, [Weighed(hazard, Risk.DANGEROUS) for hazard in left], found)
    elif not looked:  # what no statement was seen to change, as a cursor that the last COMMIT read to its end
        steps = made.become(trial.inspect(), renamed=False)
        if weighed := trial.weighed(steps, Outcome()):
            _note(file, last, weighed, found)


def _pass_over(file: File, statements: Sequence[Written], why: str, found: _Found) -> None:
    """The rest of a file, or of what it has for the database."""
    if not statements:
        return
    count = "1 statement was" if len(statements) == 1 else f"{len(statements)} statements were"
    found.passed_over.append(Remark(file.name, statements[0].line, f"{count} not looked at, since {why}"))


def _note(file: File, statement: Written, weighed: Sequence[Weighed], found: _Found, below: int = 0) -> None:
    line, column = statement.line + below, 1 if below else statement.column
    for one in weighed:
        code, reason = one.hazard.code, statement.allowed.get(one.hazard.code, "")
        found.findings.append(Finding(file.name, line, column, code, one.risk, one.hazard.message, one.address, reason))
    carried = {one.hazard.code for one in weighed}
    idle = sorted(code for code in statement.allowed if code not in carried)
    if idle:
        text = f"allows {', '.join(idle)}, which the statement does not carry"
        found.remarks.append(Remark(file.name, statement.line, text))
