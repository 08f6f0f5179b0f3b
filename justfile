# Recipes for daily work: `just` lists them, `just test` runs one. The commands are those of README.md and .ci/run.

# Where the environment keeps its programs: .venv/bin, on Windows .venv/Scripts.
bin := if os_family() == "windows" { ".venv/Scripts" } else { ".venv/bin" }
python := if os_family() == "windows" { "py" } else { "python3" }

_list:
    @just --list

# Create the environment and install gridmerge with its development tools.
setup:
    {{python}} -m venv .venv
    {{bin}}/pip install --quiet -e ".[dev]"

# The same with the exact versions of requirements-dev.lock.
setup-locked:
    {{python}} -m venv .venv
    {{bin}}/pip install --quiet --constraint requirements-dev.lock -e ".[dev]"

# Run all tests on two cores, or those named: `just test tests/test_findings.py`.
test *paths:
    {{bin}}/pytest -n 2 {{paths}}

# Check style and format.
lint:
    {{bin}}/ruff check .
    {{bin}}/ruff format --check .

# Check types and import contracts.
types:
    {{bin}}/mypy
    {{bin}}/lint-imports

# Build the manual into build/site; a broken link stops it.
docs:
    {{bin}}/pip install --quiet -e ".[docs]"
    {{bin}}/mkdocs build --strict --quiet

# Time a part against other ways to do it: `just bench overlay`; the names are those of the modules in benchmarks/.
bench name *options:
    {{bin}}/python -m benchmarks.{{name}} {{options}}

# Build the sample town and verify the result.
sample:
    {{bin}}/gridmerge build sample_layers
    {{bin}}/gridmerge verify sample_layers/out

# Renew requirements-dev.lock from the newest versions that pyproject.toml allows.
lock:
    {{bin}}/python .ci/lock.py

# Everything CI runs.
ci:
    .ci/run
