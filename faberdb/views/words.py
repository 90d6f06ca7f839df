"""The sentences and words that all views share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from faberdb.model import Action, Address, reworded

if TYPE_CHECKING:
    from faberdb.model import CarriedRows, Estimate, Filled, Hazard, Kept, Object, Step, Wait
    from faberdb.plan.document import Plan, Total

SIGNS = {
    Action.CREATE: "+",
    Action.DROP: "-",
    Action.ALTER: "~",
    Action.REPLACE: "±",
    Action.RENAME: "→",
}
ATTACHED = ("comment", "extension_dependency", "grant", "owner", "security_label")
"""Kinds whose path is the whole address of what they are on."""
ROUTINES = ("function", "procedure", "aggregate")
"""Kinds whose last part of the path is the list of their arguments."""
WITH_ROWS = ("table", "column")
"""Kinds whose rows nobody can make again."""
DONE = {"create": "created", "alter": "altered", "replace": "replaced", "drop": "dropped", "rename": "renamed"}

# Control characters could move the cursor, and direction marks could make a reader see another name than the one meant.
_UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """The text with every character that could mislead a reader or a terminal written out; line ends stay."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text.replace("\t", "    "))


def one_line(text: str) -> str:
    """The text without line ends, fit for a comment or a list."""
    return visible(" ".join(text.split()))


def kind_word(kind: str) -> str:
    return kind.replace("_", " ")


def called(address: Address) -> str:
    """The name of an object as people write it: `public.total(integer)`."""
    kind = address.path[0] if address.kind in ATTACHED else address.kind
    if kind not in ROUTINES:
        return visible(address.name)
    name = ""
    for part in address.path:
        own = Address(kind, (part,)).name
        name = own if not name else f"{name}{part}" if part.startswith("(") else f"{name}.{own}"
    return visible(name)


def renamed_within(parts: Sequence[tuple[str, str]]) -> str:
    """`b renamed to bee`, of parts of an object that are none themselves."""
    return ", ".join(f"{visible(old)} renamed to {visible(new)}" for old, new in parts)


def renaming(old: Object, new: Object) -> str:
    """What is renamed to what, in words."""
    if old.address == new.address:
        return f"{spoken(old.address)}: {renamed_within(reworded(old, new))}"
    return f"{spoken(old.address)} renamed to {called(new.address)}"


def renamed(old: Address, new: Address, known: Address) -> str:
    """`renamed from` or `to`, with the other name than the known one, from the first part that differs."""
    word, other = ("from", old) if known == new else ("to", new)
    differs = next((n for n, (a, b) in enumerate(zip(old.path, new.path, strict=False)) if a != b), 0)
    return f"renamed {word} {called(Address(other.kind, other.path[differs:]))}"


def spoken(address: Address) -> str:
    """An address as people say it: `foreign key public.invoice.invoice_customer_fkey`, `comment on table public.a`."""
    if address.kind in ATTACHED and len(address.path) > 1:
        return f"{kind_word(address.kind)} on {spoken(Address(address.path[0], address.path[1:]))}"
    return f"{visible(kind_word(address.kind))} {called(address)}".strip()


NOTABLE = 10 * 1024 * 1024
"""Bytes that a step has to work on for its estimate to be shown unasked."""
DESPITE_DROP = (
    "That is so although on_drop is `drop`, which is about what is dropped: rows of what is made anew or altered are"
    " kept, and so is what quarantine needs already, or the project leaves out."
)
"""Why something goes to quarantine where what is dropped is destroyed."""
SHORT = 72
"""How long the beginning of a statement is that stands for all of it."""


def labels(steps: Sequence[Step], kept: Sequence[Kept] = ()) -> dict[str, str]:
    """What each step does, by its id: to which object, or where several would be called alike, by which statement.
    kept: what goes to quarantine."""
    whole = {k.address for k in kept if k.form == "moved"}
    said = {step.id: f"{step.action.value} {spoken(step.address)}" for step in steps}
    said |= {s.id: f"{said[s.id]} (to quarantine)" for s in steps if s.action is Action.DROP and s.address in whole}
    often = Counter(said.values())
    return {step.id: said[step.id] if often[said[step.id]] == 1 else _beginning(step.statement.sql) for step in steps}


def _beginning(sql: str) -> str:
    text = one_line(sql)
    return text if len(text) <= SHORT else f"{text[:SHORT].rpartition(' ')[0]} …"


def several(word: str, count: int) -> str:
    """`view`, or of more than one `views`, `indexes`, `policies`."""
    if count == 1:
        return word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"


def plural(count: int, word: str) -> str:
    """`1 view`, `2 views`."""
    return f"{count} {several(word, count)}"


def counts(summary: Mapping[str, int], *, done: bool = False) -> str:
    """`3 to create, 2 to alter, …`, or `3 created, 2 altered` of what there was."""
    if not done:
        return ", ".join(f"{count} to {verb}" for verb, count in summary.items())
    return ", ".join(f"{count} {DONE[verb]}" for verb, count in summary.items() if count) or "nothing changed"


