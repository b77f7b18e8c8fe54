# Every target does its own set-up: see packaging/setup/bootstrap.sh.
.DEFAULT_GOAL := help
.PHONY: help run test faults lint format bench kills fuzz soak screenshots package smoke lock notices

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Open the window with the demo running; ARGS="…" replaces --demo
	@packaging/setup/bootstrap.sh
	@.venv/bin/flux-desktop $(if $(filter undefined,$(origin ARGS)),--demo,$(ARGS))

test: ## Run all tests; ARGS="…" goes to pytest
	@packaging/setup/bootstrap.sh --test
	@packaging/setup/run_tests.sh $(ARGS)

faults: ## Meet streams with every fault at every phase, and print the matrix; ARGS="-k NAME" for some of it
	@packaging/setup/bootstrap.sh --test
	@.venv/bin/python -m pytest tests/faults tests/engine -m faults -q -p no:randomly -rP $(ARGS)

lint: ## Check format, rules, types and the direction of imports
	@packaging/setup/bootstrap.sh --test
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

format: ## Bring the code into the house format
	@packaging/setup/bootstrap.sh --test
	.venv/bin/ruff check --select I --fix -q .
	.venv/bin/ruff format .

bench: ## Measure what a stream costs, and how true the figures are; BENCH=quick is short, BENCH=soak long
	@packaging/setup/bootstrap.sh --test
	@.venv/bin/python -m tests.bench.bench $(or $(BENCH),default)

soak: ## Keep a run and the window going for an hour and tell what grew; ARGS="--minutes 5" is shorter
	@packaging/setup/bootstrap.sh --test
	@.venv/bin/python -m tests.bench.soak $(ARGS)

kills: ## Kill 200 runs at random moments and look at what is left; ARGS="KILLS AT_ONCE SEED"
	@packaging/setup/bootstrap.sh --test
	@.venv/bin/python -m tests.trust.kills $(ARGS)

fuzz: ## Feed a million bad inputs to whatever reads from outside; ARGS="INPUTS"
	@packaging/setup/bootstrap.sh --test
	@.venv/bin/python -m tests.trust.fuzz $(ARGS)

screenshots: ## Render the window's main states into resources/screenshots/; ARGS="NAME …" renders only these
	@packaging/setup/bootstrap.sh --test
	@.venv/bin/python packaging/content/make_screenshots.py $(ARGS)

package: ## Build dist/flux-desktop, the folder that needs no Python, and pack it for this system
	@packaging/setup/bootstrap.sh --test
	@.venv/bin/python packaging/bundle/make_package.py $(ARGS)

smoke: ## Build wheel and folder, install and start both as a user would, and compare what they hear
	@packaging/setup/bootstrap.sh --test
	@packaging/bundle/smoke.sh $(ARGS)

lock: ## Renew the lock files under packaging/; ARGS="--upgrade-package NAME" for one package
	@packaging/setup/lock.sh $(ARGS)

notices: ## Renew the licence list and the bill of materials, after make lock
	@packaging/setup/bootstrap.sh --test
	@.venv/bin/python packaging/content/notices.py
