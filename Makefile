# `make serve` and `make test` are all a newcomer needs; both install what is missing first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
# Tests run in as many processes as there are cores, up to four of about 1 GB each. A file stays in one
# of them, for the services and browsers it shares, and so do most of a folder. SPREAD= runs them in one.
SPREAD ?= -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help install serve test format faults audit bench clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		(echo "Python 3.11 or newer is needed; set PYTHON=..." >&2; exit 1)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

install: $(VENV)/installed ## Create the environment and install everything into it

serve: install ## Serve the API and the page at http://127.0.0.1:8000
	$(BIN)/grader serve --host $(HOST) --port $(PORT)

test: install ## Format check, lint, strict types, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest $(SPREAD)

format: install ## Format the code and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

faults: install ## Take the database, the disk, the index and the model from a running service
	GRADER_TEST_FAULTS=1 $(BIN)/pytest tests/faults

audit: install ## Look for known weaknesses in what is installed
	$(BIN)/pip-audit --strict --skip-editable

bench: install ## Speed on this machine
	$(BIN)/grader bench

clean: ## Remove the environment and the caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
