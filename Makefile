# Beffroi. `make help` lists what can be made; everything may be repeated.

ifndef PYTHON
PYTHON := $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& echo $$python && exit; done; echo python3)
endif
PORT ?= 8765
DATA ?= data

VENV := .venv
BIN := $(VENV)/bin
ENVIRONMENT := $(PYTHON) scripts/environment.py $(VENV)
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--fork-strategy fewest --no-emit-index-url --no-emit-find-links --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench bench-long performance lock docs figures drops pictures python system-packages

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: python ## Install everything that running needs: libraries and models, never as root
	@$(ENVIRONMENT) runtime
	@$(BIN)/beffroi models install

demo: python ## Start the synthetic city on PORT (8765) with its data in DATA (data)
	@$(ENVIRONMENT) runtime
	@exec $(BIN)/beffroi demo --port $(PORT) --data $(DATA)

test: python system-packages ## Run all tests
	@$(ENVIRONMENT) dev
	@$(BIN)/beffroi models install
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

check: python ## Check format, lint, types and the layers of the code
	@$(ENVIRONMENT) dev
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: setup ## Measure speed on this machine, in some minutes
	@$(ENVIRONMENT) dev
	$(BIN)/python -m benchmarks

bench-long: setup ## The same with growth, the web and overload
	@$(ENVIRONMENT) dev
	$(BIN)/python -m benchmarks --long

performance: bench-long ## The same, and write docs/performance.md again
	$(BIN)/python -m scripts.performance --latest

docs: python ## Write the generated pages again: settings, parts
	@$(ENVIRONMENT) dev
	$(BIN)/python -m scripts.settings_page
	$(BIN)/python -m scripts.sbom

figures: python ## Measure on the public clips in CLIPS and write docs/figures.md again
	@$(ENVIRONMENT) dev
	@$(BIN)/beffroi models install
	$(BIN)/python -m scripts.figures $(CLIPS)

drops: python ## Fail if a figure on the public clips in CLIPS has become worse
	@$(ENVIRONMENT) dev
	@$(BIN)/beffroi models install
	$(BIN)/python -m scripts.figures --check $(CLIPS)

pictures: python ## Take the pictures of the documentation again, from a running demo
	@$(ENVIRONMENT) dev
	$(BIN)/python -m scripts.pictures

lock: python ## Pin the requirements again, as pyproject.toml asks (UPGRADE=--upgrade for newest)
	@$(ENVIRONMENT) dev
	@$(BIN)/python -m pip install --quiet uv
	$(LOCK) $(UPGRADE) pyproject.toml --group build --output-file requirements/runtime.txt
	$(LOCK) $(UPGRADE) pyproject.toml --group dev --constraints requirements/runtime.txt \
		--output-file requirements/dev.txt
	$(LOCK) $(UPGRADE) --group npm --output-file requirements/npm.txt
	$(LOCK) $(UPGRADE) --no-deps --group peers --output-file requirements/peers.txt

python:
	@command -v $(PYTHON) >/dev/null || { \
		echo "Beffroi needs Python 3.11 or newer, and finds no $(PYTHON)."; \
		echo "On Debian and Ubuntu an administrator installs it: apt install python3 python3-venv"; \
		echo "Or name yours: make setup PYTHON=/path/to/python3.12"; exit 1; }

system-packages:
	@sh scripts/system-packages.sh
