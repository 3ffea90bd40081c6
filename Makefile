# Two commands do everything: `make plan` and `make test`.
# STUDY=file plans another study; PYTHON=python3.12 picks an interpreter.
PYTHON ?= python3
STUDY ?= examples/pig_reperfused_infarct.toml
VENV := .venv
BIN := $(VENV)/bin
CONSTRAINTS := constraints.txt

.PHONY: plan test quick style clean
plan: $(VENV)/.installed
	@$(BIN)/exoheart plan $(STUDY)

test: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -n 2

quick: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -n 2 -m "not slow"

style: $(VENV)/.installed-dev
	@$(BIN)/ruff format --check src tests docs benchmarks
	@$(BIN)/ruff check src tests docs benchmarks
	@$(BIN)/mypy

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "exoheart needs Python 3.11 or newer; '$(PYTHON)' is missing or older."; \
	    echo "Install one, or name it: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "Python's venv module is missing; on Debian or Ubuntu install python3-venv."; \
	    exit 1; }
	@echo "Making a virtual environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml $(CONSTRAINTS)
	@echo "Installing exoheart and what it needs (a minute or two) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c $(CONSTRAINTS) -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "Installing the test tools ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c $(CONSTRAINTS) -e ".[dev]"
	@touch $@

clean:
	rm -rf $(VENV) build dist
