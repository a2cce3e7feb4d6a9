import pytest

from quality.measures.totals import row_count_outcomes
from quality.rules.options import ValidationOptions

OPTIONS = ValidationOptions()


def row_count(rows, *earlier):
    (outcome,) = row_count_outcomes({"items": rows}, [{"items": n} for n in earlier], OPTIONS)
    return outcome


def test_a_fall_by_more_than_half_is_a_warning_from_the_second_run_on():
    assert row_count(500, 1_000).verdict == "pass"
    assert row_count(499, 1_000).verdict == "warn"
    assert row_count(499, 1_000).found.en.startswith(
        "499 rows accepted, expected at least 500, 1,000 on the last run."
    )


def test_a_rise_is_judged_from_five_earlier_runs_on():
    assert row_count(9_000, *[1_000] * 4).verdict == "pass"

    outcome = row_count(9_000, *[1_000] * 5)

    assert outcome.verdict == "warn"
    assert "expected 500 to 2,001, 1,000 on the last run" in outcome.found.en
    assert "预期为 500 至 2,001，上次为 1,000 行" in outcome.found.zh


def test_half_of_the_last_run_is_missed_however_wide_the_band():
    assert row_count(900, 10, 1_000, 20, 3_000, 2_000).verdict == "warn"


def test_a_table_that_grows_every_day_is_as_usual():
    assert row_count(1_060, *range(1_000, 1_060, 10)).verdict == "pass"


def test_a_table_that_is_no_longer_delivered_has_lost_its_rows():
    outcomes = row_count_outcomes({"items": 5}, [{"items": 5, "users": 90}], OPTIONS)

    assert [(outcome.table, outcome.verdict) for outcome in outcomes] == [
        ("items", "pass"),
        ("users", "warn"),
    ]


@pytest.mark.parametrize("rows", [0, 10**6])
def test_the_first_run_judges_nothing(rows):
    assert (row_count(rows).verdict, row_count(rows).checked) == ("pass", 0)
