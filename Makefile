# Everything runs in an environment of its own, made on first use: only Python 3.11 or newer is needed.
VENV   ?= .venv
PY     := $(VENV)/bin/python
NEW    := "import sys; sys.exit(sys.version_info < (3, 11))"
# What pip does with an ordinary install and not with an editable one. Where PYTHONDONTWRITEBYTECODE is set, nobody
# else would: each start of the program would compile two hundred files.
COMPILE = @$(PY) -m compileall -q faberdb schemas/faberdb_schemas providers state
# Which faults of each plan `make faults` has happen.
SEEDS  ?= 0-9999
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,$(shell $(p) -c $(NEW) 2>/dev/null && echo $(p))))

.PHONY: demo test check bench bench-stall soak faults docs install clean

demo: install                ## the main job on an embedded PostgreSQL, step by step
	$(PY) schemas/examples/demo.py

test: install
	$(PY) -m pytest -n 3 --dist worksteal

check: install               ## all that must hold besides the tests
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-logo
	$(PY) -m faberdb.cli.generate --check

bench: install               ## time and memory, as ratios to pg_dump
	$(COMPILE)
	$(PY) -m pytest -m bench -s --timeout 0 tests/benchmarks

bench-stall: install         ## what an application notices of each change, with a million rows; goes on where it was cut
	-$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(PY) -m pytest -m stall -s --timeout 0 tests/benchmarks/stall

soak: install                ## the long random runs
	$(PY) -m pytest -m soak --timeout 0

faults: install              ## what can strike an apply, at each of its moments; SEEDS=0-9 is a part of it
	$(PY) -m pytest -m faults --timeout 0 --seeds $(SEEDS) tests/faults; ended=$$?; $(PY) -m tests.faults.table; exit $$ended

docs: install                ## write the JSON Schemas and the reference anew
	$(PY) -m faberdb.cli.generate

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml
	@test -n "$(PYTHON)" && $(PYTHON) -c $(NEW) || { echo "faberdb needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@test -x $(PY) || $(PYTHON) -c "import ensurepip" 2>/dev/null || { echo "$(PYTHON) cannot make environments; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	$(COMPILE)
	@touch $@

clean:
	rm -rf $(VENV) build dist .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
