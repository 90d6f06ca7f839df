"""Canonical forms remembered between runs: a cache, of which any part may be missing."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from faberdb.canon.forms import Form, digest
from faberdb.model import Address

VERSION = 1
MOST = 200_000
"""Forms kept in one file; when there are more, it is begun anew."""


class FormFile:
    """The forms of one project on one server version, in the cache folder."""

    def __init__(self, cache: Path, root: Path, context: str) -> None:
        self.file = cache / "forms" / f"{digest([str(root), context, VERSION])}.json"
        self._known: dict[str, Form] = {}

    def load(self, more: Mapping[str, Form]) -> dict[str, Form]:
        """What is remembered, `more` included; an unreadable file counts as none."""
        try:
            records = json.loads(self.file.read_bytes())
            self._known = {key: _form(record) for key, record in records.items()}
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            self._known = {}
        return {**self._known, **more}

    def save(self, fresh: Mapping[str, Form]) -> None:
        """Remember more; a full or read-only disk only costs time at the next run."""
        if not fresh:
            return
        known = {**self._known, **fresh} if len(self._known) < MOST else dict(fresh)
        with suppress(OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.file.parent)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({key: _record(form) for key, form in known.items()}, file, separators=(",", ":"))
            Path(name).replace(self.file)


def _record(form: Form) -> list[Any]:
    parent = str(form.parent) if form.parent else ""
    return [form.attributes, parent, form.own, {str(a): d for a, d in form.needs.items()}]


def _form(record: list[Any]) -> Form:
    attributes, parent, own, needs = record
    return Form(
        attributes, Address.parse(parent) if parent else None, own, {Address.parse(a): d for a, d in needs.items()}
    )
