from dataclasses import replace

import pytest

from quality.measures.nulls import Nulls


def nulls(rows, empty, usual, usual_rows=8_000):
    return Nulls(rows=rows, nulls=empty, usual_rows=usual_rows, usual_share=usual)


@pytest.mark.parametrize(
    ("empty", "usual", "is_unusual"),
    [
        (40, 0.02, True),  # 4 % after 2 %: doubled
        (39, 0.02, False),
        (9, 0.0, False),  # less than a hundredth of the rows
        (10, 0.0, True),
        (800, 0.6, True),  # filled cells halved, though the nulls did not double
        (790, 0.6, False),
        (10, 0.5, False),  # fewer nulls are no fault
    ],
)
def test_nulls_that_doubled_or_filled_cells_that_halved_are_unusual(empty, usual, is_unusual):
    assert nulls(1_000, empty, usual).are_unusual(2.0) is is_unusual


def test_a_few_rows_prove_nothing():
    assert not nulls(8, 2, 0.05).are_unusual(2.0)


def test_a_past_week_that_was_as_empty_makes_it_usual():
    now = nulls(1_000, 1_000, 0.6)
    empty_week = nulls(1_000, 1_000, 0.5)

    assert now.are_unusual(2.0)
    assert not replace(now, weeks=(empty_week,)).are_unusual(2.0)


def test_the_multiple_is_missing_where_no_null_is_usual():
    assert nulls(10, 5, 0.25).multiple == 2
    assert nulls(10, 5, 0.0).multiple is None
    assert nulls(0, 0, 0.25).share == 0
