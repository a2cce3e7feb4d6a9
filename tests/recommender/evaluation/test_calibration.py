import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recommender.evaluation.calibration import calibrate


@st.composite
def forecasts(draw):
    n = draw(st.integers(1, 60))
    chances = draw(arrays(np.float64, n, elements=st.floats(0, 1, allow_subnormal=False)))
    return chances, draw(arrays(np.bool_, n))


def test_the_error_by_hand():
    # Two levels, so two bins however many are asked for: .2 came true half the time, .9 always.
    chances = np.array([0.2, 0.2, 0.2, 0.2, 0.9, 0.9])
    outcomes = np.array([1, 1, 0, 0, 1, 1], dtype=bool)

    found = calibrate(chances, outcomes)

    assert found.means.tolist() == pytest.approx([0.2, 0.9])
    assert found.rates.tolist() == pytest.approx([0.5, 1.0])
    assert found.counts.tolist() == [4, 2]
    assert found.error == pytest.approx((4 * 0.3 + 2 * 0.1) / 6)
    assert found.error_equal_mass == found.error_equal_width == pytest.approx(found.error)


def test_bins_of_equal_mass_hold_about_as_many_pairs():
    chances = np.random.default_rng(1).random(1500) ** 4

    found = calibrate(chances, chances > 0.5)

    assert len(found.counts) == 15
    assert found.counts.min() >= 99
    assert (np.diff(found.means) > 0).all()


def test_chances_that_come_true_as_often_as_they_say_have_little_error():
    rng = np.random.default_rng(2)
    chances = rng.random(40_000) ** 2

    assert calibrate(chances, rng.random(40_000) < chances).error < 0.01
    assert calibrate(chances / 2, rng.random(40_000) < chances).error > 0.1


def test_bins_of_equal_width_would_hide_what_happens_to_small_chances():
    # Half are told 1 % and buy never, half are told 9 % and buy one time in ten.
    chances = np.repeat([0.01, 0.09], 1000)
    outcomes = np.concatenate([np.zeros(1000, bool), np.arange(1000) % 10 == 0])

    found = calibrate(chances, outcomes)

    assert found.error_equal_width == pytest.approx(0)
    assert found.error == pytest.approx(0.01)


@given(forecasts())
def test_the_error_is_at_least_the_overall_gap_and_at_most_1(forecast):
    chances, outcomes = forecast

    found = calibrate(chances, outcomes)

    gap = abs(chances.mean() - outcomes.mean())
    for error in (found.error, found.error_equal_mass, found.error_equal_width):
        assert gap - 1e-9 <= error <= 1 + 1e-9
    assert found.counts.sum() == found.pairs == len(chances)


@given(forecasts(), st.randoms())
def test_the_order_of_the_pairs_is_moot(forecast, random):
    chances, outcomes = forecast
    order = list(range(len(chances)))
    random.shuffle(order)

    first, again = calibrate(chances, outcomes), calibrate(chances[order], outcomes[order])

    assert again.error == pytest.approx(first.error)
    assert again.counts.tolist() == first.counts.tolist()
