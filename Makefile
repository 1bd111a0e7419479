# The commands of the house. Nothing but make and a Python 3.11 to 3.13 with venv and pip is needed; uv is used where it is.

PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTEST := $(BIN)/python -m pytest
# A file is run by one process, so that what its tests share is made once.
PARALLEL := -n auto --dist loadfile
PYTEST_ARGS ?=
VERSIONS ?= 3.11 3.12 3.13
DEMO_STORE := demo-store
# A STORE of the user's own is added to, never removed; only the demo's own is made anew.
STORE ?= $(DEMO_STORE)

.DEFAULT_GOAL := help
.PHONY: help demo demo-store test test-long fuzz test-pythons bench check format docs lock wheel system-packages clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name text; do printf '  %-16s %s\n' "$$name" "$$text"; done

$(STAMP): requirements.lock pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh $(VENV)

demo: $(STAMP) demo-store ## ingest examples/ into STORE= (demo-store) and serve it at PORT= (8000); Ctrl-C stops it
	@exec $(BIN)/sitgraph serve --store "$(STORE)" --port $(PORT)

demo-store: $(STAMP)
ifeq ($(STORE),$(DEMO_STORE))
	@if [ -e $(DEMO_STORE) ] && [ ! -d $(DEMO_STORE)/live ]; then \
	  echo "$(DEMO_STORE) is there and is no store: move it away, or name another with STORE=" >&2; exit 1; fi
	@rm -rf $(DEMO_STORE)
endif
	@$(BIN)/sitgraph ingest examples/ --reference examples/reference --store "$(STORE)" --base http://127.0.0.1:$(PORT)/

test: $(STAMP) ## every test
	$(PYTEST) $(PARALLEL) $(PYTEST_ARGS)

test-long: $(STAMP) ## the property tests with many more examples (minutes)
	$(PYTEST) --hypothesis-profile=long -m hypothesis $(PYTEST_ARGS)

fuzz: $(STAMP) ## damaged files for every reader and what follows it, FUZZ_RUNS (16000) each, with limits of time and memory (most of an hour)
	$(BIN)/python -m tests.fuzz --runs $(or $(FUZZ_RUNS),16000)

test-pythons: ## the suite, without its slow tests, on each of VERSIONS= (3.11 3.12 3.13) that this machine has
	@set -e; for v in $(VERSIONS); do \
	  exe=$$(sh scripts/pythons.sh list | sed -n "s/^$$v //p"); \
	  if [ -z "$$exe" ]; then echo "Python $$v: not on this machine"; continue; fi; \
	  $(MAKE) --no-print-directory $(VENV)-$$v/.installed EXE="$$exe"; \
	  echo "Python $$v:"; $(VENV)-$$v/bin/python -m pytest -m "not slow" $(PARALLEL) $(PYTEST_ARGS); \
	done

$(VENV)-%/.installed: requirements.lock pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh $(VENV)-$* "$(EXE)"

bench: $(STAMP) ## measure rules, validation and questions, and write the tables of docs/benchmarks.md (most of an hour)
	$(BIN)/python -m benchmarks --write

check: $(STAMP) ## format, lint, types, import contracts, every test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST) $(PARALLEL) $(PYTEST_ARGS)

format: $(STAMP) ## format, and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(STAMP) ## the documentation and all syntaxes of the ontology into build/docs/ontology; the table in docs/ontology.md
	$(BIN)/sitgraph ontology docs -o build/docs/ontology
	$(BIN)/python scripts/ontology_syntaxes.py --write

lock: ## resolve the dependencies anew into requirements.lock, for all Pythons, with hashes (needs uv; UPGRADE=1 takes the newest)
	@command -v uv >/dev/null || { echo "make lock needs uv on the PATH" >&2; exit 1; }
	uv pip compile pyproject.toml --group dev --all-extras --universal --python-version 3.11 --generate-hashes $(if $(UPGRADE),--upgrade) \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet -o requirements.lock

wheel: $(STAMP) ## the wheel and the source distribution, into dist/
	$(BIN)/python -m hatchling build -d dist

system-packages: ## Debian: what the tests of the pages (chromium), the reasoner (java) and the syntaxes (raptor) need
	@sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	$$sudo apt-get update -q && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
	  chromium fonts-dejavu-core default-jre-headless raptor2-utils

clean: ## remove virtual environments, builds and caches; stores stay
	rm -rf $(VENV) $(VENV)-3.* dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
