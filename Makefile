# Everything a person or CI starts: demo, test, check, bench. `make help` lists them.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
SUDO := $(shell test "$$(id -u)" = 0 || echo sudo)
APT := $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0

.PHONY: help demo test check bench train clean

help: ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: setup.cfg $(VENV)/bin/python
	@command -v exiftool >/dev/null && ldconfig -p | grep -q libexempi || { $(APT) update && $(APT) install -y --no-install-recommends libimage-exiftool-perl libexempi8; }
	$(BIN)/pip install -q -e .
	@touch $@

$(VENV)/.test: setup.cfg $(VENV)/.runtime
	@bash .ci/packages || { $(APT) update && $(APT) install -y --no-install-recommends $$(bash .ci/packages); }
	$(BIN)/pip install -q -e '.[test]'
	@touch $@

demo: $(VENV)/.runtime ## suggest crops for a few real photographs and draw them
	$(BIN)/pip install -q scikit-image
	$(BIN)/python -m cropperhead_plugin.demo

check: $(VENV)/.test ## lint, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	luacheck lua

test: check ## check, then run every test
	$(BIN)/python -m pytest -n auto

bench: $(VENV)/.test ## speed, as ratios
	$(BIN)/python bench/speed.py

clean: ## remove what was built
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
