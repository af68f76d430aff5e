# make demo    open the app on a blurry photo of a hand
# make test    style, layers and tests
# Both set up what they need first: system packages, .venv, pinned dependencies. See .ci/setup for its variables.

VENV ?= .venv
TEST_WORKERS ?= 2
TEST_ARGS ?=
READY = $(VENV)/.handviz-ready
BIN = $(VENV)/bin
export VENV

.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench wheel doctor lock clean distclean

help:
	@echo "make demo       open the app on a blurry photo of a hand"
	@echo "make test       check style and layers, then run the tests (TEST_ARGS='-k name' for some of them)"
	@echo "make bench      time the parts that have to be fast"
	@echo "make doctor     say what this machine offers and lacks"
	@echo "make lint       check style and layers alone;  make format  mend style"
	@echo "make wheel      build dist/handviz-*.whl, with weights and assets inside"
	@echo "make lock       write requirements.lock anew after a change in pyproject.toml"
	@echo "make clean      delete what builds and tests left;  make distclean  and the environment in $(VENV)"

$(READY): pyproject.toml requirements.lock .ci/setup .ci/system-packages
	@.ci/setup

demo: $(READY)
	@$(BIN)/handviz open assets/demo/wave.jpg

# One thread a worker: several workers with several threads each only wait for one another.
test: lint
	@QT_QPA_PLATFORM=offscreen OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n $(TEST_WORKERS) $(TEST_ARGS)

lint: $(READY)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "make format mends the style of: "; $(BIN)/ruff format --check .; exit 1; }
	@$(BIN)/lint-imports --no-logo --no-cache > $(VENV)/lint-imports.log || { cat $(VENV)/lint-imports.log; exit 1; }

format: $(READY)
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

# viewport_others.py is run by viewport_orbit.py, in an environment that holds the other viewers; seeing.py runs three more.
bench: $(READY)
	@for file in tests/benchmarks/*.py; do \
		case $$file in */viewport_others.py|*/viewport_orbit.py|*/app_stall.py|*/start_and_idle.py) continue;; esac; \
		echo "== $$file"; $(BIN)/python "$$file" || exit 1; \
	done

wheel: $(READY)
	@$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist/*.whl

doctor: $(READY)
	@$(BIN)/handviz doctor

lock: $(READY)
	@$(BIN)/python .ci/lock.py

clean:
	rm -rf dist build .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find handviz tests .ci -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean
	rm -rf $(VENV)
