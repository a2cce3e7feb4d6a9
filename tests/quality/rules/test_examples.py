"""The examples that rules are shown by: a row that keeps the rule, and one that breaks it."""

from datetime import date

import pytest

from quality.rules import ValidationOptions, rules_of
from quality.tables import INPUTS

AS_OF = date(2026, 3, 1)
# Their examples name rows that are delivered elsewhere, or several rows.
_OF_OTHERS = (".references", "key.unique")


def shown_rules():
    """Rules whose examples are values of one row and of nothing else."""
    for table in INPUTS.values():
        names = set(table.column_names)
        for rule in rules_of(table, tuple(INPUTS), ValidationOptions(), AS_OF):
            if rule.scope == "row" and not rule.rule_id.endswith(_OF_OTHERS):
                given = {*rule.passes, *rule.fails}
                # In a time, the day of an example stands for some hour of it.
                if given <= names and not given & {"awarded_at", "applied_at", "submitted_at"}:
                    yield rule


def written(example):
    return {name: "" if value is None else str(value) for name, value in example.items()}


@pytest.fixture(scope="module")
def examples():
    return [(rule, kind) for rule in shown_rules() for kind in ("passes", "fails")]


def test_an_example_that_passes_passes_and_one_that_fails_fails(
    examples, clean, ground, write_text, check, broken_rules, tmp_path
):
    land = ground(date(2026, 2, 14))
    rows = {name: [] for name in INPUTS}
    for rule, kind in examples:
        rows[rule.table].append((land.fresh(rule.table) | written(getattr(rule, kind)), rule, kind))
    for name in INPUTS:
        kept = [*clean[name], *land.beside[name]]
        write_text(tmp_path / f"{name}.csv", [row for row, _, _ in rows[name]] + kept)

    broken = broken_rules(check(tmp_path))

    assert len(examples) > 150
    for name, shown in rows.items():
        for number, (_, rule, kind) in enumerate(shown, 1):
            found = rule.rule_id in broken.get((name, f"{name}.csv", number), [])
            assert found is (kind == "fails"), (rule.name, kind)
