"""The adjusted difference is the regression it stands for, and less noisy."""

import numpy as np
import pytest

from trials.effects.arms import Arms
from trials.effects.means import mean_difference


def arms_of(is_treatment, stratum=None):
    is_treatment = np.array(is_treatment, dtype=bool)
    zeros = np.zeros(len(is_treatment), dtype=int)
    return Arms(
        estimator="itt",
        is_treatment=is_treatment,
        is_holdout=~is_treatment,
        stratum=zeros if stratum is None else np.array(stratum),
    )


def test_one_stratum_without_a_past_is_students_comparison_of_means():
    y = np.array([3.0, 5.0, 4.0, 1.0, 2.0, 0.0])

    found = mean_difference(arms_of([1, 1, 1, 0, 0, 0]), y)

    assert found.value == 3
    assert found.high - found.value == pytest.approx(2.7764 * np.sqrt(2 / 3), abs=1e-4)
    assert found.rho2 == 0


def test_the_adjustment_is_the_regression_on_arm_strata_and_the_past():
    rng = np.random.default_rng(2)
    stratum, treated = np.repeat([0, 1], 20), np.tile([1, 0, 0, 1, 0], 8)
    x = rng.normal(size=40) + stratum
    y = 0.5 * treated + 2 * x + stratum + rng.normal(size=40)

    found = mean_difference(arms_of(treated, stratum), y, x)

    # Equal strata: the slope within arms and strata is that of the full regression.
    cells = np.column_stack([(2 * stratum + treated == cell) for cell in range(4)])
    slope = np.linalg.lstsq(np.column_stack([cells, x]), y, rcond=None)[0][-1]
    rest = y - slope * x
    by_hand = np.mean(
        [
            rest[(stratum == s) & (treated == 1)].mean()
            - rest[(stratum == s) & (treated == 0)].mean()
            for s in (0, 1)
        ]
    )
    assert found.value == pytest.approx(by_hand)
    assert 0.5 < found.rho2 < 1


def test_a_past_that_explains_shortens_the_interval_by_rho2():
    rng = np.random.default_rng(3)
    treated, x = np.tile([1, 0], 400), rng.normal(size=800)
    y = x + rng.normal(size=800)

    raw, adjusted = mean_difference(arms_of(treated), y), mean_difference(arms_of(treated), y, x)

    shorter = (adjusted.high - adjusted.low) / (raw.high - raw.low)
    assert shorter**2 == pytest.approx(1 - adjusted.rho2, abs=0.01)


def test_a_past_without_variety_changes_nothing():
    y = np.array([3.0, 5.0, 4.0, 1.0, 2.0, 0.0])
    arms = arms_of([1, 1, 1, 0, 0, 0])

    assert mean_difference(arms, y, np.ones(6)) == mean_difference(arms, y)


@pytest.mark.parametrize("treated", [[1, 1, 1], [0, 0, 0], [1, 0, 0], []])
def test_too_few_people_have_no_difference(treated):
    assert mean_difference(arms_of(treated), np.ones(len(treated))) is None


def test_intervals_cover_the_truth_about_95_times_in_100():
    rng = np.random.default_rng(4)
    stratum, treated = np.repeat([0, 1], [30, 60]), np.tile([1, 0, 0], 30)
    covered = 0
    for _ in range(1000):
        y = rng.normal(0.3 * treated + stratum)
        found = mean_difference(arms_of(treated, stratum), y, rng.normal(size=90))
        covered += found.low <= 0.3 <= found.high

    assert 0.93 <= covered / 1000 <= 0.97
