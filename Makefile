# `make demo` and `make test` do everything a newcomer needs; each installs what it lacks and says so.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-long test-quick fuzz check check-python check-console format bench console openapi pictures clean

BIN := .venv/bin
CONSOLE_SOURCES := $(shell find console -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: .setup/runtime .setup/console ## three fictional factories, a platform and a city, at one address
	$(BIN)/millmark demo

test: .setup/dev .setup/console .setup/system ## all but the long ones, with real servers and a real browser
	WITH="console $(WITH)" scripts/run-tests -m "not long"

test-long: .setup/dev .setup/console .setup/system ## the bureau's pages in the browser, its books on PostgreSQL (half an hour)
	scripts/run-tests -m long

test-quick: .setup/dev ## tests without browser, faults and slow ones
	scripts/run-tests -m "not browser and not faults and not slow and not long"

fuzz: .setup/dev ## ten minutes of random bytes, led by coverage, for all that reads bytes from outside
	$(BIN)/python -m tests.fuzz.run --seconds 600

check: .setup/dev .setup/node ## format, lint, types, import contracts, console, dead links
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target check-python check-console

check-python:
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/lint-imports
	$(BIN)/python scripts/check_links.py
	$(BIN)/mypy

check-console:
	npm --prefix console run --silent check

format: .setup/dev .setup/node ## bring Python and console sources into shape
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	npm --prefix console run --silent format

bench: .setup/dev .setup/bench ## measure everything (half an hour); writes benchmarks/results and docs/explanation/performance.md
	scripts/run-benchmarks
	$(BIN)/python scripts/draw_benchmarks.py

bench-charts: .setup/dev ## draw the results in benchmarks/results again
	$(BIN)/python scripts/draw_benchmarks.py

console: .setup/console ## build the console

openapi: .setup/dev .setup/node ## regenerate the API's description, its page's tables, and the console's types from it
	$(BIN)/python -m millmark.web.openapi > console/openapi.json.new && mv console/openapi.json.new console/openapi.json
	npm --prefix console run --silent types
	$(BIN)/python scripts/draw_api_page.py

pictures: .setup/dev .setup/console .setup/system ## retake the pictures of the console in docs/images
	$(BIN)/python scripts/take_pictures.py

clean: ## remove everything that was built or installed here (not the demo's data)
	rm -rf .venv .tools .setup .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist \
	  console/node_modules console/dist console/dist.new console/dist.old

.setup/runtime: pyproject.toml uv.lock scripts/setup-python
	scripts/setup-python runtime
	@mkdir -p .setup && touch $@

.setup/dev: pyproject.toml uv.lock scripts/setup-python
	scripts/setup-python dev
	@mkdir -p .setup && touch $@ .setup/runtime

.setup/node: console/package.json console/package-lock.json scripts/setup-node
	scripts/setup-node
	@mkdir -p .setup && touch $@

.setup/console: .setup/node $(CONSOLE_SOURCES)
	@echo "==> building the console (about 20 seconds)"
	npm --prefix console run --silent build
	@mkdir -p .setup && touch $@

.setup/bench: scripts/setup-bench
	scripts/setup-bench
	@mkdir -p .setup && touch $@

.setup/system: scripts/setup-system
	scripts/setup-system
	@mkdir -p .setup && touch $@
