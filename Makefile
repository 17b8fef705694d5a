# Few commands, each one line of help: `make help`.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready
MACHINE := .venv/.machine
IN_MEMORY := bash tests/in-memory.sh

.DEFAULT_GOAL := help
.PHONY: help setup start test test-all check bench docs format lock canvas clean

help:  ## Say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY)  ## Make .venv with everything in it, the command canvasback too

start: $(READY)  ## Start everything on loopback, with a sample to click through; Ctrl-C stops it
	@$(BIN)/canvasback up --demo

test: $(READY) $(MACHINE)  ## Run the tests (real DuckDB, PostgreSQL, processes and browser)
	$(IN_MEMORY) $(BIN)/pytest -n 2 --dist loadfile -m "not slow and not browser" tests
	$(IN_MEMORY) $(BIN)/pytest -m "browser and not slow" tests/journeys

test-all: $(READY) $(MACHINE)  ## Run the slow tests too: comparisons with Spark, the whole sweep over components, faults, journeys
	$(IN_MEMORY) $(BIN)/pytest -n 2 --dist loadfile -m slow tests

check: $(READY)  ## Format, lint, types and layers, in seconds
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/lint-imports --no-cache 2>&1 | grep -E 'KEPT|BROKEN|not allowed|->|Contracts'
	$(BIN)/mypy

bench: $(READY)  ## Measure, and write benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks.run

docs: $(READY)  ## Write the reference pages from the code
	$(BIN)/python -m docs.generate

format: $(READY)  ## Format the code
	$(BIN)/ruff format -q . && $(BIN)/ruff check --fix -q .

lock: $(READY)  ## Compile the lock files again
	$(BIN)/uv pip compile --universal --generate-hashes --no-annotate --no-header -q pyproject.toml --extra postgres -o requirements.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-annotate --no-header -q pyproject.toml --extra postgres --group dev -o requirements-dev.lock

canvas:  ## Build the canvas again (needs node and npm)
	cd ui/canvas/frontend && npm ci --no-audit --no-fund && npm run build

clean:  ## Remove the environment
	rm -rf .venv

$(READY): requirements-dev.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check uv
	VIRTUAL_ENV=.venv $(BIN)/uv pip install -q --compile-bytecode --require-hashes -r requirements-dev.lock
	VIRTUAL_ENV=.venv $(BIN)/uv pip install -q --no-deps -e .
	touch $@

$(MACHINE): tests/setup-machine.sh
	bash tests/setup-machine.sh
	touch $@
