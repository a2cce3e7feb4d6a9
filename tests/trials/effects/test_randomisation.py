"""The p-value is the share of lotteries, counted one by one where that can be done."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from trials.effects.randomisation import randomisation_p_value


def p_value(*strata):
    return randomisation_p_value(*(np.array(counts) for counts in zip(*strata, strict=True)))


def by_hand(strata):
    """Deal every stratum's people out in every way; compare Mantel–Haenszel differences."""
    ways = []
    for x1, n1, x0, n0 in strata:
        bought = [1] * (x1 + x0) + [0] * (n1 + n0 - x1 - x0)
        ways.append(
            [sum(bought[place] for place in drawn) for drawn in combinations(range(n1 + n0), n1)]
        )

    def distance(drawn):
        weights = [n1 * n0 / (n1 + n0) for _, n1, _, n0 in strata]
        gaps = [
            x / n1 - (x1 + x0 - x) / n0 for x, (x1, n1, x0, n0) in zip(drawn, strata, strict=True)
        ]
        return abs(np.dot(weights, gaps))

    observed = distance([x1 for x1, *_ in strata])
    return np.mean([distance(drawn) >= observed - 1e-9 for drawn in product(*ways)])


@st.composite
def small_strata(draw):
    strata = []
    for _ in range(draw(st.integers(1, 2))):
        n1, n0 = draw(st.integers(1, 4)), draw(st.integers(1, 4))
        strata.append((draw(st.integers(0, n1)), n1, draw(st.integers(0, n0)), n0))
    return strata


@given(small_strata())
@settings(max_examples=40)
def test_the_p_value_counts_every_lottery(strata):
    assert p_value(*strata) == pytest.approx(by_hand(strata))


def test_one_stratum_of_equal_arms_is_fishers_exact_test():
    assert p_value((9, 10, 3, 10)) == pytest.approx(fisher_exact([[9, 1], [3, 7]]).pvalue)


def test_no_difference_and_no_buyers_are_no_surprise():
    assert p_value((3, 10, 6, 20)) == 1
    assert p_value((0, 10, 0, 20)) == 1


def test_a_stratum_with_one_arm_only_says_nothing():
    assert p_value((3, 10, 0, 0)) is None
    assert p_value((9, 10, 3, 10), (4, 5, 0, 0)) == p_value((9, 10, 3, 10))


def test_thousands_of_buyers_are_counted_as_well():
    assert 0 < p_value((900, 5000, 1000, 8000), (300, 900, 400, 1500)) < 1e-12
