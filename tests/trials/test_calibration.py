"""Fitted priors against truth that is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trials.calibration import FEWEST_PEOPLE, fit_beta


def drawn(a, b, n, seed):
    """People with a beta-distributed chance, promises due, and how many of them were kept."""
    rng = np.random.default_rng(seed)
    chance, due = rng.beta(a, b, n), rng.integers(1, 9, n)
    return chance, rng.binomial(due, chance).astype(float), due.astype(float)


@pytest.mark.parametrize(("a", "b"), [(8.0, 2.0), (1.0, 1.0), (2.0, 6.0)])
def test_the_prior_is_found_again(a, b):
    _, done, due = drawn(a, b, 20_000, seed=1)

    assert fit_beta(done, due) == pytest.approx((a, b), rel=0.08)


def test_forecasts_are_calibrated_where_the_stated_prior_is_not():
    chance, done, due = drawn(2.0, 6.0, 20_000, seed=2)
    a, b = fit_beta(done, due)

    def error(a, b):
        forecast = (done + a) / (due + a + b)
        bins = np.digitize(forecast, np.quantile(forecast, np.arange(0.1, 1, 0.1)))
        return max(abs((forecast - chance)[bins == one].mean()) for one in set(bins.tolist()))

    assert error(a, b) < 0.01
    assert error(2.8, 1.2) > 0.1


def test_few_people_of_known_history_leave_the_stated_prior():
    done, due = np.ones(100), np.zeros(100)
    due[: FEWEST_PEOPLE - 1] = 2

    assert fit_beta(done, due) is None


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=30, max_size=60))
@settings(max_examples=40, deadline=None)
def test_any_history_gives_a_finite_prior_of_limited_strength(history):
    done = np.array([min(pair) for pair in history], dtype=float)
    due = np.array([max(pair) + 1 for pair in history], dtype=float)

    a, b = fit_beta(done, due)

    assert 0 < a < 100
    assert 0 < b < 100
    assert 1 - 1e-9 <= a + b <= 100 + 1e-9
