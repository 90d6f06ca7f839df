"""What is written of parsers, templates, dictionaries and configurations of text search."""

from __future__ import annotations

from faberdb_providers.postgres.specs.base import OwnedSpec, Spec


class ParserSpec(Spec):
    """A text search parser, from its functions."""

    start: str
    """The function that begins with a text."""
    gettoken: str
    """The function that gives the next token."""
    end: str
    """The function that is done with a text."""
    lextypes: str
    """The function that lists the types of tokens."""
    headline: str | None = None
    """The function that makes headlines."""


class TemplateSpec(Spec):
    """A text search template, from its functions; a bare string is `lexize`."""

    short = "lexize"

    lexize: str
    """The function that makes lexemes of a token."""
    init: str | None = None
    """The function that takes the options of a dictionary."""


class DictionarySpec(OwnedSpec):
    """A text search dictionary; a bare string is its template."""

    short = "template"

    template: str
    """`simple`, `snowball`, `ispell`, `synonym`, `thesaurus`, or a template of one's own."""
    options: dict[str, str | int | float] = {}
    """What the template takes: `stopwords`, `language`, `dictfile`."""


class ConfigurationSpec(OwnedSpec):
    """A text search configuration."""

    parser: str = 'pg_catalog."default"'
    """What cuts texts into tokens."""
    mappings: dict[str, str | list[str]] = {}
    """Dictionaries by token type: `{ asciiword = ["english_stem"], word = "simple" }`."""
