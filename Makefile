# karez: set up, plan, test. Needs make and Python 3.11 or newer, nothing else.
#
#   make demo          set up, plan the reference programme, show the report
#   make test          set up, run the whole test suite
#   make setup         set up alone: everything goes into .venv of this folder, once
#   make check         style, types and the floors of the house
#   make optical       tests that need GNPy, in a set-up of their own
#   make bench         time and memory of the reference plan and of the solvers
#   make docs          write the generated pages of docs/ again
#   make requirements  pin the dependencies again (needs uv)
#   make clean         remove .venv and everything built; runs stay
#
# PYTHON=/path/to/python3 chooses the interpreter of the set-up. CI=1 keeps the report from being opened.

SHELL = /bin/sh
PYTHON ?=
DEMO = examples/xinjiang
DEMO_RUN = runs/xinjiang
WORKERS = 2

# Without compiled modules every command starts seconds later.
unexport PYTHONDONTWRITEBYTECODE

BIN = .venv/bin
READY = .venv/.ready

.PHONY: help setup demo test check optical bench docs requirements clean

help:
	@sed -n 's/^#   //p' Makefile

setup: $(READY)

$(READY): requirements/dev.txt requirements/install.sh pyproject.toml
	@PYTHON="$(PYTHON)" sh requirements/install.sh
	@touch $(READY)

demo: $(READY)
	$(BIN)/karez plan $(DEMO) --out $(DEMO_RUN) --force
	@echo
	@echo "The results lie in $(CURDIR)/$(DEMO_RUN):"
	@echo "  report.html   the report with the map: opens in any browser, offline"
	@echo "  plan.gpkg     the map layers, with styles for QGIS"
	@echo "  boq.xlsx      the bill of quantities, with live formulas"
	@echo "  summary.json  the figures, for machines"
	@echo "Prove them again with: $(BIN)/karez verify $(DEMO_RUN)"
	@$(BIN)/python scripts/show_report.py "$(DEMO_RUN)/report.html"

test: $(READY)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# GNPy wants older pandas than the pinned one, so it gets an environment of its own, next to the first.
optical: $(READY)
	$(BIN)/python -m venv .venv-optical
	.venv-optical/bin/python -m pip install --quiet --no-compile -e '.[optical]' pytest hypothesis
	.venv-optical/bin/python -m pytest tests/designing/test_optics.py

bench: $(READY)
	$(BIN)/python -m benchmarks

docs: $(READY)
	$(BIN)/python docs/make_reference.py

requirements:
	uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	  --no-emit-index-url --no-header --extra starter --extra street --extra postgresql --extra radio pyproject.toml -o requirements/runtime.txt
	uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	  --no-emit-index-url --no-header --extra starter --extra street --extra postgresql --extra radio --group dev -c requirements/runtime.txt pyproject.toml \
	  -o requirements/dev.txt

clean:
	rm -rf .venv .venv-optical build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find src tests benchmarks docs examples -name __pycache__ -type d -prune -exec rm -rf {} +
