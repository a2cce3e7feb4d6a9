import numpy as np
import pytest

from recommender.hazard import PSEUDO_PAIRS, fit_hazard, renewal_chances


def test_with_nothing_observed_the_renewal_formula_is_all_there_is():
    table = fit_hazard(np.zeros(0), np.zeros(0), np.zeros(0), 28)
    elapsed, gaps = np.array([1.0, 30.0, 90.0]), np.array([30.0, 30.0, 30.0])

    assert table.chances(elapsed, gaps) == pytest.approx(renewal_chances(elapsed, gaps, 28))


def test_three_silent_gaps_halve_the_chance():
    fresh, silent = renewal_chances(np.array([1e-9, 90.0]), np.array([30.0, 30.0]), 28)

    assert silent == pytest.approx(fresh / 2)


def test_a_cells_rate_is_shrunk_to_the_formula_by_pseudo_pairs():
    elapsed, gaps = np.full(60, 30.0), np.full(60, 30.0)
    bought = np.arange(60) < 54
    formula = renewal_chances(elapsed, gaps, 28)[0]

    table = fit_hazard(elapsed, gaps, bought.astype(float), 28)

    expected = (54 + PSEUDO_PAIRS * formula) / (60 + PSEUDO_PAIRS)
    assert table.chances(elapsed[:1], gaps[:1]) == pytest.approx([expected])


def test_one_cells_outcomes_do_not_touch_another():
    table = fit_hazard(np.full(50, 3.0), np.full(50, 30.0), np.zeros(50), 28)
    due = (np.array([31.0]), np.array([30.0]))

    assert table.chances(*due) == pytest.approx(renewal_chances(*due, 28))


def test_the_chance_within_other_days_supposes_that_every_day_is_like_the_next() -> None:
    table = fit_hazard(np.full(50, 3.0), np.full(50, 30.0), np.zeros(50), 28)
    pair = np.array([3.0]), np.array([30.0])

    weeks = 1 - table.even_chances(*pair, 7)

    assert table.even_chances(*pair, 28) == pytest.approx(table.chances(*pair))
    assert 1 - weeks**4 == pytest.approx(table.chances(*pair))
