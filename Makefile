# Everything a developer or a first visitor runs. Needs make and Python 3.11 or newer.

PYTHON ?= python3
PORT ?= 8000
TESTS ?= -n 2 --dist worksteal
VENV := .venv
PY := $(VENV)/bin/python

# Compiled modules are kept, whatever the surroundings say: each process of the tests would compile
# and rewrite all of them anew, which takes it longer than to collect the tests.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test test-all quick lint pictures walk weigh bench lock translations audit sbom release proof
.DELETE_ON_ERROR:

help: ## list these targets
	@echo "make <target>, with PYTHON=… for another interpreter than $(PYTHON)"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# -------------------------------------------------------------------------- the environment

$(PY):
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here; this needs Python 3.11" \
	  "or newer. Name yours, for example: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "This needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
	  "Name a newer one, for example: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@rm -rf $(VENV)
	@if $(PYTHON) -m ensurepip --version >/dev/null 2>&1; then $(PYTHON) -m venv $(VENV); \
	elif $(PYTHON) -m pip --version >/dev/null 2>&1; then $(PYTHON) -m venv --without-pip $(VENV); \
	else echo "$(PYTHON) can neither make a virtual environment nor install packages." \
	  "On Debian or Ubuntu, as root: apt install python3-venv (or python3-pip)"; exit 1; fi

# Packages are installed when a lock is newer than its stamp. Where the environment has no pip of
# its own (no ensurepip), the interpreter's installs into it.
define install
@echo "Installing $(1) into $(VENV)"
@if $(PY) -m pip --version >/dev/null 2>&1; then pip="$(PY) -m pip"; \
else pip="$(PYTHON) -m pip --python $(PY)"; fi; \
$$pip install --quiet --disable-pip-version-check --require-hashes --requirement $(1)
@touch $@
endef

$(VENV)/run.stamp: requirements.lock | $(PY)
	$(call install,requirements.lock)

$(VENV)/dev.stamp: requirements-dev.lock | $(PY)
	$(call install,requirements-dev.lock)

# ------------------------------------------------------------------------------- a trial

# A key of this copy's own, never one that is published.
$(VENV)/trial-key: | $(PY)
	@umask 077; $(PY) -c 'import secrets; print(secrets.token_urlsafe(50))' >$@

TRIAL = TRIAL=1 SECRET_KEY="$$(cat $(VENV)/trial-key)" \
	ALLOWED_HOSTS="$${ALLOWED_HOSTS:-127.0.0.1,localhost}"

run: $(VENV)/run.stamp $(VENV)/trial-key ## try it at http://127.0.0.1:8000 with sample data (PORT=, DATABASE_URL=)
	@$(TRIAL) $(PY) manage.py bootstrap --sample
	@echo "Open http://127.0.0.1:$(PORT)/ and stop with Ctrl-C."
	@$(TRIAL) exec $(PY) manage.py runserver 127.0.0.1:$(PORT)

# ------------------------------------------------------------------------------- checks

test: $(VENV)/dev.stamp ## all tests, on SQLite or DATABASE_URL=postgres://… (ARGS= for pytest)
	@$(PY) -m pytest $(TESTS) $(ARGS)

test-all: $(VENV)/dev.stamp ## the same with every sweep whole: each odd value, each format, each size
	@SWEEP=whole $(PY) -m pytest $(TESTS) $(ARGS)

# The pure rules, the house itself, and one request for every page.
QUICK = tests/house/test_architecture.py tests/house/test_templates.py tests/overview/test_smoke.py \
	tests/kpis/test_calc.py tests/kpis/test_irregular_years.py tests/kpis/test_entry_rules.py \
	tests/kpis/test_score.py tests/kpis/test_trend_and_rollup.py tests/budgets/test_budget_calc.py \
	tests/integrity/test_ita_calc.py tests/integrity/test_quarters.py \
	tests/integrity/test_self_assessment_rules.py tests/strategy/test_fiscal.py tests/strategy/test_thai.py \
	tests/strategy/test_geometry.py tests/strategy/test_geometry_ita.py \
	tests/strategy/test_geometry_money.py

quick: $(VENV)/dev.stamp ## what takes half a minute: rules, architecture, a request for every page
	@$(PY) -m pytest -q $(TESTS) $(QUICK) $(ARGS)

# As in production, without a database of its own.
PRODUCTION = env -u DEBUG -u TRIAL -u SECURE_SSL_REDIRECT DATABASE_URL=sqlite://:memory: \
	ALLOWED_HOSTS=plan.example.org SECRET_KEY="$$(cat $(VENV)/trial-key)"

lint: $(VENV)/dev.stamp $(VENV)/trial-key ## style, types, migrations, settings, translations
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PRODUCTION) $(PY) -m mypy
	@$(PY) -c "from importlinter.cli import lint_imports_command as run; run()"
	@$(VENV)/bin/djlint templates --lint --quiet
	@$(PRODUCTION) $(PY) manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(PY) manage.py collectstatic --no-input --verbosity 0
	@$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING
	@$(PY) -m tests.support.translations

translations: $(VENV)/dev.stamp ## bring locale/ up to date with the code, and compile it
	@$(PY) -m tests.support.translations --update

pictures: $(VENV)/dev.stamp ## the manual's pictures anew, from a trial of its own (needs Chromium, LibreOffice)
	@$(PY) -m tests.support.pictures $(ARGS)

walk: $(VENV)/dev.stamp ## a browser on every page and screen: access, content policy, overflow (ARGS="--as=planner")
	@$(PY) -m tests.support.walk $(ARGS)

weigh: $(VENV)/dev.stamp ## how high, heavy and quick each page is, into docs/pages.md (needs Chromium)
	@$(PY) -m tests.support.weighing $(ARGS)

bench: $(VENV)/dev.stamp $(VENV)/trial-key ## measure speed
	@$(TRIAL) $(PY) -m benchmarks $(ARGS)

proof: $(VENV)/dev.stamp ## break things on purpose and report, by rows of docs/trust.md: dist/proof.md (ARGS=)
	@$(PY) -m proof $(ARGS)

audit: $(VENV)/dev.stamp ## known holes in the packages of the lock; says so where they cannot be looked up
	@$(PY) -m tests.support.audit

sbom: $(VENV)/dev.stamp ## the list of parts as CycloneDX: sbom.cdx.json
	@$(PY) -m cyclonedx_py requirements --pyproject pyproject.toml --output-reproducible \
	  --output-format JSON --output-file sbom.cdx.json requirements.lock
	@echo "sbom.cdx.json lists what requirements.lock brings."

release: $(VENV)/dev.stamp ## cut a release from a clean main: make release VERSION=0.3.0
	@$(PY) -m tests.support.release "$(VERSION)"

COMPILE = uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --custom-compile-command "make lock" $(ARGS) pyproject.toml

lock: ## write both locks anew from pyproject.toml (needs uv; ARGS=--upgrade for newer versions)
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv"; exit 1; }
	@$(COMPILE) --output-file requirements.lock
	@$(COMPILE) --extra dev --constraints requirements.lock --output-file requirements-dev.lock
