"""Fingerprints: two catalogues with the same one hold the same objects in the same canonical forms."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from faberdb.model import Address, Object


def fingerprint(objects: Mapping[Address, Object]) -> str:
    """SHA-256 over the canonical attributes of all objects, whatever their order."""
    content = {str(address): obj.attributes for address, obj in objects.items()}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
