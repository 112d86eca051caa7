# One command a job. A fresh machine needs Python 3.11 or later with venv, and make; nothing else.
# `make test PYTHON=python3.13` takes another interpreter and keeps an environment of its own for it.

DEFAULT_PYTHON := python3
PYTHON ?= $(DEFAULT_PYTHON)
stop = { echo '$(1)' >&2; exit 1; }
minor = $(shell $(1) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)

# .venv belongs to the default interpreter's version; only another one costs the two look-ups.
ifneq ($(PYTHON),$(DEFAULT_PYTHON))
  MINOR := $(call minor,$(PYTHON))
  ifneq ($(MINOR),$(call minor,$(DEFAULT_PYTHON)))
    SUFFIX := -$(or $(MINOR),missing)
  endif
endif
VENV := .venv$(SUFFIX)
BIN := $(VENV)/bin
# The demo needs a third of the packages, so it does not wait for the rest; an environment that is there will do.
DEMO := $(if $(wildcard $(VENV)/.stamp),$(VENV),.venv-demo$(SUFFIX))

PROJECTS := pyproject.toml schemas/pyproject.toml hookspecs/pyproject.toml demo/pyproject.toml
LOCKED := -qq --disable-pip-version-check --no-deps --require-hashes --only-binary :all:
LOCAL := -qq --disable-pip-version-check --no-deps --no-index --no-build-isolation -e ./schemas -e ./hookspecs -e . -e ./demo
COMPILE := pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-emit-find-links --no-header --no-annotate --no-emit-package mobility-schemas --no-emit-package mobility-hookspecs \
  --no-emit-package carloop-plugin --no-emit-package carloop-demo

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: .venv demo test times check bench proof soak planted mutants lock docs screenshots cassettes clean help

help: ## this list
	@echo 'make TARGET [PYTHON=python3.13] [ARGS="…"]'; echo
	@sed -n 's/^\([a-z.]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r target line; do \
	  printf '  %-11s %s\n' "$$target" "$$line"; done

demo: $(DEMO)/.stamp ## a workshop planner and a Carloop, connected, to try in the browser, until Ctrl-C
	@exec $(DEMO)/bin/carloop demo $(ARGS)

.venv: $(VENV)/.stamp ## the environment alone, everything pinned in requirements.lock

test: $(VENV)/.stamp ## the tests, two at a time, then those in a browser; ARGS="tests/store -x" for less
	@$(if $(ARGS),$(BIN)/python -m pytest $(ARGS), \
	  $(BIN)/python -m pytest -n 2 --dist worksteal --ignore tests/browser; result=$$?; \
	  $(BIN)/python -m pytest tests/browser && exit $$result)

times: $(VENV)/.stamp ## run the tests, and write the seconds of each folder to tests/README.md
	@$(BIN)/python -m tests.support.times

check: $(VENV)/.stamp ## style, types, import order; what is generated or locked has not drifted, no released contract is broken
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python schemas/generate_documents.py --check
	@$(BIN)/python schemas/generate_bundles.py --check
	@$(BIN)/python schemas/compare_releases.py
	@$(BIN)/python docs/generate_reference.py --check
	@$(BIN)/python .ci/lock_drift.py

bench: $(VENV)/.stamp ## the speed table, written to benchmarks/results.json
	@$(BIN)/python -m benchmarks $(ARGS)

proof: $(VENV)/.stamp ## one long proof, NAME=crash ARGS="--rounds 50"; without a name a short version of each
	@$(BIN)/python -m $(if $(NAME),proofs.$(NAME),proofs --short) $(ARGS)

soak: $(VENV)/.stamp ## every proof at its full length, for hours, each written to docs/evidence
	@$(BIN)/python -m proofs --long

planted: $(VENV)/.stamp ## plant bugs one at a time, and see that the tests notice; ARGS=key-per-attempt for one
	@$(BIN)/python -m proofs.planted $(or $(ARGS),--report docs/evidence/planted.md)

mutants: $(VENV)/.stamp ## change the decision modules a thousandfold (mutmut), for an hour; ARGS="carloop_plugin.domain.judgement*" for a part
	@nice $(BIN)/python -m proofs.mutants $(or $(ARGS),--report docs/evidence/mutants.md)

docs: $(VENV)/.stamp ## write the generated parts of docs/reference anew, then check every page and link
	@$(BIN)/python docs/generate_reference.py
	@$(BIN)/python -m pytest --quiet tests/docs

screenshots: $(VENV)/.stamp ## photograph every page, to build/screenshots; the README's to docs/screenshots
	@$(BIN)/python docs/screenshots.py $(ARGS)

cassettes: $(VENV)/.stamp ## record the answers of a fresh sandbox anew
	@$(BIN)/python -m tests.cassettes.record $(ARGS)

lock: $(VENV)/.stamp ## resolve the pinned packages anew; ARGS=--upgrade for the newest
	$(BIN)/uv $(COMPILE) $(ARGS) --all-extras --group dev $(PROJECTS) -o requirements.lock
	$(BIN)/uv $(COMPILE) $(ARGS) --group pyproject.toml:build -c requirements.lock demo/pyproject.toml -o requirements-demo.lock

clean: ## remove every environment, cache and build
	rm -rf .venv* dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An editable package cannot stand in a list with hashes: what is locked comes first, the four distributions of this folder second.
%/.stamp: %/.lock-stamp $(PROJECTS)
	@$*/bin/python -m pip install $(LOCAL)
	@$*/bin/python -m pip check -qq --disable-pip-version-check
	@touch $@

# An environment whose interpreter is gone, as after an upgrade of the system, is made anew too.
gone = $(if $(realpath $(1)/bin/python),,gone)
gone:
$(VENV)/.lock-stamp: requirements.lock $(call gone,$(VENV))
.venv-demo$(SUFFIX)/.lock-stamp: requirements-demo.lock $(call gone,.venv-demo$(SUFFIX))

%/.lock-stamp:
	@$(PYTHON) -c '' 2>/dev/null || $(call stop,$(PYTHON) does not run: install Python 3.11 or later or name one with PYTHON=/path/to/python3.)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || $(call stop,$(PYTHON) is older than 3.11: name a newer one with PYTHON=/path/to/python3.)
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || $(call stop,$(PYTHON) has no venv: install it (on Debian: apt-get install python3-venv).)
	@echo 'Installing the packages of $< into $* …'
	@$(PYTHON) -m venv --clear $*
	@$*/bin/python -m pip install $(LOCKED) -r $<
	@touch $@

# The stamps are kept: make would remove them as intermediate files of a chain of patterns.
.PRECIOUS: %/.stamp %/.lock-stamp
