"""Where the corpus lies, and the marks of the tests that need it."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "shared"
RUNNER = SHARED / "tools" / "corpus.py"
MARKS = [
    pytest.mark.corpus,
    pytest.mark.skipif(not RUNNER.exists(), reason=f"the corpus does not lie beside this checkout, in {SHARED}"),
]
