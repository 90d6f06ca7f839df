"""Text search: parsers and templates, dictionaries made of templates, configurations made of all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Hazard, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.background import in_schema, not_brought_along, procedure
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.kinds.moved import MovedWhenDropped
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import ident, identifiers, literal
from faberdb_providers.postgres.pattern import pattern

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.text_search import ConfigurationSpec

STALE = Hazard(
    codes.TEXT_SEARCH, "what was indexed or stored by it stays as it was: rebuild those indexes and columns afterwards"
)


class _TextSearch(MovedWhenDropped):
    catalogue = ""
    columns: Mapping[str, str] = {}
    """SQL by attribute."""
    letter = ""
    """How the catalogue's columns begin."""

    def query(self, version: int) -> str:
        c, x = self.catalogue, self.letter
        return (
            f"select '{c}'::regclass::oid, x.oid, 0, n.nspname, x.{x}name, {', '.join(self.columns.values())}"
            f" from {c} x join pg_namespace n on n.oid = x.{x}namespace"
            f" where {not_brought_along(c, 'x')} and {USER_SCHEMA} order by n.nspname, x.{x}name"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, *values = row
        attributes = compact(dict(zip(self.columns, values, strict=True)))
        return (classid, oid, 0), Object(Address(self.name, (schema, name)), attributes)

    def declare(self, place: Place, name: str, spec: Any) -> Iterator[Object]:
        attributes = {key: getattr(spec, key) for key in self.columns}
        address = Address(self.name, (place.schema, name))
        yield from self.made(place, spec, address, attributes, references=[Address("schema", (place.schema,))])

    def mentions(self, obj: Object) -> Iterable[str]:
        return [str(value) for value in obj.attributes.values()]

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield (self.name, *obj.address.path)

    def define(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        body = ", ".join(f"{key.upper()} = {value}" for key, value in obj.attributes.items())
        yield Statement(f"CREATE {self.identity(obj)} ({body})")


class ParserKind(_TextSearch):
    """`CREATE TEXT SEARCH PARSER`; https://www.postgresql.org/docs/current/sql-createtsparser.html"""

    name = "text_search_parser"
    section = "text_search_parsers"
    Declared: Any = written("text_search", "ParserSpec")
    sql_name = "TEXT SEARCH PARSER"
    catalogue, letter = "pg_ts_parser", "prs"
    columns = {
        "start": procedure("x.prsstart::oid"),
        "gettoken": procedure("x.prstoken::oid"),
        "end": procedure("x.prsend::oid"),
        "headline": procedure("x.prsheadline::oid"),
        "lextypes": procedure("x.prslextype::oid"),
    }


class TemplateKind(_TextSearch):
    """`CREATE TEXT SEARCH TEMPLATE`; https://www.postgresql.org/docs/current/sql-createtstemplate.html"""

    name = "text_search_template"
    section = "text_search_templates"
    Declared: Any = written("text_search", "TemplateSpec")
    sql_name = "TEXT SEARCH TEMPLATE"
    catalogue, letter = "pg_ts_template", "tmpl"
    columns = {"init": procedure("x.tmplinit::oid"), "lexize": procedure("x.tmpllexize::oid")}


_OPTION = pattern(r"""("(?:[^"]|"")+"|[\w$]+) = (?:(E?)'((?:[^']|'')*)'|([^,\s]+))(?:, |\Z)""")


class DictionaryKind(_TextSearch):
    """`CREATE TEXT SEARCH DICTIONARY`; https://www.postgresql.org/docs/current/sql-createtsdictionary.html"""

    name = "text_search_dictionary"
    section = "text_search_dictionaries"
    Declared: Any = written("text_search", "DictionarySpec")
    sql_name = "TEXT SEARCH DICTIONARY"
    catalogue, letter = "pg_ts_dict", "dict"
    columns = {
        "template": in_schema("pg_ts_template", "x.dicttemplate", "tmplname", "tmplnamespace"),
        "options": "x.dictinitoption",
    }

    def read(self, row: Row) -> Found | None:
        *rest, options = row
        return super().read((*rest, dict(_options(options or ""))))

    def compare(self, before: Object, after: Object) -> Verdict | None:
        if before.attributes == after.attributes:
            return None
        if before.attributes["template"] == after.attributes["template"]:
            return Verdict(Action.ALTER)
        return Verdict(Action.REPLACE, "its template changes")

    def define(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        body = ", ".join([f"TEMPLATE = {obj.attributes['template']}", *_assignments(obj)])
        yield Statement(f"CREATE {self.identity(obj)} ({body})")

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        # All are set again, so that they stand in the order of the declaration.
        gone = [ident(key) for key in before.attributes.get("options", {}) if key not in _given(after)]
        yield Statement(
            f"ALTER {self.identity(after)} ({', '.join([*gone, *_assignments(after)])})", Risk.CAUTION, (STALE,)
        )


def _given(obj: Object) -> Mapping[str, Any]:
    given: Mapping[str, Any] = obj.attributes.get("options", {})
    return given


def _assignments(obj: Object) -> list[str]:
    return [
        f"{ident(key)} = {literal(value).strip() if isinstance(value, str) else value}"
        for key, value in _given(obj).items()
    ]


def _options(text: str) -> Iterator[tuple[str, str | int | float]]:
    """What serialize_deflist() of the server's tsearchcmds.c wrote."""
    for key, escaped, quoted, plain in _OPTION.findall(text):
        name = key[1:-1].replace('""', '"') if key.startswith('"') else key
        if plain:
            yield name, int(plain) if re.fullmatch(r"-?\d+", plain) else float(plain) if _NUMBER.match(plain) else plain
        else:
            value = quoted.replace("''", "'")
            yield name, value.replace("\\\\", "\\") if escaped else value


_NUMBER = pattern(r"-?\d+\.\d+\Z")


class ConfigurationKind(_TextSearch):
    """`CREATE TEXT SEARCH CONFIGURATION`; https://www.postgresql.org/docs/current/textsearch-configuration.html"""

    name = "text_search_configuration"
    section = "text_search_configurations"
    Declared: Any = written("text_search", "ConfigurationSpec")
    sql_name = "TEXT SEARCH CONFIGURATION"
    catalogue, letter = "pg_ts_config", "cfg"
    columns = {
        "parser": in_schema("pg_ts_parser", "x.cfgparser", "prsname", "prsnamespace"),
        "mappings": (
            "(select json_object_agg(w.alias, w.dictionaries order by w.token) from (select m.maptokentype as token,"
            " (select t.alias from ts_token_type(x.cfgparser) t where t.tokid = m.maptokentype) as alias,"
            f" json_agg({in_schema('pg_ts_dict', 'm.mapdict', 'dictname', 'dictnamespace')} order by m.mapseqno)"
            " as dictionaries from pg_ts_config_map m where m.mapcfg = x.oid group by m.maptokentype) w)"
        ),
    }

    def declare(self, place: Place, name: str, spec: ConfigurationSpec) -> Iterator[Object]:
        lists = {token: [d] if isinstance(d, str) else d for token, d in spec.mappings.items()}
        yield from super().declare(place, name, spec.model_copy(update={"mappings": lists}))

    def write(self, obj: Object) -> Mapping[str, Any]:
        usual = self.Declared.model_fields["parser"].default
        return {k: v for k, v in obj.attributes.items() if (k, v) != ("parser", usual)}

    def fragments(self, obj: Object) -> Iterable[str]:
        return [dictionary for dictionaries in _mappings(obj).values() for dictionary in dictionaries]

    def compare(self, before: Object, after: Object) -> Verdict | None:
        if before.attributes == after.attributes:
            return None
        if before.attributes["parser"] == after.attributes["parser"]:
            return Verdict(Action.ALTER)
        return Verdict(Action.REPLACE, "its parser changes")

    def define(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield Statement(f"CREATE {self.identity(obj)} (PARSER = {obj.attributes['parser']})")
        yield from self._map("ADD", _mappings(obj), obj, Risk.SAFE)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new = _mappings(before), _mappings(after)
        gone = [token for token in old if token not in new]
        if gone:
            sql = f"ALTER {self.identity(after)} DROP MAPPING FOR {identifiers(gone)}"
            yield Statement(sql, Risk.CAUTION, (STALE,))
        changed = {t: d for t, d in new.items() if t in old and old[t] != d}
        yield from self._map("ALTER", changed, after, Risk.CAUTION)
        yield from self._map("ADD", {t: d for t, d in new.items() if t not in old}, after, Risk.CAUTION)

    def _map(self, verb: str, mappings: Mapping[str, list[str]], obj: Object, risk: Risk) -> Iterator[Statement]:
        """One statement for all tokens that go the same way."""
        same: dict[str, list[str]] = {}
        for token, dictionaries in mappings.items():
            same.setdefault(", ".join(dictionaries), []).append(token)
        for joined, alike in same.items():
            sql = f"ALTER {self.identity(obj)} {verb} MAPPING FOR {identifiers(alike)} WITH {joined}"
            yield Statement(sql, risk, (STALE,) if risk else ())


def _mappings(obj: Object) -> Mapping[str, list[str]]:
    found: Mapping[str, list[str]] = obj.attributes.get("mappings", {})
    return found


KINDS = (ParserKind(), TemplateKind(), DictionaryKind(), ConfigurationKind())
