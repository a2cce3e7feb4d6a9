import pytest

from quality.measures.contract import USED_BY, contract_outcome
from quality.measures.nulls import Nulls
from quality.measures.profiles import Profile
from quality.rules.options import ValidationOptions
from quality.tables import INPUTS

OPTIONS = ValidationOptions()


def compared(table, column, *, null_share=0.0, before=0.0, stored="text", was_stored="text"):
    profile = Profile(
        table=table,
        column=INPUTS[table].column(column),
        nulls=Nulls(rows=100, nulls=int(100 * null_share)),
        shares=None,
        drift=None,
        compared_with=None,
        stored=stored,
    )
    past = {column: {"rows": 100, "null_share": before, "stored": was_stored}}
    return contract_outcome(table, [profile], past, OPTIONS)


@pytest.mark.parametrize(
    ("table", "column"), [(table, name) for table, held in USED_BY.items() for name in held]
)
def test_what_stages_use_is_declared_and_may_be_absent(table, column):
    assert INPUTS[table].column(column).optional


def test_a_dropped_column_is_breaking_for_the_stages_that_use_it():
    outcome = compared("items", "brand", null_share=1.0)

    assert (outcome.verdict, outcome.column, outcome.failed) == ("warn", "brand", 1)
    assert outcome.found.en.startswith("brand is empty or gone: breaking for recommend, review.")
    assert outcome.found.zh.startswith("brand 为空或已消失（影响 recommend、review）。")


def test_a_dropped_column_that_nobody_uses_is_told_and_breaks_nothing():
    outcome = compared("items", "currency", null_share=1.0)

    assert (outcome.verdict, outcome.failed) == ("pass", 0)
    assert outcome.found.en == "currency is empty or gone. Nothing relies on what changed."


def test_a_new_column_breaks_nothing():
    outcome = compared("items", "brand", before=1.0)

    assert (outcome.verdict, outcome.found.en[:12]) == ("pass", "brand is new")


def test_ids_that_become_numbers_break_every_stage():
    outcome = compared("items", "item_id", stored="whole numbers")

    assert outcome.verdict == "warn"
    assert "item_id is stored as whole numbers, before as text: breaking for every stage" in (
        outcome.found.en
    )


def test_a_price_that_becomes_a_number_breaks_nothing():
    outcome = compared("items", "list_price", stored="numbers")

    assert (outcome.verdict, outcome.failed) == ("pass", 0)


def test_columns_as_before_have_nothing_to_tell():
    outcome = compared("items", "brand")

    assert (outcome.verdict, outcome.checked, outcome.found) == ("pass", 1, None)


def test_a_run_of_an_older_version_that_did_not_know_types_is_compared_without_them():
    assert compared("items", "item_id", was_stored=None).found is None
