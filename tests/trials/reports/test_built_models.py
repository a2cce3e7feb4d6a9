"""The models that make builds are never older than what they were made by."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[3]
REPORTS = ROOT / "trials" / "reports"


def learning():
    """What the Makefile names as that by which models learn, and what it builds them with."""
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    (named,) = (line for line in lines if line.startswith("LEARNING :="))
    (rule,) = (line for line in lines if line.startswith("$(MODELS):"))
    return set(named.removeprefix("LEARNING :=").split()), set(rule.split())


def imported(module):
    tree = ast.parse((REPORTS / f"{module}.py").read_text(encoding="utf-8"))
    names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[2] for name in names if name.startswith("trials.reports.")}


def test_models_are_built_anew_when_anything_they_learn_by_changes():
    needed, found = {"training"}, set()
    while needed:
        module = needed.pop()
        found.add(module)
        needed |= imported(module) - found
    named, rule = learning()

    data = {f"{module}.yaml" for module in found if (REPORTS / f"{module}.yaml").exists()}
    assert {f"{module}.py" for module in found} | data == named
    sources = ("labelled_clauses", "rated_sentences", "review_texts", "valences")
    assert {"flows/build.py", *(f"infra/sources/{module}.py" for module in sources)} <= rule
    assert {f"infra/sources/labelled/{language}.tsv" for language in ("zh", "en")} <= rule
