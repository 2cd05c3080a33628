# Everything a person or CI starts; `make help` lists it.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
RUNTIME_PACKAGES := libimage-exiftool-perl libexempi8
TEST_PACKAGES := $(RUNTIME_PACKAGES) darktable rawtherapee xvfb openbox dbus-x11 dbus lua5.4 lua-check \
  libvips-tools imagemagick chromium xdotool locales gettext systemd libglib2.0-bin
SUDO := $(shell test "$$(id -u)" = 0 || echo sudo)
APT := $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0

# Installs those of the named Debian packages that this machine lacks.
define debian
missing=$$(for name in $(1); do dpkg -s $$name >/dev/null 2>&1 || echo $$name; done); \
test -z "$$missing" || { $(APT) update && $(APT) install -y --no-install-recommends $$missing; }
endef

.PHONY: help demo check test bench clean

help: ## list what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(BIN)/python:
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { $(call debian,python3-venv); }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: setup.cfg $(BIN)/python
	@$(call debian,$(RUNTIME_PACKAGES))
	$(BIN)/pip install -q -e .
	@touch $@

$(VENV)/.test: setup.cfg $(VENV)/.runtime
	@$(call debian,$(TEST_PACKAGES))
	$(BIN)/pip install -q -e '.[test]'
	@touch $@

demo: $(VENV)/.runtime ## suggest crops for a few real photographs, write their sidecars, draw before and after
	$(BIN)/pip install -q scikit-image
	$(BIN)/python -m cropperhead_plugin.demo

check: $(VENV)/.test ## lint, format, types, layers, Lua
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	luacheck lua

test: check ## check, then run every test with the real programs
	$(BIN)/python -m pytest -n 2 --dist loadgroup

bench: $(VENV)/.test ## speed, as ratios from one run
	$(BIN)/python bench/speed.py

clean: ## remove what was built
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
