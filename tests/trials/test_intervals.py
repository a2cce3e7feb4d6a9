"""Intervals against published figures and against simulation."""

import numpy as np
import pytest

from trials.intervals import stratified_newcombe, wilson


def one_stratum(*counts):
    return stratified_newcombe(*(np.array([count]) for count in counts))


def test_wilson_agrees_with_newcombe_1998a_on_81_of_263():
    low, high = wilson(81 / 263, 263)

    assert (float(low), float(high)) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@pytest.mark.parametrize(
    ("counts", "interval"),
    [
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((0, 10, 0, 20), (-0.1611, 0.2775)),
        ((10, 10, 0, 10), (0.6075, 1.0000)),
    ],
)
def test_one_stratum_is_method_10_of_newcombe_1998b(counts, interval):
    found = one_stratum(*counts)

    assert (found.low, found.high) == pytest.approx(interval, abs=6e-5)


def test_a_stratum_with_one_arm_only_tells_nothing():
    assert one_stratum(1, 3, 0, 0) is None
    both = stratified_newcombe(
        np.array([9, 5]), np.array([10, 5]), np.array([3, 0]), np.array([10, 0])
    )
    assert both == one_stratum(9, 10, 3, 10)


def test_equal_strata_keep_their_common_difference():
    counts = [np.array([count, count]) for count in (6, 10, 2, 10)]

    pooled, single = stratified_newcombe(*counts), one_stratum(12, 20, 4, 20)

    assert pooled.value == pytest.approx(0.4)
    assert (pooled.low, pooled.high) == pytest.approx((single.low, single.high))


def test_strata_that_differ_in_level_do_not_bias_the_difference():
    # Treated where buying is common, held out where it is rare; no effect inside a stratum.
    found = stratified_newcombe(
        np.array([30, 1]), np.array([60, 10]), np.array([5, 6]), np.array([10, 60])
    )

    assert found.value == pytest.approx(0.0)


def test_the_interval_covers_the_truth_about_95_times_in_100():
    rng = np.random.default_rng(7)
    n1, n0, base = np.array([20, 12, 6]), np.array([32, 19, 10]), np.array([0.05, 0.1, 0.3])
    covered = 0
    for _ in range(2000):
        found = stratified_newcombe(rng.binomial(n1, base + 0.1), n1, rng.binomial(n0, base), n0)
        covered += found.low <= 0.1 <= found.high

    assert 0.94 <= covered / 2000 <= 0.98
