# Everything runs in .venv, made from the locked requirements. Needs make and Python 3.11 or later.

BIN := .venv/bin
INSTALLED := .venv/.installed
BROWSER := .venv/.browser
POSTGRESQL := .venv/.postgresql
JAVA := .venv/.java
CODE := src tests $(wildcard benchmarks)
# A file stays with one worker: what its tests share is made once. Those that take long come first
# (tests/conftest.py).
PYTEST_ARGS ?= -n auto --dist loadfile --no-loadscope-reorder

.PHONY: help setup demo board test lint format bench docs lock clean
.DELETE_ON_ERROR:

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

setup: $(INSTALLED) $(BROWSER) $(POSTGRESQL) $(JAVA) ## Make .venv, find or install Chromium, PostgreSQL and Java

$(INSTALLED): requirements/dev.txt pyproject.toml scripts/python.sh
	@if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	    python=$$(PYTHON='$(PYTHON)' sh scripts/python.sh) || exit 1; \
	    echo "Making .venv with $$($$python --version)"; \
	    "$$python" -m venv --clear .venv || exit 1; \
	fi
	@echo "Installing the locked requirements"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	    --require-hashes --only-binary :all: --no-binary autograd-gamma,pyspark -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	    --no-deps --no-build-isolation --editable .
	@touch $@

$(BROWSER): scripts/browser.sh | $(INSTALLED)
	@sh scripts/browser.sh > $@
	@echo "Browser for the tests: $$(cat $@)"

$(POSTGRESQL): scripts/postgresql.sh | $(INSTALLED)
	@sh scripts/postgresql.sh > $@
	@echo "PostgreSQL for the tests: $$(cat $@)"

$(JAVA): scripts/java.sh | $(INSTALLED)
	@sh scripts/java.sh > $@
	@echo "Java for Spark: $$(cat $@)"

demo: $(INSTALLED) ## Assess the published cases and write one HTML report
	@$(BIN)/gepnet demo

board: $(INSTALLED) ## Start the board with the published cases, in a throw-away store
	@$(BIN)/gepnet serve --demo

lint: $(INSTALLED) ## Style, types, floors and code that nothing uses
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/unused_code.py

test: setup lint ## All checks; pytest last (PYTEST_ARGS=... to change how)
	$(BIN)/pytest $(PYTEST_ARGS)

format: $(INSTALLED) ## Mend what style can be mended by a machine
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(INSTALLED) ## Time things beside their peers (BENCH="cohort recist" for some)
	$(BIN)/python -m benchmarks $(BENCH)

docs: $(INSTALLED) ## Build the documentation into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
    --fork-strategy fewest --generate-hashes --no-emit-index-url --no-emit-find-links \
    --custom-compile-command "make lock"

lock: $(INSTALLED) ## Renew requirements/*.txt from pyproject.toml (LOCK_ARGS=--upgrade for the newest)
	$(LOCK) $(LOCK_ARGS) --all-extras --output-file requirements/dev.txt
	$(LOCK) --constraint requirements/dev.txt --output-file requirements/run.txt

clean: ## Remove what was built and cached (not .venv)
	rm -rf dist site demo .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests $(wildcard benchmarks) -name __pycache__ -type d -prune -exec rm -rf {} +
