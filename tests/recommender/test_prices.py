import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.histories import gather
from recommender.prices import deals, usual_prices

NAMES = {
    "usual_deal",
    "own_items_deal_7",
    "own_items_deal_28",
    "need_deal_7",
    "need_deal_28",
    "last_deal",
    "deal_hunting",
    "need_price",
}


def _deals(make_interactions, rows, day=100):
    train = make_interactions(rows)
    return deals(train, gather(train, day))


def _paid(prices, user=0, need=0, item=0, first=50):
    """One unit of an item a day at these prices."""
    return [(user, first + place, need, 1, item, price) for place, price in enumerate(prices)]


def test_a_promotion_is_a_negative_deal(make_interactions):
    columns = _deals(make_interactions, _paid([10, 10, 10, 8]))

    assert columns["last_deal"][0] == pytest.approx(math.log(0.8))
    assert columns["usual_deal"][0] < 0
    # One pseudo-purchase at the usual price.
    assert columns["deal_hunting"][0] == pytest.approx(math.log(0.8) / 5)


def test_only_who_bought_in_promotions_hunts_for_deals(make_interactions):
    rows = _paid([10, 10, 10]) + _paid([10, 7, 7], user=1) + _paid([10, 10], user=2)

    hunting = _deals(make_interactions, rows)["deal_hunting"]

    assert hunting[1] < 0
    assert hunting[[0, 2]].tolist() == [0, 0]


def test_a_promotion_of_the_week_is_told_to_everybody_who_buys_the_item(make_interactions):
    rows = _paid([10, 10, 10]) + _paid([5], user=1, first=97) + _paid([9, 9], user=2, item=1)

    columns = _deals(make_interactions, rows)

    # Three purchases at the usual price are mixed with the one of this week.
    assert columns["own_items_deal_7"][0] == pytest.approx(math.log(0.5) / 4)
    assert columns["own_items_deal_7"][2] == 0
    assert columns["need_deal_7"].tolist() == pytest.approx([math.log(0.5) / 11] * 3)


def test_prices_nobody_recorded_are_no_deals(make_interactions):
    columns = _deals(make_interactions, [(0, 50, 0), (0, 60, 0), (1, 70, 1)])

    assert set(columns) == NAMES
    assert all(not column.any() for column in columns.values())


def test_the_usual_price_is_the_median_of_four_months(make_interactions):
    train = make_interactions(
        _paid([99] * 5, first=0) + _paid([10, 4, 10], first=250) + _paid([7], need=2, item=2)
    )

    usual = usual_prices(train, 300, 3)

    assert usual[0] == pytest.approx(math.log(10))
    assert np.isnan(usual[1:]).all()  # never bought; bought too long ago


_ROWS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(0, 99),
        st.integers(0, 2),
        st.just(1),
        st.integers(0, 3),
        st.sampled_from([2.0, 3.0, 5.0, math.nan]),
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda row: row[:3],
)


@given(_ROWS, st.integers(1, 99))
def test_nothing_from_the_day_on_counts(make_interactions, rows, day):
    # The last row holds the vocabularies as wide as they are.
    widest = (3, 0, 3, 1, 4, 1.0)
    known = [row for row in rows if row[1] < day]
    changed = [row if row[1] < day else (*row[:5], 50.0) for row in [*rows, (1, 99, 3, 1, 4, 50.0)]]

    told = _deals(make_interactions, [*changed, widest], day)
    expected = _deals(make_interactions, [*known, widest], day)

    assert all(told[name].tolist() == expected[name].tolist() for name in NAMES)


@given(_ROWS, st.sampled_from([0.01, 7.0]))
def test_the_currency_makes_no_deals(make_interactions, rows, rate):
    there = _deals(make_interactions, rows)
    here = _deals(make_interactions, [(*row[:5], row[5] * rate) for row in rows])

    for name in NAMES - {"need_price"}:
        assert here[name] == pytest.approx(there[name], abs=1e-9)