def short_id(plan_id: str) -> str:
    return plan_id[:8]


def version(number: int) -> str:
    """180004 is 18.4."""
    return f"{number // 10000}.{number % 10000}" if number >= 10000 else str(number)


def moment(text: str) -> str:
    """An ISO time as people read it, to the minute."""
    day, _, clock = text.partition("T")
    zone = " UTC" if clock.endswith(("+00:00", "Z")) else ""
    return f"{day} {clock[:5]}{zone}" if clock else text


def database(plan: Plan) -> str:
    """`database shop, PostgreSQL 18.4`."""
    return f"database {visible(str(plan.database.get('name', '?')))}, PostgreSQL {version(plan.server_version)}"


def heading(plan: Plan) -> str:
    """What kind of plan this is, and for which database."""
    word = "Plan" if plan.kind == "apply" else plan.kind.capitalize()
    return f"{word} {short_id(plan.plan_id)} for {plan.environment}: {database(plan)}"


def waiting(wait: Wait) -> str:
    """For whom a step waits, and which attempt it is."""
    left = f"tried for {wait.left:.0f} s more" if wait.left > 0 else "the last"
    return f"for {'; '.join(wait.blockers)} (attempt {wait.attempt}, up to {wait.longest:g} s each, {left})"


def filled(filled: Filled) -> str:
    """How far a step has come that is run in parts."""
    return f"{filled.rows:,} of about {filled.of:,} rows, {duration(round(filled.left))} left"


def count_line(plan: Plan) -> str:
    return f"Plan: {counts(plan.summary)}. Risk: {plan.risk.word}."


def proof(plan: Plan) -> str:
    """What was proven of the plan, in a sentence."""
    if not plan.steps:
        return "There is nothing to prove: no statement is run."
    if plan.proof is None:
        return "Not proven: no scratch server has run this plan."
    ways = {
        (True, True): "Proven forward and back",
        (True, False): "Proven forward, but not back",
        (False, True): "Proven back, but not forward",
    }.get((plan.proof.forward, plan.proof.backward), "Not proven")
    return f"{ways} on {visible(plan.proof.server)}, scope {plan.proof.scope}{_rows(plan.proof.rows)}."


def _rows(rows: CarriedRows | None) -> str:
    """What was proven with rows, and of how many tables it was not."""
    if rows is None:
        return ""
    filled = [f"{plural(rows.rows, 'made-up row')} in {plural(rows.tables, 'table')}"] if rows.tables else []
    empty = [f"none in {plural(len(rows.not_filled), 'table')}"] if rows.not_filled else []
    counted = ""
    if rows.counted:
        counted = f" (in {plural(len(rows.counted), 'table')} only their number, since triggers change them)"
    forward = ", forward only," if rows.forward and not rows.backward else ","
    return f"{forward} with {' and '.join([*filled, *empty])}{counted}" if filled or empty else ""


def nothing_to_do(plan: Plan) -> str:
    """The sentence for a plan without steps."""
    if plan.kind == "rollback":
        return f"No changes: {plan.environment} ({database(plan)}) is as it was before plan {short_id(plan.of_plan)}."
    if plan.pending:
        left = f"all that is left, {plural(len(plan.pending), 'change')}, is held back"
        return f"Nothing to do for now: of {plan.environment} ({database(plan)}) {left}."
    return f"No changes: {plan.environment} ({database(plan)}) is what the schema files declare."


def unmanaged_counts(plan: Plan) -> str:
    """`3 functions, 1 trigger`."""
    found = Counter(item.what for item in plan.unmanaged)
    return ", ".join(plural(count, visible(what)) for what, count in sorted(found.items()))


def forgotten(plan: Plan) -> dict[str, list[Address]]:
    """What is no longer managed, by what becomes of it: what it is a part of may go or be made anew."""
    changed = {change.address: change.action for change in plan.changes}
    found: dict[str, list[Address]] = {}
    for address in plan.forgotten:
        action = changed.get(address)
        how = "goes with what it is a part of" if action is Action.DROP else "is made anew with what it is a part of"
        found.setdefault(how if action else "left as it is", []).append(address)
    return found


def hazards(steps: Sequence[Step]) -> dict[Hazard, list[Address]]:
    """Every hazard once, with the objects whose steps carry it."""
    found: dict[Hazard, list[Address]] = {}
    for step in steps:
        for hazard in step.statement.hazards:
            addresses = found.setdefault(hazard, [])
            if step.address not in addresses:
                addresses.append(step.address)
    return found


def live_rows(steps: Sequence[Step]) -> list[str]:
    """What was found of live rows in the way of steps, beside how many there are, which is a hazard's; each once."""
    lines = []
    for live in (step.live for step in steps if step.live is not None):
        if live.keys:
            more = " and more" if live.more or live.number > len(live.keys) else ""
            lines.append(visible(f"in the way: {'; '.join(live.keys)}{more}"))
        elif not (live.number or live.unchecked):
            lines.append("live rows fit")
        elif live.unchecked and not live.unasked:
            lines.append(f"live rows not checked: {live.unchecked}")
    return list(dict.fromkeys(lines))


