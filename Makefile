# Every target installs what it needs: see packaging/setup/bootstrap.sh.
.DEFAULT_GOAL := help
# Container images often forbid it; without it each of the many processes that a test starts compiles all modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test faults lint format bench kills fuzz soak screenshots package smoke lock notices

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Open the window with the demo running; ARGS="…" replaces --demo
	@packaging/setup/bootstrap.sh
	@.venv/bin/flux-desktop $(if $(filter undefined,$(origin ARGS)),--demo,$(ARGS))

test: ## Run all tests; ARGS="…" goes to pytest
	@packaging/setup/bootstrap.sh --test
	@packaging/setup/run_tests.sh $(ARGS)

faults: ## Inject every fault in every phase of a stream and print the matrix; ARGS="-k NAME" selects
	@packaging/setup/bootstrap.sh --test
	@.venv/bin/python -m pytest tests/faults tests/engine -m faults -q -p no:randomly -rP $(ARGS)

lint: ## Check format, rules, types and import directions
	@packaging/setup/bootstrap.sh --test
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

format: ## Format the code
	@packaging/setup/bootstrap.sh --test
	.venv/bin/ruff check --select I --fix -q .
	.venv/bin/ruff format .

bench: ## Measure the CPU cost of a stream and the accuracy of the figures; BENCH=quick or BENCH=soak
	@packaging/setup/bootstrap.sh --test
	@.venv/bin/python -m tests.bench.bench $(or $(BENCH),default)

soak: ## Keep a run and the window going for an hour and report what grew; ARGS="--minutes 5" is shorter
	@packaging/setup/bootstrap.sh --test
	@.venv/bin/python -m tests.bench.soak $(ARGS)

kills: ## Kill 200 runs at random moments and check what they leave behind; ARGS="KILLS AT_ONCE SEED"
	@packaging/setup/bootstrap.sh --test
	@.venv/bin/python -m tests.trust.kills $(ARGS)

fuzz: ## Feed a million invalid inputs to every parser of external data; ARGS="INPUTS"
	@packaging/setup/bootstrap.sh --test
	@.venv/bin/python -m tests.trust.fuzz $(ARGS)

screenshots: ## Render the pictures of README and docs into resources/screenshots/; ARGS="NAME …" selects
	@packaging/setup/bootstrap.sh --test
	@.venv/bin/python packaging/content/make_screenshots.py $(ARGS)

package: ## Build dist/flux-desktop, a folder that needs no Python, and pack it for this system
	@packaging/setup/bootstrap.sh --test
	@.venv/bin/python packaging/bundle/make_package.py $(ARGS)

smoke: ## Build wheel and folder, install and start both as a user would, and compare their transcripts
	@packaging/setup/bootstrap.sh --test
	@packaging/bundle/smoke.sh $(ARGS)

lock: ## Renew the lock files in packaging/setup; ARGS="--upgrade-package NAME" for one package
	@packaging/setup/lock.sh $(ARGS)

notices: ## Renew the licence list and the bill of materials, after make lock
	@packaging/setup/bootstrap.sh --test
	@.venv/bin/python packaging/content/notices.py
