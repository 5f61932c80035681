# make serve   open the dashboards on this computer     make test   run every test
# The first of either sets everything up in .venv; nothing outside this folder is changed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.8
READY := $(VENV)/.ready

.PHONY: help setup serve test lint format lock docs pictures bench mutate clean chromium

help:
	@echo "make serve   set up, then open the dashboards (options: make serve ARGS=\"--port 8866\")"
	@echo "make test    set up, then run every test (options: make test ARGS=\"-k argatroban\")"
	@echo "make lint    style and types        make format  put the style right"
	@echo "make lock    pin the dependencies anew, with their hashes"
	@echo "make docs    build the guides and the reference (build/docs/index.html)"
	@echo "make pictures  take the pictures of the guides anew"
	@echo "make bench   measure speed          make mutate  do the tests notice small faults? (ten minutes)"
	@echo "make clean   remove the set-up"

setup: $(READY)

# uv installs the pinned, hash-checked dependencies in seconds; where it cannot be had, pip does it.
$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "dosing needs Python 3.11 or newer: install it, or name it, as in: make $(or $(MAKECMDGOALS),setup) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "This Python cannot make a virtual environment: install python3-venv (Debian, Ubuntu: apt-get install python3-venv)."; exit 1; }
	@echo "Setting up in $(VENV); this takes about a minute, once."
	@$(PYTHON) -m venv $(VENV)
	@if $(BIN)/python -m pip install -q --disable-pip-version-check "uv==$(UV_VERSION)"; then \
	  $(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes --compile-bytecode requirements.txt && \
	  $(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation --editable . ; \
	else \
	  echo "uv could not be installed; going on with pip, which takes longer." && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation --editable . ; \
	fi
	@touch $@

serve: $(READY)
	@$(BIN)/dosing serve $(ARGS)

# The dashboards are tested in a real browser, so a missing one is a failure and not a skip.
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
	  echo "The dashboard tests need Chromium: install it (Debian: apt-get install chromium fonts-dejavu-core libatomic1)."; exit 1; }

test: chromium $(READY)
	$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(READY)
	$(BIN)/python -m pip install -q --disable-pip-version-check "uv==$(UV_VERSION)"
	$(BIN)/uv pip compile -q --generate-hashes --no-header --no-annotate --python-version 3.11 \
	  --extra dev pyproject.toml -o requirements.txt

docs: $(READY)
	$(BIN)/sphinx-build -q -W -b html docs build/docs
	@echo "The guides and the reference are at build/docs/index.html"

pictures: chromium $(READY)
	$(BIN)/python -m docs.pictures

bench: $(READY)
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python "$$file" || exit 1; done

mutate: $(READY)
	@$(BIN)/python -m tests.mutate $(ARGS)

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
