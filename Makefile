# Everything sets itself up from nothing: Python 3.11 with venv, and make.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Byte code is kept: without it every process compiles thousands of library modules anew.
export PYTHONDONTWRITEBYTECODE :=

MODELS := trials/reports/models/zh.npz
LEARNING := clause_weights.py clause_weights.yaml clauses.py copies.py cues.py cues.yaml evidence.py features.py fitting.py language.py matching.py normalising.py opinion_words.py opinion_words.yaml passages.py polarity.py regression.py topic_fitting.py topics.py topics.yaml training.py

.PHONY: demo test soak check bench docs lock clean

demo: $(READY) $(MODELS)
	$(BIN)/shike demo

test: $(READY) $(MODELS)
	$(BIN)/python -m pytest -n 2 --dist loadgroup

# Thirty days with kills and faults in them, against thirty without.
soak: $(READY) $(MODELS)
	$(BIN)/python -m pytest tests/soak/soak.py

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --quiet tests/test_dependencies.py

bench: $(READY)
	for benchmark in benchmarks/bench_*.py; do $(BIN)/python $$benchmark || exit 1; done
	$(if $(LARGE),$(BIN)/python benchmarks/bench_day.py --large)

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements/uv.txt
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

# What is derived from the code and read without it.
docs: $(READY)
	$(BIN)/python -m flows.example > shike.example.toml
	$(BIN)/shike tables --lang en > docs/tables.md
	$(BIN)/shike tables --lang zh > docs/tables.zh.md
	$(BIN)/python -m infra.aws.template

# The polarity models are trained from the corpora that the packages bring.
$(MODELS): $(READY) $(addprefix trials/reports/,$(LEARNING)) infra/sources/labelled_clauses.py infra/sources/labelled/en.tsv infra/sources/labelled/zh.tsv infra/sources/rated_sentences.py infra/sources/review_texts.py infra/sources/valences.py flows/build.py
	$(BIN)/python -m flows.build

lock:
	$(BIN)/uv pip compile --quiet --generate-hashes --python-version 3.11 pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --generate-hashes --python-version 3.11 --all-extras pyproject.toml -o requirements/dev.txt

clean:
	rm -rf $(VENV) demo-data demo-store
