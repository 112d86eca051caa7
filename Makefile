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

PROJECTS := pyproject.toml schemas/pyproject.toml hookspecs/pyproject.toml
LOCKED := -qq --disable-pip-version-check --no-deps --require-hashes --only-binary :all:
LOCAL := -qq --disable-pip-version-check --no-deps --no-index --no-build-isolation -e ./schemas -e ./hookspecs -e .
COMPILE := pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-emit-find-links --no-header --no-annotate --no-emit-package mobility-schemas --no-emit-package mobility-hookspecs

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: .venv demo test check bench bad crash deadlines faults forks outage hostile races model planted mutants soak lock docs screenshots cassettes clean help

help: ## this list
	@echo 'make TARGET [PYTHON=python3.13] [ARGS="…"]'; echo
	@sed -n 's/^\([a-z.]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r target line; do \
	  printf '  %-11s %s\n' "$$target" "$$line"; done

demo: $(DEMO)/.stamp ## a workshop planner and a Carloop, connected, to try in the browser, until Ctrl-C
	@exec $(DEMO)/bin/carloop demo $(ARGS)

.venv: $(VENV)/.stamp ## the environment alone, everything pinned in requirements.lock

test: $(VENV)/.stamp ## the whole test suite; ARGS="tests/store -x" for less
	@$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.stamp ## style, types, import order, and that nothing generated or locked has drifted
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python schemas/generate_documents.py --check
	@$(BIN)/python docs/generate_reference.py --check
	@$(BIN)/python .ci/lock_drift.py

bench: $(VENV)/.stamp ## the speed table, written to benchmarks/results.json
	@$(BIN)/python -m benchmarks $(ARGS)

races: $(VENV)/.stamp ## planner servers race for the same cars and are killed; ARGS="--store postgres --attempts 1000"
	@$(BIN)/python tests/races/harness.py $(ARGS)

forks: $(VENV)/.stamp ## planner servers fork while they book, on both databases; ARGS="--rounds 10 --store sqlite" for less
	@$(BIN)/python tests/forks/harness.py --report docs/evidence/forks.md $(ARGS)

crash: $(VENV)/.stamp ## kill the plugin, Carloop and recovery at every step: make crash ROUNDS=50
	@$(BIN)/python tests/crash/harness.py --rounds $(or $(ROUNDS),50) $(ARGS)

soak: $(VENV)/.stamp ## every long proof, one after the other, each written to docs/evidence
	@$(BIN)/python tests/crash/harness.py --rounds 10000 --report docs/evidence/crash.md
	@$(BIN)/python tests/crash/erasing.py --rounds 1000
	@$(BIN)/python tests/model/soak.py --runs 2000 --report docs/evidence/model.md
	@$(BIN)/python tests/races/harness.py --store sqlite --processes 8 --attempts 1000 --vehicles 50 --report docs/evidence/races-sqlite.md
	@$(BIN)/python tests/races/harness.py --store postgres --processes 8 --attempts 1000 --vehicles 50 --report docs/evidence/races-postgres.md
	@$(BIN)/python tests/forks/harness.py --report docs/evidence/forks.md
	@$(BIN)/python tests/faults/matrix.py --report docs/evidence/faults.md
	@$(BIN)/python tests/faults/hostile.py --report docs/evidence/hostile-answers.md
	@$(BIN)/python tests/faults/bad_documents.py --report docs/evidence/bad-documents.md
	@$(BIN)/python tests/faults/deadlines.py --report docs/evidence/deadlines.md
	@$(BIN)/python tests/faults/outage.py --minutes 5 --report docs/evidence/outage.md

faults: $(VENV)/.stamp ## every fault in every operation, written to docs/evidence/faults.md; ARGS="--seeds 1" for less
	@$(BIN)/python tests/faults/matrix.py --report docs/evidence/faults.md $(ARGS)

outage: $(VENV)/.stamp ## Carloop away for five minutes under load; ARGS="--minutes 1" for less, "--report FILE" keeps the figures
	@$(BIN)/python tests/faults/outage.py $(ARGS)

model: $(VENV)/.stamp ## tell many stories of two planners, crashes, faults and clocks: make model RUNS=2000
	@$(BIN)/python tests/model/soak.py --runs $(or $(RUNS),2000) --report docs/evidence/model.md $(ARGS)

planted: $(VENV)/.stamp ## plant bugs one at a time, and see that the tests notice: make planted ARGS=key-per-attempt
	@$(BIN)/python tests/mutants/planted.py $(ARGS)

hostile: $(VENV)/.stamp ## what hostile answers cost, and where the token goes; written to docs/evidence
	@$(BIN)/python tests/faults/hostile.py --report docs/evidence/hostile-answers.md $(ARGS)

bad: $(VENV)/.stamp ## bad documents into every hook, on both databases, written to docs/evidence; ARGS="--seed 2" for others
	@$(BIN)/python tests/faults/bad_documents.py --report docs/evidence/bad-documents.md $(ARGS)

deadlines: $(VENV)/.stamp ## how long after its deadline a call ends, written to docs/evidence; ARGS="--tries 5" for less
	@$(BIN)/python tests/faults/deadlines.py --report docs/evidence/deadlines.md $(ARGS)

mutants: $(VENV)/.stamp ## change the decision modules a thousandfold (mutmut); the score goes to docs/evidence/mutants.md
	@PATH="$(CURDIR)/$(BIN):$$PATH" nice $(BIN)/python -m mutmut run --max-children 2 $(ARGS)
	@$(BIN)/python tests/mutants/score.py $(if $(ARGS),,--report docs/evidence/mutants.md)

docs: $(VENV)/.stamp ## write the generated parts of docs/reference anew, then check every page and link
	@$(BIN)/python docs/generate_reference.py
	@$(BIN)/python -m pytest --quiet tests/docs

screenshots: $(VENV)/.stamp ## photograph every page, to build/screenshots; the README's to docs/screenshots
	@$(BIN)/python docs/screenshots.py $(ARGS)

cassettes: $(VENV)/.stamp ## record the answers of a fresh sandbox anew
	@$(BIN)/python tests/cassettes/record.py $(ARGS)

lock: $(VENV)/.stamp ## resolve the pinned packages anew; ARGS=--upgrade for the newest
	$(BIN)/uv $(COMPILE) $(ARGS) --all-extras --group dev $(PROJECTS) -o requirements.lock
	$(BIN)/uv $(COMPILE) $(ARGS) --extra demo --group build -c requirements.lock $(PROJECTS) -o requirements-demo.lock

clean: ## remove every environment, cache and build
	rm -rf .venv* dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An editable package cannot stand in a list with hashes: what is locked comes first, the three packages of this folder second.
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
