# Everything installs itself into .venv and node_modules; a machine needs Python 3.11+, git and make.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/node_modules/.bin:$(PATH)
export AWS_EC2_METADATA_DISABLED := true
# What is imported is compiled once, whatever the shell says: the AWS CDK alone takes half a minute.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test fast format lint types tests generated template rehearse generate lock clean
.PHONY: fuzz synth bootstrap deploy destroy bench scale oracle faults site sbom audit mutants

demo: $(BIN)/.terminal  ## judge the embedded account and print the report
	@$(BIN)/ai-config-rules demo

test: $(BIN)/.develop  ## everything that CI checks
	@$(MAKE) --jobs=2 lint generated types tests
	@$(MAKE) rehearse

fast: $(BIN)/.develop  ## the loop while writing: no Node, no child processes, no embedded account, nothing at length
	$(BIN)/pytest -q -n 2 --dist loadfile -m "not slow and not repeats"

format: $(BIN)/.develop  ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lint: $(BIN)/.develop
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(BIN)/.develop
	$(BIN)/mypy

# A third worker, because tests that start processes or wait leave processors idle.
tests: $(BIN)/.develop
	mkdir -p build
	$(BIN)/python -m slipcover --json --out build/coverage.json -m pytest -n 3 --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m tests.coverage build/coverage.json rules=95 cli,cdk=85

generated: $(BIN)/.develop  ## the pack, the README table and the docs pages are current
	$(BIN)/ai-config-rules generate --check

generate: $(BIN)/.terminal  ## write them
	$(BIN)/ai-config-rules generate

template: $(BIN)/.develop  ## synthesise, and hold the templates against cfn-lint and cdk-nag; one of the tests does the same
	$(BIN)/python -m cdk.check

rehearse: $(BIN)/.develop  ## deploy into the embedded account and run every function's real asset
	$(BIN)/ai-config-rules rehearse

synth: $(BIN)/.deploy  ## write the CloudFormation templates to cdk.out; needs no account
	cdk synth --quiet $(CDK_OPTIONS)

bootstrap: $(BIN)/.deploy  ## once for each account and Region: the bucket and the roles that the CDK deploys with
	cdk bootstrap $(CDK_OPTIONS)

deploy: $(BIN)/.deploy  ## create or update the functions, then the pack, with your AWS credentials; asks before it widens permissions, then sees that it works
	cdk deploy --all $(CDK_OPTIONS)
	ai-config-rules status --acceptance --wait 20 $(if $(SETTINGS),--settings $(SETTINGS))

destroy: $(BIN)/.deploy  ## remove the pack, then the functions; asks first. Evaluations and logs go with them
	cdk destroy --all $(CDK_OPTIONS)

# make deploy SETTINGS=production.toml AWS_PROFILE=audit
CDK_OPTIONS = $(if $(SETTINGS),--context settings=$(SETTINGS))
# A machine in EC2 may deploy with its instance role.
bootstrap deploy destroy: export AWS_EC2_METADATA_DISABLED := false

bench: $(BIN)/.develop  ## speed and calls beside Prowler, cloudsplaining and iam-simulate, as ratios; takes twenty minutes
	$(BIN)/python -m benchmarks

scale: $(BIN)/.develop  ## every rule on an account of 10,000 roles, and how rules grow with it; takes half an hour
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python -m benchmarks.growth

oracle: $(BIN)/.develop  ## every decision on 20,000 generated principals and all AWS-managed policies beside iam-simulate
	$(BIN)/python -m tests.rules.permissions.oracle

site: $(BIN)/.develop  ## the documentation as a website, in build/site; needs no network to be read
	$(BIN)/python -m mkdocs build --quiet --strict

sbom: $(BIN)/.develop  ## the bill of materials of the functions' zip, in build/sbom.json
	$(BIN)/python -m cdk.sbom

audit: $(BIN)/.develop  ## known vulnerabilities of everything that is locked; asks PyPI and npm, so it needs a network
	$(BIN)/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r requirements/develop.txt -r requirements/uv.txt
	npm audit

faults: $(BIN)/.develop  ## every rule's every AWS call meets every fault; prints what went wrong, which is nothing; takes minutes
	$(BIN)/python -m tests.faults

mutants: $(BIN)/.develop  ## change rules/ in 1,500 small ways and see that the tests notice; an hour, or --all for a night
	$(BIN)/python -m tests.mutation

fuzz: $(BIN)/.develop  ## odd answers, events, parameters, policies and files for ten minutes; MINUTES=60 for longer
	$(BIN)/python -m tests.fuzz --minutes $(or $(MINUTES),10)

lock: $(BIN)/.uv  ## refresh requirements/*.txt from pyproject.toml
	$(UV_COMPILE) requirements/uv.in -o requirements/uv.txt
	$(UV_COMPILE) pyproject.toml -o requirements/lambda.txt
	$(UV_COMPILE) pyproject.toml --group terminal -o requirements/terminal.txt
	$(UV_COMPILE) pyproject.toml --group terminal --group deploy -o requirements/deploy.txt
	$(UV_COMPILE) pyproject.toml --group terminal --group deploy --group develop -o requirements/develop.txt
	for peer in check permissions; do $(UV_COMPILE) benchmarks/$$peer/requirements.in -o benchmarks/$$peer/requirements.txt; done

clean:
	rm -rf .venv node_modules cdk.out build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*

UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate
UV_INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes
NPM_CI := npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

$(BIN)/.uv: requirements/uv.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; name another one: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	touch $@

$(BIN)/.terminal: requirements/terminal.txt pyproject.toml | $(BIN)/.uv
	$(UV_INSTALL) -r requirements/terminal.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

$(BIN)/.deploy: requirements/deploy.txt package-lock.json | $(BIN)/.terminal
	$(UV_INSTALL) -r requirements/deploy.txt
	$(NPM_CI) --omit=dev
	touch $@

# Chromium and the oracle, 100 MB, are for tests only.
$(BIN)/.develop: requirements/develop.txt package-lock.json $(BIN)/.deploy
	$(UV_INSTALL) -r requirements/develop.txt
	$(NPM_CI)
	touch $@