def data_counts(plan: Plan) -> dict[str, int]:
    """Of how many steps live rows were checked, how many of those have some in the way, and how many were not."""
    found = [step.live for step in plan.steps if step.live is not None]
    checked = [live for live in found if not live.unchecked]
    in_the_way = sum(live.number > 0 for live in checked)
    return {"checked": len(checked), "in_the_way": in_the_way, "unchecked": len(found) - len(checked)}


def data(plan: Plan) -> str:
    """Whether live rows fit, in a sentence; empty where none can be in the way."""
    number = data_counts(plan)
    if not any(number.values()):
        return ""
    if any(step.live is not None and step.live.unasked for step in plan.steps):
        return "Live data was not checked (--check-data)."
    if not number["checked"]:
        return f"Live data: {plural(number['unchecked'], 'step')} not checked."
    said = f"Live data: {plural(number['checked'], 'step')} checked, "
    said += f"rows in the way of {number['in_the_way']}" if number["in_the_way"] else "no row in the way"
    return f"{said}; {number['unchecked']} not checked." if number["unchecked"] else f"{said}."


def effects(step: Step) -> list[str]:
    """What a step did on scratch, a line for each sort, and what it will have to do live."""
    much = [f"{estimate(step.estimate)} ({step.estimate.basis})"] if step.estimate else []
    return [*_measured(step), *much]


def _measured(step: Step) -> list[str]:
    if (parts := step.statement.batches) is not None:
        by = (
            f"ranges of its primary key ({', '.join(parts.key)})"
            if parts.key
            else "place in its file, as it has no key"
        )
        return [f"runs in parts of table {parts.table}, by {by}, each committed for itself"]
    if step.effects is None:
        return ["not measured: it runs outside a transaction"] if step.statement.outside else []
    by_mode: dict[str, list[str]] = {}
    for lock in step.effects.locks:
        by_mode.setdefault(lock.mode, []).append(lock.relation)
    lines = [f"locks {', '.join(found)} in {mode} mode" for mode, found in sorted(by_mode.items())]
    lines += [f"rewrites {', '.join(step.effects.rewrites)}"] if step.effects.rewrites else []
    lines += [f"reads all of {', '.join(step.effects.scans)}"] if step.effects.scans else []
    return lines + [f"PostgreSQL: {remark}" for remark in step.effects.remarks]


def size(count: int) -> str:
    """Bytes as people, and PostgreSQL, read them: `17 MB`, `1.2 GB`."""
    units, amount = ("bytes", "kB", "MB", "GB", "TB", "PB"), float(count)
    for unit in units:
        if amount < 1000 or unit == units[-1]:
            break
        amount /= 1024
    return f"{amount:.1f} {unit}" if amount < 9.95 and unit != "bytes" else f"{amount:.0f} {unit}"


def duration(seconds: int) -> str:
    """Seconds of an estimate, no finer than they are known: `under a second`, `about 20 s`, `about 5 min`."""
    for unit, length in (("days", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        if seconds >= 2 * length or (seconds and unit == "s"):
            return f"about {seconds / length:.0f} {unit}"
    return "under a second"


def notable(estimate: Estimate | Total | None) -> bool:
    """Whether it is so much work that it is told unasked."""
    return estimate is not None and estimate.bytes >= NOTABLE


def estimate(found: Estimate) -> str:
    """`reads 1.2 GB of table public.customer, about 8 s`, with the disk that it needs."""
    more = f" and {len(found.of) - 3} more" if len(found.of) > 3 else ""
    disk = f", needs {size(found.disk)} of disk" if found.disk else ""
    return f"{found.work} {size(found.bytes)} of {', '.join(found.of[:3])}{more}, {duration(found.seconds)}{disk}"


def quarantine(plan: Plan) -> str:
    """What the plan puts in quarantine, in a sentence or two; empty where it is nothing."""
    if not plan.kept:
        return ""
    found, said = plan.kept_bytes, f"To quarantine: {plural(len(plan.kept), 'thing')}"
    if found is not None:
        said += f", {size(found.bytes)}" if found.bytes else ", under 1 MB"
    if found is not None and found.estimated:
        of_it = "all" if found.estimated == found.bytes else size(found.estimated)
        said += f"; {of_it} of it is an estimate, for values that are copied"
    if plan.kind == "apply":
        said += f"; rollback brings {'it' if len(plan.kept) == 1 else 'them'} back until a purge"
    return f"{said}. {DESPITE_DROP}" if plan.despite_drop else f"{said}."


def total(plan: Plan) -> str:
    """What the whole plan has to do, in a sentence; empty where that is next to nothing."""
    found = plan.total
    if found is None or not notable(found):
        return ""
    disk = f", at least {size(found.disk)} of disk besides" if found.disk else ""
    return f"Estimate: works on {size(found.bytes)}, {duration(found.seconds)} on a small server{disk}."
