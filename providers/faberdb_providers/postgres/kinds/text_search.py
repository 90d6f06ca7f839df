"""Text search: parsers and templates, dictionaries made of templates, configurations made of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from faberdb.model import Address, Object, Statement, Work
from faberdb_providers.postgres.kinds.background import (
    BackgroundKind,
    in_schema,
    not_brought_along,
    procedure,
)
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.names import identifiers


class _TextSearch(BackgroundKind):
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

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        body = ", ".join(f"{key.upper()} = {value}" for key, value in obj.attributes.items())
        yield Statement(f"CREATE {self.identity(obj)} ({body})")


class ParserKind(_TextSearch):
    """`CREATE TEXT SEARCH PARSER`; https://www.postgresql.org/docs/current/sql-createtsparser.html"""

    name = "text_search_parser"
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
    sql_name = "TEXT SEARCH TEMPLATE"
    catalogue, letter = "pg_ts_template", "tmpl"
    columns = {"init": procedure("x.tmplinit::oid"), "lexize": procedure("x.tmpllexize::oid")}


class DictionaryKind(_TextSearch):
    """`CREATE TEXT SEARCH DICTIONARY`; https://www.postgresql.org/docs/current/textsearch-dictionaries.html"""

    name = "text_search_dictionary"
    sql_name = "TEXT SEARCH DICTIONARY"
    catalogue, letter = "pg_ts_dict", "dict"
    columns = {
        "template": in_schema("pg_ts_template", "x.dicttemplate", "tmplname", "tmplnamespace"),
        "options": "x.dictinitoption",
    }

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        options = obj.attributes.get("options")
        body = f"TEMPLATE = {obj.attributes['template']}" + (f", {options}" if options else "")
        yield Statement(f"CREATE {self.identity(obj)} ({body})")


class ConfigurationKind(_TextSearch):
    """`CREATE TEXT SEARCH CONFIGURATION`; https://www.postgresql.org/docs/current/textsearch-configuration.html"""

    name = "text_search_configuration"
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

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield Statement(f"CREATE {self.identity(obj)} (PARSER = {obj.attributes['parser']})")
        same: dict[str, list[str]] = {}
        for token, dictionaries in obj.attributes.get("mappings", {}).items():
            same.setdefault(", ".join(dictionaries), []).append(token)
        for dictionaries, tokens in same.items():
            mapping = f"ADD MAPPING FOR {identifiers(tokens)} WITH {dictionaries}"
            yield Statement(f"ALTER {self.identity(obj)} {mapping}")


KINDS = (ParserKind(), TemplateKind(), DictionaryKind(), ConfigurationKind())
