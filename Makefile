# `make demo` shows the product, `make test` proves it. Both make .venv by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test quick coverage lint types bundle clean

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "gongshu needs Python 3.11 or newer; say `make PYTHON=python3.12 ...`")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt "setuptools>=80"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(STAMP)  ## the whole path on real data: validate, mend, publish, find, load
	$(BIN)/python demo/run.py

test: $(STAMP) lint types  ## everything: style, types, tests
	$(BIN)/python -m pytest -n auto --dist loadfile

quick: $(STAMP)  ## the part of the tests that fits in a minute: the meaning, the checks, the words, the house
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not slow" $(addprefix tests/,semantics checks keys identifiers messages receipt house)

coverage: $(STAMP)  ## which branches no test takes
	$(BIN)/python -m pytest -n auto --dist loadfile --cov --cov-report=term:skip-covered

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

bundle: $(STAMP)  ## offline folders for desks without a network; `make bundle PLATFORMS=windows-amd64` for one
	$(BIN)/python bundle/make.py $(PLATFORMS)

clean:
	rm -rf $(VENV) demo-out bench-out
