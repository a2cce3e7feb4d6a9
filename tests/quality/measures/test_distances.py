import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from quality.measures.distances import ks, ks_bound, psi, psi_bound
from quality.measures.drift import drift_of
from quality.measures.shares import shares_of_numbers, shares_of_values
from quality.rules.options import ValidationOptions

OPTIONS = ValidationOptions()


@st.composite
def two_counts(draw):
    """Counts of two sides over the same bins, neither of them empty."""
    size = draw(st.integers(1, 12))
    side = st.lists(st.integers(0, 500), min_size=size, max_size=size).filter(any)
    return np.array(draw(side), dtype=float), np.array(draw(side), dtype=float)


def test_the_index_of_two_halves_that_became_one_and_three_quarters():
    # (.25 - .5) ln(.25 / .5) + (.75 - .5) ln(.75 / .5)
    assert psi(np.array([25.0, 75.0]), np.array([50.0, 50.0])) == pytest.approx(0.274653, abs=1e-6)


def test_a_value_that_is_new_counts_as_half_a_row_before():
    index = psi(np.array([50.0, 50.0]), np.array([100.0, 0.0]))

    assert index == pytest.approx(-0.5 * np.log(0.5) + 0.495 * np.log(100))


@given(two_counts())
def test_the_index_is_never_negative_and_the_same_both_ways(counts):
    a, b = counts

    assert psi(a, b) >= 0
    assert psi(a, b) == pytest.approx(psi(b, a))


@given(two_counts())
def test_the_index_is_the_relative_entropy_both_ways(counts):
    a, b = counts[0] + 1, counts[1] + 1

    assert psi(a, b) == pytest.approx(stats.entropy(a, b) + stats.entropy(b, a))


@given(two_counts(), st.integers(1, 50))
def test_equal_shares_have_an_index_and_a_distance_of_nothing(counts, times):
    assert psi(counts[0], times * counts[0]) == pytest.approx(0, abs=1e-12)
    assert ks(counts[0], times * counts[0]) == pytest.approx(0, abs=1e-12)


values = st.lists(st.integers(-20, 20), min_size=1, max_size=60)


@pytest.mark.filterwarnings("ignore:divide by zero")  # scipy's p-value, which is not looked at
@given(values, values)
def test_the_distance_is_that_of_scipy(a, b):
    held = np.unique([*a, *b])

    ours = ks(
        np.array([a.count(value) for value in held], dtype=float),
        np.array([b.count(value) for value in held], dtype=float),
    )

    assert ours == pytest.approx(stats.ks_2samp(a, b, method="asymp").statistic)


def test_the_bounds_are_those_of_the_chi_square_and_smirnov():
    assert psi_bound(100, 400, 10) == pytest.approx((1 / 100 + 1 / 400) * stats.chi2.isf(0.001, 9))
    assert ks_bound(100, 400) == pytest.approx(1.9495 * np.sqrt(500 / 40_000), rel=1e-4)


@pytest.mark.parametrize(("recent", "usual"), [(15, 120), (60, 480), (400, 3_000)])
def test_without_drift_at_most_two_in_a_hundred_columns_alarm(recent, usual):
    rng = np.random.default_rng(recent)
    alarms = 0
    for _ in range(200):
        now, before = rng.lognormal(size=recent), rng.lognormal(size=usual)
        held, places = np.unique(np.concatenate([now, before]), return_inverse=True)
        counts = [
            np.bincount(p, minlength=len(held)).astype(float)
            for p in (places[:recent], places[recent:])
        ]
        drift = drift_of(shares_of_numbers(held, *counts), OPTIONS)
        alarms += drift.has_drifted

    assert alarms <= 4


@pytest.mark.parametrize(("recent", "usual"), [(15, 120), (400, 3_000)])
def test_without_drift_at_most_two_in_a_hundred_columns_of_codes_alarm(recent, usual):
    rng = np.random.default_rng(usual)
    chances = rng.dirichlet(np.ones(8))
    alarms = 0
    for _ in range(200):
        now, before = (
            {
                f"v{n}": float(count)
                for n, count in enumerate(rng.multinomial(rows, chances))
                if count
            }
            for rows in (recent, usual)
        )
        alarms += drift_of(shares_of_values(now, before), OPTIONS).has_drifted

    assert alarms <= 4


def test_the_two_limits_are_passed_by_the_same_move():
    rng = np.random.default_rng(0)
    held, places = np.unique(
        np.concatenate([rng.normal(0.6, 1, 5_000), rng.normal(0, 1, 5_000)]), return_inverse=True
    )
    counts = [
        np.bincount(p, minlength=len(held)).astype(float) for p in (places[:5_000], places[5_000:])
    ]

    drift = drift_of(shares_of_numbers(held, *counts), OPTIONS)

    assert drift.psi > OPTIONS.psi_limit
    assert drift.ks > OPTIONS.ks_limit
    assert drift.has_drifted


def test_either_distance_alone_is_drift():
    values, before, now = np.array([1.0, 2.0]), np.array([900.0, 100.0]), np.array([500.0, 500.0])
    shares = shares_of_numbers(values, now, before)

    assert drift_of(shares, ValidationOptions(psi_limit=9.0)).has_drifted
    assert drift_of(shares, ValidationOptions(ks_limit=1.0)).has_drifted
    assert not drift_of(shares, ValidationOptions(psi_limit=9.0, ks_limit=1.0)).has_drifted
