"""Functions, window functions and procedures. Their bodies are text to the server, unless they are written in the
SQL standard's own way (`sql_body`): what such a text needs is known only when it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from faberdb.model import Action, Address, Change, Hazard, Object, Place, Risk, Statement, Turn, Verdict, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds import extension_dependency
from faberdb_providers.postgres.kinds.background import not_brought_along, procedure
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.kinds.base_type import makes_a_type, moved, travels_with
from faberdb_providers.postgres.kinds.column.row_type import after_its_columns
from faberdb_providers.postgres.kinds.granting import bare
from faberdb_providers.postgres.kinds.lineage import Find
from faberdb_providers.postgres.kinds.routine import TYPES, Routine, renames_arguments
from faberdb_providers.postgres.kinds.setting import setting_name, setting_text, setting_value
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import ident, literal, qualified
from faberdb_providers.postgres.signatures import Argument, arguments

_PLAIN = ("security_definer", "transforms", "returns", "strict", "leakproof", "cost", "rows", "support", "window")
_VOLATILITY = {"i": "immutable", "s": "stable"}
_PARALLEL = {"s": "safe", "r": "restricted"}
_ALTERED = {"volatility", "strict", "security_definer", "leakproof", "parallel", "cost", "rows", "support"}
"""What ALTER FUNCTION sets; anything else takes the whole CREATE OR REPLACE."""


class FunctionKind(Routine):
    """`CREATE FUNCTION`; https://www.postgresql.org/docs/current/sql-createfunction.html"""

    name = "function"
    section = "functions"
    Declared: Any = written("function", "FunctionSpec")
    ends_statement = True
    texts = ("arguments", "sql_body")
    prokinds = "'f', 'w'"

    def query(self, version: int) -> str:
        sql_body = "pg_get_function_sqlbody(p.oid)" if version >= 14 else "null"
        return (
            f"select 'pg_proc'::regclass::oid, p.oid, 0, n.nspname, p.proname, {TYPES},"
            " pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), l.lanname, p.prosrc, p.probin,"
            f" {sql_body}, p.prosecdef, p.proconfig, array(select format_type(t, null) from unnest(p.protrftypes) t),"
            " p.provolatile::text, p.proisstrict, p.proleakproof, p.proparallel::text,"
            " nullif(p.procost, case when l.lanname in ('c', 'internal') then 1 else 100 end)::float8,"
            " nullif(p.prorows, case when p.proretset then 1000 else 0 end)::float8,"
            f" {procedure('p.prosupport::oid')}, p.prokind = 'w'"
            " from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang"
            f" where p.prokind in ({self.prokinds}) and {not_brought_along('pg_proc', 'p')} and {USER_SCHEMA}"
            " order by n.nspname, p.proname, 6"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, types, arguments, result, language, source, library, sql_body, *rest = row
        definer, settings, transforms, volatility, strict, leakproof, parallel, cost, rows, support, window = rest
        written = library is None and sql_body is None
        attributes = compact(
            {
                "arguments": arguments or None,
                "returns": result,
                "language": language,
                "body": source if written else None,
                "sql_body": sql_body,
                "library": library,
                "symbol": source if library is not None and source != name else None,
                "security_definer": definer,
                "set": [list(item.split("=", 1)) for item in settings] if settings else None,
                "transforms": transforms or None,
                "volatility": _VOLATILITY.get(volatility),
                "strict": strict,
                "leakproof": leakproof,
                "parallel": _PARALLEL.get(parallel),
                "cost": _number(cost),
                "rows": _number(rows),
                "support": support,
                "window": window,
            }
        )
        return (classid, oid, 0), Object(Address(self.name, (schema, name, types)), attributes)

    def keeps(self, change: Change) -> str:
        if change.action not in (Action.DROP, Action.REPLACE) or change.before is None:
            return ""
        return "moved" if change.held or (change.action is Action.DROP and makes_a_type(change.before)) else ""

    def declare(self, place: Place, name: str, spec: Any) -> Iterator[Object]:
        address, text = self.named(place.schema, name, spec.arguments)
        _one_body(spec)
        if (
            self.name == "function"
            and spec.returns is None
            and all(a.mode in ("IN", "VARIADIC") for a in arguments(text))
        ):
            raise ValueError("say what the function returns; `void` where that is nothing")
        language = "c" if spec.library is not None else "plpgsql" if spec.sql_body is None else "sql"
        attributes = {
            "arguments": text or None,
            "language": spec.language or language,
            "body": spec.body,
            "sql_body": spec.sql_body and spec.sql_body.strip().removesuffix(";"),
            "library": spec.library,
            "symbol": None if spec.symbol == address.path[1] else spec.symbol,
            "set": [[key, setting_text(value)] for key, value in spec.set.items()] or None,
            **{key: getattr(spec, key, None) for key in _PLAIN},
        }
        for key, usual in (("volatility", "volatile"), ("parallel", "unsafe")):
            value = getattr(spec, key, usual)
            attributes[key] = None if value == usual else value
        yield from self.made(place, spec, address, attributes, references=[Address("schema", (place.schema,))])

    def write(self, obj: Object) -> Mapping[str, Any]:
        a = {key: value for key, value in obj.attributes.items() if key != "arguments" or not self.unsaid(obj)}
        if a["language"] == ("c" if "library" in a else "plpgsql" if "sql_body" not in a else "sql"):
            del a["language"]
        if "set" in a:
            a["set"] = dict(a["set"])
        return a

    def mentions(self, obj: Object) -> Iterable[str]:
        a = obj.attributes
        return [str(a[key]) for key in ("arguments", "returns", "sql_body", "support", "language") if key in a]

    def opaque(self, obj: Object) -> Iterable[str]:
        return [obj.attributes["body"]] if "body" in obj.attributes else []

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = before.attributes, after.attributes
        if old == new:
            return None
        why = _refused(old, new)
        return Verdict(Action.REPLACE, why) if why else Verdict(Action.ALTER)

    def turn(
        self,
        change: Change,
        changes: Mapping[Address, Change],
        live: Mapping[Address, Object],
        target: Mapping[Address, Object],
    ) -> Turn:
        given = change.after is not None and " DEFAULT " in change.after.attributes.get("arguments", "")
        return after_its_columns(change, changes) if given else Turn()

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        if (kept := work.kept(obj.address)) is not None:
            if not _comes_with_type(obj, work.before):
                yield moved(obj.address, kept.place, obj.address.path[0])
            return
        hazards = tuple(_definer(obj))
        yield Statement(self.render(obj, "CREATE"), Risk.CAUTION if hazards else Risk.SAFE, hazards)
        yield from bare(obj.address, work)

    def render(self, obj: Object, verb: str) -> str:
        """CREATE FUNCTION, a clause a line."""
        a = obj.attributes
        lines = [f"{verb} {self.name.upper()} {qualified(Address('', obj.address.path[:2]))}({a.get('arguments', '')})"]
        if a.get("returns"):
            lines.append(f"RETURNS {a['returns']}")
        lines.append(f"LANGUAGE {ident(a['language'])}")
        if a.get("transforms"):
            lines.append("TRANSFORM " + ", ".join(f"FOR TYPE {name}" for name in a["transforms"]))
        lines += ["WINDOW"] if a.get("window") else []
        if words := list(properties({}, a)):
            lines.append(" ".join(words))
        lines += [f"SET {setting_name(name)} TO {setting_value(name, value)}" for name, value in a.get("set", ())]
        if "sql_body" in a:
            lines.append(a["sql_body"])
        elif "library" in a:
            symbol = a.get("symbol", obj.address.path[1])
            lines.append(f"AS {literal(a['library']).strip()}, {literal(symbol).strip()}")
        else:
            lines.append(f"AS {_quoted(a.get('body', ''), self.name)}")
        return "\n".join(lines)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        kept = work.keep(obj.address)
        if kept is None:
            yield from super().drop(obj, work)
        elif not _comes_with_type(obj, work.after):
            away = moved(obj.address, obj.address.path[0], kept.place)
            missed = () if makes_a_type(obj) else self.missed(obj, work)
            yield away._replace(risk=Risk.DANGEROUS, hazards=missed) if missed else away

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new = before.attributes, after.attributes
        hazards = (*_definer(after, before), *_stored(before, work))
        changed = {key for key in {*old, *new} if old.get(key) != new.get(key)}
        if changed <= _ALTERED and ("support" in new or "support" not in changed):
            sql = f"ALTER {self.identity(after)} {' '.join(properties(old, new))}"
        else:
            sql = self.render(after, "CREATE OR REPLACE")
        yield Statement(sql, Risk.DANGEROUS if hazards else Risk.CAUTION, hazards)
        if sql.startswith("CREATE"):
            yield from extension_dependency.again(after, work)


class ProcedureKind(FunctionKind):
    """`CREATE PROCEDURE`; https://www.postgresql.org/docs/current/sql-createprocedure.html"""

    name = "procedure"
    section = "procedures"
    Declared: Any = written("function", "ProcedureSpec")
    prokinds = "'p'"


def _comes_with_type(function: Object, find: Find) -> bool:
    """Whether a base type that it is made of goes to quarantine, or comes back, and takes it along. find: finds what is
    there on the side where the function is not."""
    shells = [r for r in function.references if r.kind == "shell_type"]
    return any(find(Address("base_type", r.path)) is None and travels_with(r, function) for r in shells)


def _one_body(spec: Any) -> None:
    given = [key for key in ("body", "sql_body", "library") if getattr(spec, key) is not None]
    if len(given) != 1:
        raise ValueError(
            "give one of `body`, `file`, `sql_body` and `library`" + (f", not {' and '.join(given)}" * bool(given))
        )


def _refused(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Why CREATE OR REPLACE would not do; empty where it does."""
    if old.get("returns") != new.get("returns"):
        return "its result changes"
    if old.get("window") != new.get("window"):
        return "a window function is no function that becomes one"
    before, after = (arguments(side.get("arguments", "")) for side in (old, new))
    if renames_arguments(before, after):
        return "an argument changes its name"
    out = [_out(before), _out(after)]
    # One argument that goes out is the result itself, whose name does not count.
    if out[0] != out[1] and ("returns" not in new or max(map(len, out)) > 1):
        return "the arguments that go out change"
    if sum(bool(a.default) for a in before) > sum(bool(a.default) for a in after):
        return "an argument loses its default"
    return ""


def _out(found: Iterable[Argument]) -> list[tuple[str, str]]:
    return [(a.name, a.type) for a in found if a.mode in ("OUT", "INOUT")]


def properties(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """The words for what CREATE and ALTER FUNCTION both can say, where it differs."""
    for key, usual in (("volatility", "volatile"), ("parallel", "unsafe")):
        if old.get(key) != new.get(key):
            yield ("PARALLEL " if key == "parallel" else "") + new.get(key, usual).upper()
    if old.get("strict") != new.get("strict"):
        yield "STRICT" if new.get("strict") else "CALLED ON NULL INPUT"
    if old.get("security_definer") != new.get("security_definer"):
        yield "SECURITY DEFINER" if new.get("security_definer") else "SECURITY INVOKER"
    if old.get("leakproof") != new.get("leakproof"):
        yield "LEAKPROOF" if new.get("leakproof") else "NOT LEAKPROOF"
    usual_cost = 1 if new["language"] in ("c", "internal") else 100
    for key, number in (("cost", usual_cost), ("rows", 1000)):
        if old.get(key) != new.get(key):
            yield f"{key.upper()} {new.get(key, number)}"
    if old.get("support") != new.get("support") and "support" in new:
        yield f"SUPPORT {new['support']}"


def _definer(obj: Object, before: Object | None = None) -> Iterator[Hazard]:
    """What to know of a function that runs with its owner's rights, when it comes to do so or is changed."""
    now, then = obj.attributes, before.attributes if before else {}
    if now.get("security_definer"):
        safe = any(name == "search_path" for name, _ in now.get("set", ()))
        careful = "" if safe else "; `set` no search_path, and callers choose which objects its body means"
        yield Hazard(codes.SECURITY_DEFINER, f"it runs with the rights of its owner for whoever may call it{careful}")
    elif then.get("security_definer"):
        yield Hazard(codes.SECURITY_INVOKER, "it no longer runs with the rights of its owner: callers need their own")


def _stored(before: Object, work: Work) -> Iterator[Hazard]:
    """What was computed with the old form stays."""
    users = {o.address.kind for o in work.referrers(before.address, after=False)}
    if users & {"index", "check", "exclusion", "column", "unique"}:
        yield Hazard(codes.FUNCTION_IN_USE, "indexes, generated columns and checks keep what the old form computed")


def _number(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value


def _quoted(body: str, word: str) -> str:
    """The body between dollar quotes that it does not hold itself."""
    tag, number = f"${word}$", 1
    while tag in f"{body}$":
        tag, number = f"${word}{number}$", number + 1
    return f"{tag}{body}{tag}"


KINDS = (FunctionKind(), ProcedureKind())
