# Every target does its own set-up: Python 3.11 or newer with pip, make and git are enough.
# Another interpreter: make PYTHON=python3.12 test

PYTHON ?= python3
LISTEN ?= 127.0.0.1:8080
CONFIGS ?= configs
PYTEST_ARGS ?=
BENCH_ARGS ?= --http

BIN := .venv/bin
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help run test fuzz bench lint format coverage image lock clean run-setup dev-setup bench-setup

help: ## Say what there is.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|' 2>/dev/null \
		|| sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1: \2/p' Makefile

run: run-setup ## Serve the example configuration on 127.0.0.1:8080.
	@ACME_HOOK_SECRET="$${ACME_HOOK_SECRET:-demo-secret-of-acme}" \
	GLOBEX_HOOK_SECRET="$${GLOBEX_HOOK_SECRET:-demo-secret-of-globex}" \
	GATEWAY_HOOK_SECRET="$${GATEWAY_HOOK_SECRET:-demo-secret-of-the-gateway}" \
	exec $(BIN)/gateway serve "$(CONFIGS)" --listen "$(LISTEN)"

test: lint ## Check format, lint, types and floors, then run every test.
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: dev-setup ## Check format, lint, types and floors.
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: dev-setup ## Write the format and the fixes that are safe.
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

coverage: dev-setup ## Run the tests with branch coverage.
	@$(BIN)/python -m pytest --cov --cov-report=term-missing $(PYTEST_ARGS)

fuzz: dev-setup ## Fuzz for about half an hour; FUZZ_SEED=2 throws other things.
	@HYPOTHESIS_PROFILE=long FUZZ_ROUNDS=$${FUZZ_ROUNDS:-40} $(BIN)/python -m pytest tests/fuzz \
		tests/engine/test_properties.py tests/rules/expressions/test_equality.py $(PYTEST_ARGS)

bench: bench-setup ## Measure speed against the figures in docs/design.md, and against others.
	@$(BIN)/python -m bench $(BENCH_ARGS)

image: ## Build the container image.
	@docker build --tag rules-gateway .

# Hashes are those of the public index, whatever this machine is told to use besides.
LOCK := env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null \
	CUSTOM_COMPILE_COMMAND="make lock" .venv/lock/bin/pip-compile --quiet --generate-hashes \
	--strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links \
	--no-emit-trusted-host --no-emit-options $(LOCK_ARGS)
LOCK_ARGS ?=

lock: run-setup ## Lock the dependencies anew; LOCK_ARGS=--upgrade takes newer versions.
	@test -x .venv/lock/bin/pip-compile || { $(PYTHON) -m venv .venv/lock \
		&& .venv/lock/bin/python -m pip install -qq pip-tools; }
	@$(LOCK) --output-file requirements/build.txt requirements/build.in
	@$(LOCK) --output-file requirements/run.txt pyproject.toml
	@$(LOCK) --all-extras --constraint requirements/run.txt \
		--output-file requirements/extras.txt pyproject.toml
	@$(LOCK) --output-file requirements/dev.txt requirements/dev.in
	@$(LOCK) --output-file requirements/bench.txt requirements/bench.in

clean: ## Remove everything that these commands made.
	@rm -rf .venv build dist .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

run-setup:
	@sh requirements/install run

dev-setup:
	@sh requirements/install dev

bench-setup:
	@sh requirements/install bench
