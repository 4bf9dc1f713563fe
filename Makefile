# Two commands are enough: `make run` serves the sample county, `make test` runs everything that is quick.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
WORKERS ?= 2

.PHONY: run test test-full lint bench clean prerequisites

run: $(VENV)/run.stamp
	$(BIN)/gongkai init --sample
	$(BIN)/gongkai serve

test: $(VENV)/test.stamp prerequisites
	$(BIN)/python -m pytest -n $(WORKERS)
	GONGKAI_TEST_DATABASE=postgresql $(BIN)/python -m pytest -n $(WORKERS) -m "not full and not browser and not nodatabase"

test-full: $(VENV)/test.stamp prerequisites
	$(BIN)/python -m pytest -n $(WORKERS) -m full

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/python -m themes.locale --check

bench: $(VENV)/test.stamp
	$(BIN)/python -m tests.bench

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
