# Everything a person runs. GNU Make 3.81 is enough. Options pass through: make run ARGS="--port 8123 --no-browser"

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do command -v $$name && break; done)
# Tools keep settings and caches in HOME; where there is none that can be written, as in some CI, they get one in build/.
export HOME := $(shell if [ -d "$$HOME" ] && [ -w "$$HOME" ]; then echo "$$HOME"; else mkdir -p build/home && echo "$$PWD/build/home"; fi)
export npm_config_cache ?= $(CURDIR)/.venv/npm
# Tests and benchmarks start hundreds of processes; where Python may not keep what it compiled, each compiles all anew.
unexport PYTHONDONTWRITEBYTECODE
NO_PYTHON = $(error Python 3.11 or newer is needed, and none was found: install python3)
SET_UP = $(if $(PYTHON),"$(PYTHON)",$(NO_PYTHON)) -B -m scripts.bootstrap
IN = .venv/bin/python
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test lint format types bench pretrained golden screenshots clean

help:  ## show this list
	@sed -n 's/^\([a-z]*\):  ## /\1 /p' Makefile | while read -r target text; do printf '  make %-12s %s\n' "$$target" "$$text"; done

run:  ## set up, serve on 127.0.0.1:8000 and open the page
	@$(SET_UP) formats
	@exec $(IN) -m gatescope.server $(ARGS)

test:  ## set up and run all tests, the browser ones in a real Chromium included
	@$(SET_UP) formats test
	@$(IN) -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

lint:  ## check style with Ruff
	@$(SET_UP) dev test
	@$(IN) -m ruff check
	@$(IN) -m ruff format --check

format:  ## let Ruff lay out the Python and mend what it can
	@$(SET_UP) dev test
	@$(IN) -m ruff format
	@$(IN) -m ruff check --fix

types:  ## check types, of Python with mypy and of JavaScript with the TypeScript compiler
	@$(SET_UP) dev formats test
	@$(IN) -m mypy
	@$(IN) -m scripts.typescript

bench:  ## measure speed and write a table and JSON
	@$(SET_UP) bench formats test
	@$(IN) -m benchmarks $(ARGS)

pretrained:  ## train the bundled networks again
	@$(SET_UP) train
	@$(IN) -m gatescope.core.pretrained $(ARGS)

golden:  ## write the golden files of the tests again, with PyTorch, Keras, ONNX and Flax
	@$(SET_UP) golden
	@$(IN) -m tests.golden $(ARGS)

screenshots:  ## take the pictures of the README
	@$(SET_UP) test
	@$(IN) -m scripts.screenshots $(ARGS)

clean:  ## remove what these commands made, .venv included
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
