import numpy as np
import pytest

from recommender.evaluation.bootstrap import bootstrap_mean


def test_the_estimate_is_the_mean_over_users_then_cuts():
    found = bootstrap_mean([np.array([0.0, 1.0]), np.array([1.0, 1.0, 1.0, np.nan])], samples=50)

    assert found.value == pytest.approx(0.75)
    assert found.low <= found.value <= found.high


def test_a_seed_repeats_the_interval():
    cuts = [np.random.default_rng(1).random(40)]

    assert bootstrap_mean(cuts, seed=3) == bootstrap_mean(cuts, seed=3)
    assert bootstrap_mean(cuts, seed=3) != bootstrap_mean(cuts, seed=4)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(200):
        found = bootstrap_mean([rng.normal(0, 1, 60), rng.normal(0, 1, 80)], samples=150)
        held += found.low <= 0 <= found.high

    assert 0.90 <= held / 200 <= 0.98


def test_a_cut_without_a_user_is_refused():
    with pytest.raises(ValueError, match="at least one user"):
        bootstrap_mean([np.array([np.nan])])
