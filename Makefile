# Two commands are enough: `make run` serves the sample county, `make test` runs everything that is quick.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
WORKERS ?= 3
# What asks a database is run a second time on PostgreSQL: the lower floors in `make test`, the portal in `make test-full`.
POSTGRESQL := GONGKAI_TEST_DATABASE=postgresql $(BIN)/python -m pytest
WITH_DATABASE := "not full and not browser and not nodatabase"

# What is compiled once is kept, whatever the shell says: every worker and every process that a test starts needs it.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-full lint bench bench-large clean prerequisites

run: $(VENV)/run.stamp
	$(BIN)/gongkai init --sample
	$(BIN)/gongkai serve

test: $(VENV)/test.stamp prerequisites
	$(BIN)/python -m pytest -n $(WORKERS)
	$(POSTGRESQL) -n $(WORKERS) -m $(WITH_DATABASE) tests/content tests/workflows tests/faults

test-full: $(VENV)/test.stamp prerequisites
	$(BIN)/python -m pytest -n $(WORKERS) -m full
	$(POSTGRESQL) -n $(WORKERS) -m $(WITH_DATABASE) tests/portal tests/functional
	$(POSTGRESQL) -m full tests/portal/test_replicas.py tests/faults/test_hosts_kill.py
	GONGKAI_TEST_SEARCH=tantivy $(BIN)/python -m pytest -n $(WORKERS) tests/content/search tests/portal/public tests/functional

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/python -m themes.locale --check

bench: $(VENV)/test.stamp
	@tests/prerequisites bench
	$(BIN)/python -m tests.bench --documents 10000 --write bench

bench-large: $(VENV)/test.stamp
	@tests/prerequisites bench
	$(BIN)/python -m tests.bench --documents 100000 --against 1000 --write bench-large

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

prerequisites:
	@tests/prerequisites

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "gongkai needs Python 3.11 or newer; say which: make PYTHON=python3.12 run" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: $(VENV)/bin/python setup.cfg constraints.txt
	$(PIP) --editable .
	@touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp
	$(PIP) --editable '.[test,dev]'
	@touch $@
