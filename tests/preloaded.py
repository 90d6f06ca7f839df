"""What the process loads from which tests fork their commands."""

from tests.forked import load_all

load_all()
