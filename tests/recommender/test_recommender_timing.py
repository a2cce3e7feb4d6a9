import numpy as np
import pytest

from recommender.histories import gather
from recommender.timing import FIRST_GUESS_DAYS, estimate_timing


def _told(n_needs, **days):
    told = np.full(n_needs, np.nan)
    for need, value in days.items():
        told[int(need[1:])] = value
    return told


def test_a_gap_is_shrunk_from_person_to_need_to_shop(make_interactions):
    """Person 0: gaps 10, 10 of need 0; person 1: gap 40 of need 1. All gaps: median 10."""
    rows = [(0, 0, 0), (0, 10, 0), (0, 20, 0), (1, 0, 1), (1, 40, 1)]
    timing = estimate_timing(gather(make_interactions(rows), 50), _told(2))

    need_1 = np.exp((np.log(40) + 20 * np.log(10)) / 21)
    assert timing.need_gaps == pytest.approx([10, need_1])
    assert timing.pair_gaps == pytest.approx([10, np.exp((np.log(40) + 2 * np.log(need_1)) / 3)])


def test_the_merchants_word_stands_where_nothing_was_bought_twice(make_interactions):
    timing = estimate_timing(gather(make_interactions([(0, 0, 0), (0, 0, 1)]), 9), _told(2, n1=90))

    assert timing.need_gaps == pytest.approx([FIRST_GUESS_DAYS, 90])
    assert timing.pair_gaps == pytest.approx([FIRST_GUESS_DAYS, 90])


def test_many_purchases_outweigh_the_merchants_word(make_interactions):
    rows = [(user, day, 0) for user in range(40) for day in range(0, 200, 20)]
    timing = estimate_timing(gather(make_interactions(rows), 200), _told(1, n0=90))

    assert timing.need_gaps[0] == pytest.approx(20, rel=0.1)


def test_a_stock_up_lengthens_the_gap_where_the_data_show_it(make_interactions):
    """A double pack lasts twice as long, for everybody."""
    rows = []
    for user in range(20):
        day = 0
        for packs in (1, 2, 1, 2, 1, 2):
            rows.append((user, day, 0, float(packs)))
            day += 20 * packs
    timing = estimate_timing(gather(make_interactions(rows), 160), _told(1))

    assert timing.elasticities[0] == pytest.approx(1.0, abs=0.1)
    assert (timing.stock > 1.2).all()  # the last was a double pack


def test_quantities_without_effect_stretch_nothing(make_interactions):
    rng = np.random.default_rng(3)
    rows = [
        (user, 20 * place, 0, float(rng.integers(1, 4))) for user in range(40) for place in range(8)
    ]
    timing = estimate_timing(gather(make_interactions(rows), 160), _told(1))

    assert timing.stock == pytest.approx(np.ones(40), abs=0.05)


def test_regular_needs_have_a_small_spread(make_interactions):
    rng = np.random.default_rng(5)
    regular = [(user, 20 * place, 0) for user in range(30) for place in range(8)]
    erratic = [
        (user, int(day), 1) for user in range(30) for day in rng.choice(160, 8, replace=False)
    ]
    timing = estimate_timing(gather(make_interactions(regular + erratic), 160), _told(2))

    assert timing.spreads[0] < 0.5 * timing.spreads[1]
