"""Random effects against published figures, laws and simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trials.effects.pooling import random_effects, shrink, smoothed_variances

# Six studies of Borenstein et al., Introduction to Meta-Analysis, 2009, ch. 14: Q = 12.00, I² = 58 %.
ESTIMATES = np.array([0.095, 0.277, 0.367, 0.664, 0.462, 0.185])
VARIANCES = np.array([0.033, 0.031, 0.050, 0.011, 0.043, 0.023])

trials = st.lists(st.tuples(st.floats(-1, 1), st.floats(0.001, 1)), min_size=2, max_size=8).map(
    lambda pairs: np.array(pairs).T
)


@given(trials)
@settings(max_examples=40)
def test_the_variance_between_trials_makes_the_spread_what_chance_would(pairs):
    estimates, variances = pairs

    found = random_effects(estimates, variances)

    weights = 1 / (variances + found.tau2)
    spread = weights @ (estimates - found.value) ** 2
    if found.tau2 > 0:
        assert spread == pytest.approx(len(estimates) - 1, rel=1e-6)
    else:
        assert spread <= len(estimates) - 1 + 1e-9


def test_studies_of_a_textbook_have_their_known_heterogeneity():
    found = random_effects(ESTIMATES, VARIANCES)

    assert found.i2 == pytest.approx(0.583, abs=0.01)  # their variances are rounded
    assert found.value == pytest.approx(0.358, abs=0.01)
    assert found.n == 6


def test_one_trial_is_not_pooled():
    assert random_effects(ESTIMATES[:1], VARIANCES[:1]) is None


def test_the_interval_of_a_mean_holds_it_nearly_as_often_as_it_says():
    rng = np.random.default_rng(3)
    held = []
    for _ in range(600):
        variances = rng.uniform(0.001, 0.003, 10)
        found = random_effects(rng.normal(0.05, np.sqrt(variances)), variances)
        held.append(found.low <= 0.05 <= found.high)

    assert 0.945 <= np.mean(held) <= 0.985


def test_trials_that_agree_by_luck_are_not_surer_than_their_own_errors():
    variances = np.full(4, 0.04)

    found = random_effects(np.full(4, 0.2), variances)

    assert found.tau2 == 0
    assert found.high - found.value == pytest.approx(1.9600 * 0.1, abs=1e-4)


@given(st.lists(st.floats(-0.3, 0.3), min_size=2, max_size=6), st.floats(1e-4, 0.1))
@settings(max_examples=30)
def test_trials_of_one_size_keep_their_order_and_their_mean_and_move_together(estimates, variance):
    estimates = np.array(estimates)

    found = shrink(estimates, np.full(len(estimates), variance))

    assert found.value.mean() == pytest.approx(estimates.mean(), abs=1e-9)
    assert (np.diff(found.value[np.argsort(estimates)]) >= -1e-12).all()
    assert np.ptp(found.value) <= np.ptp(estimates) + 1e-12


@pytest.mark.parametrize("spread", [0.0, 0.03])
def test_shrunken_trials_are_nearer_to_the_truth_and_their_intervals_hold_it(spread):
    rng = np.random.default_rng(5)
    own, near, held = [], [], []
    for _ in range(200):
        truth = rng.normal(0.05, spread, 10)
        variances = rng.uniform(0.001, 0.004, 10)
        estimates = rng.normal(truth, np.sqrt(variances))
        found = shrink(estimates, variances)
        own.append((estimates - truth) ** 2)
        near.append((found.value - truth) ** 2)
        held.append((found.low <= truth) & (truth <= found.high))

    assert np.mean(near) < 0.6 * np.mean(own)
    assert 0.93 <= np.mean(held) <= 1


def test_a_trial_without_buyers_is_not_certain():
    variances = smoothed_variances(
        np.array([0.0, 0.1]), np.array([50.0, 50.0]), np.array([0.0, 0.05]), np.array([80.0, 80.0])
    )

    assert variances[0] == variances[1] > 0
