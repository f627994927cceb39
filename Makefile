# Needs nothing but Python 3.11 or newer and make: each target makes the virtual environment it wants.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
FLAGSHIP := labs-nord-ouest-2021
DATASET := outputs/$(FLAGSHIP)

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench clean

help:  ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' Makefile

demo: $(VENV)/installed  ## make the flagship dataset, 491,840 rows, in outputs/
	@$(BIN)/simbreach generate $(FLAGSHIP)
	@echo
	@$(BIN)/simbreach peek $(FLAGSHIP) patients --rows 200000:200006 \
	  --columns PAT_CIV,PAT_NOM,PAT_PRENOM,PAT_DATNAIS,PAT_NIR,PAT_PORT,PAT_VILLE,DOS_DATPREL
	@printf '%s\n' '' \
	  'All of it is invented, and no identifier in it can be a real person'"'"'s.' '' \
	  '$(DATASET)/' \
	  '  tables/patients/   what the thief'"'"'s file shows, as Parquet' \
	  '  dataset.duckdb     the same as a database' \
	  '  truth/             who each row is, what each column means, what was wrong with each cell' \
	  '  manifest.json      files, rows and digests' '' \
	  'Next:' \
	  '  $(BIN)/simbreach verify $(DATASET)' \
	  '  $(BIN)/simbreach peek $(FLAGSHIP) patients --rows 1000000:1000003 --of 5000000' \
	  '  $(BIN)/simbreach generate labs-demo --seed 7'

test: $(VENV)/installed-dev  ## run the tests
	@$(BIN)/python -m pytest --quiet --numprocesses auto

lint: $(VENV)/installed-dev  ## ruff, mypy in strict mode, the layers of the packages
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/installed-dev  ## measure against peers on this machine and write docs/benchmarks.md
	@$(PIP) install --editable '.[bench]'
	@$(BIN)/python benchmarks/run.py

clean:  ## remove the virtual environment, caches and the datasets in outputs/
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find outputs -mindepth 1 -not -name README.md -delete

# A stamp is as new as what it was installed from: a changed pyproject.toml installs again.
$(VENV)/installed: $(VENV)/pyvenv.cfg pyproject.toml
	@echo "installing simbreach into $(VENV)" >&2
	@$(PIP) install --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/pyvenv.cfg pyproject.toml
	@echo "installing simbreach and what its tests need into $(VENV)" >&2
	@$(PIP) install --editable '.[dev]'
	@touch $@ $(VENV)/installed

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "simbreach needs Python 3.11 or newer; try: make PYTHON=python3.13")'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "the venv module of $(PYTHON) is missing (Debian: python3-venv)" >&2; exit 1; }
