# What one does with this house; `make` alone lists it. The first Python that is new enough, or the one PYTHON names.
NEW_ENOUGH := 'import sys; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(shell for it in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$it -c $(NEW_ENOUGH) 2>/dev/null && echo $$it && break; done)
ARGS ?=
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help python install install-browser run test lint format bench cli clean

help:  ## This list
	@awk -F ':.*## ' '/^[a-z<>-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo '  make bench-<name>   One measurement alone, as in make bench-sales'

python:
	@$(or $(PYTHON),false) -c $(NEW_ENOUGH) || { echo "Taquilla needs Python 3.11 or newer; \
	name one, as in: make run PYTHON=/usr/bin/python3.12"; exit 1; }

install: python  ## Make .venv, with every package of the lock file
	@$(PYTHON) -m dev.install

install-browser: python
	@$(PYTHON) -m dev.install --browser

run: install  ## Start everything on this machine, with demo data; Ctrl-C stops it
	@$(BIN)/python -m dev.run

test: install-browser  ## The whole test suite; ARGS goes to pytest
	@$(BIN)/python -m pytest $(ARGS)

lint: install  ## Format, rules, import arrows, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

format: install  ## Put the code in shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: install  ## All measurements; bench/results has the figures
	@$(BIN)/python -m bench

bench-%: install
	@$(BIN)/python -m bench.$(subst -,_,$*) $(ARGS)

cli: install  ## The taquilla command on the running house, as in make cli ARGS="tenant list"
	@$(BIN)/python -m dev.cli $(ARGS)

clean:  ## Throw away .venv, caches and all development data
	rm -rf .venv .taquilla .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
