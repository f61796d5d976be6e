# `make help` lists the targets.
.DEFAULT_GOAL := help
.PHONY: help setup up status logs down demo test chart chart-files gitops terraform settings images kind kind-down lint format openapi messages lock screenshots clean
PYTHON := .venv/bin/python
ARGS ?=

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: ## make .venv, fetch the storefront's libraries, compile translations
	@./scripts/setup

up: setup ## run everything (PORT=8000; ARGS=--no-demo for an empty shop)
	@exec $(PYTHON) manage.py up $(ARGS)

status: ## show what runs, and how it is (ARGS=--json)
	@$(PYTHON) manage.py status $(ARGS)

logs: ## follow the logs (SERVICE=catalog for one)
	@$(PYTHON) manage.py logs $(SERVICE) $(ARGS)

down: ## stop the running stack
	@$(PYTHON) manage.py down

demo: setup ## load the demo into the running stack
	@$(PYTHON) manage.py demo

test: ## run every test (ARGS="catalog -k search" for a part)
	@./scripts/setup tests
	@$(PYTHON) manage.py test $(ARGS)

chart: setup ## check the Helm chart (a part of `make test`)
	@$(PYTHON) manage.py test chart $(ARGS)

chart-files: setup ## write the chart's schemas, its README's table and the golden renders again
	@$(PYTHON) -m devtools.checks.chart_schema
	@$(PYTHON) -m devtools.checks.chart_readme
	@$(PYTHON) -m tests.chart.golden

gitops: setup ## check what Argo CD makes of the manifests (a part of `make test`)
	@$(PYTHON) manage.py test gitops $(ARGS)

terraform: setup ## check what makes the cloud (a part of `make test`)
	@$(PYTHON) manage.py test terraform $(ARGS)

settings: setup ## write infra/settings.yaml wherever it is needed
	@$(PYTHON) -m devtools.release.settings write

images: setup ## build the services' container images (ARGS=catalog for one)
	@$(PYTHON) manage.py images $(ARGS)

kind: setup ## run the shop on a Kubernetes cluster on this machine (ARGS=--published=1.2.3, --no-demo, --customers=2)
	@$(PYTHON) manage.py kind $(ARGS)

kind-down: setup ## remove that cluster
	@$(PYTHON) manage.py kind-down

lint: setup ## run every check
	@$(PYTHON) manage.py lint

format: setup ## format the code and apply safe fixes
	@.venv/bin/ruff check --fix --quiet . || true
	@.venv/bin/ruff format .

openapi: setup ## write apps/<service>/openapi.yaml again
	@$(PYTHON) -m devtools.checks.openapi

messages: setup ## bring the translations' .po files up to date with the code and compile them
	@$(PYTHON) -m devtools.checks.messages extract
	@$(PYTHON) -m devtools.checks.messages compile

lock: setup ## lock requirements/*.in with hashes
	@$(PYTHON) -m devtools.checks.lint lock

screenshots: setup ## take the pictures of the README from the running stack
	@$(PYTHON) -m devtools.checks.screenshots

clean: ## remove the stack's state (databases, films, logs)
	@if [ -x $(PYTHON) ]; then for port in 8000 $$(ls var 2>/dev/null | sed -n 's/^port-//p'); do \
	  STREAMCART_VAR= PORT=$$port $(PYTHON) manage.py down || exit 1; done; fi
	@rm -rf var
