import math

import numpy as np
import pytest

from recommender.evaluation.histories import histories
from recommender.evaluation.satisfied import need_gaps, pair_gaps, satisfied_pairs


def test_a_need_gap_is_the_median_mixed_with_twenty_gaps_of_all_needs(purchases):
    # Need 0 has gaps 2 and 4 (median 3), need 1 a gap of 30; all gaps have median 4.
    train = purchases([(0, 0, 0), (0, 2, 0), (0, 6, 0), (0, 0, 1), (0, 30, 1), (0, 3, 2)])

    found = need_gaps(histories(train), 3)

    assert found == pytest.approx(
        [
            math.exp((2 * math.log(3) + 20 * math.log(4)) / 22),
            math.exp((math.log(30) + 20 * math.log(4)) / 21),
            4,
        ]
    )


def test_a_pair_gap_leans_on_the_need_until_the_pair_has_gaps(purchases):
    train = purchases([(0, 0, 0), (0, 10, 0), (0, 20, 0), (1, 5, 0)])

    found = pair_gaps(histories(train), np.array([40.0]))

    assert found == pytest.approx([math.exp((2 * math.log(10) + 2 * math.log(40)) / 4), 40])


@pytest.mark.parametrize(("day", "is_satisfied"), [(34, True), (35, False)])
def test_a_need_is_satisfied_for_less_than_half_its_gap(purchases, day, is_satisfied):
    # One gap of 10 days everywhere, so g is 10; the last purchase is on day 30.
    train = purchases([(0, 10 * step, 0) for step in range(4)])

    assert bool(len(satisfied_pairs(train, day).keys)) is is_satisfied


def test_nothing_is_satisfied_where_nothing_was_bought_twice(purchases):
    train = purchases([(0, 1, 0), (1, 1, 1)])

    assert not len(satisfied_pairs(train, 2).keys)
