# `make run` and `make test` do everything on a fresh machine; the rest is for those who change Chainrule.
PYTHON ?=
export PYTHON

.PHONY: run test check bench assets conformance libraries properties clean

run: .venv/ready
	@.ci/open

test: check
	@.venv/bin/python -m pytest -q

check: .venv/ready
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	PYTHONPATH=. .venv/bin/lint-imports

# All benchmarks, or one: make bench ONLY=recorder
bench: .venv/ready
	@.venv/bin/python -m tests.benchmarks.run $(if $(ONLY),--only $(ONLY))

# What is shipped beside the code: the recording of the starter, the pictures in the gallery, the catalogues of layers,
# losses, optimizers and schedules
assets: .venv/ready
	@.venv/bin/python -m gui.example_assets
	@.venv/bin/python -m engine.runtime.network.catalogue
	@.venv/bin/python -m engine.runtime.training.catalogue

# Every operator, layer and optimizer of torch's own test databases, and random programs, under the recorder: some ten
# minutes on two idle cores, or with fewer samples of each: make conformance SAMPLES=2
conformance: .venv/ready
	@.venv/bin/python -m tests.conformance.run $(SAMPLES)
	@CONFORMANCE=1 .venv/bin/python -m pytest -q --timeout 900 tests/conformance/test_running.py

# The tests by random examples, with other examples than `make test` tries (a failing one is printed: make it an @example)
properties: .venv/ready
	@CHAINRULE_EXAMPLES=new .venv/bin/python -m pytest -q -m hypothesis

# Models of transformers, timm, torch_geometric, skorch and lightning under the recorder (some minutes; installs 0.5 GB)
libraries: .venv/ready
	@.venv/bin/python -m tests.conformance.libraries.run

.venv/ready: pyproject.toml .ci/constraints.txt .ci/setup
	@.ci/setup

clean:
	rm -rf .venv build dist .import_linter_cache .mypy_cache .ruff_cache .pytest_cache .hypothesis chainrule.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
