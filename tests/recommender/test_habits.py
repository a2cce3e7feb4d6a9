import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.habits import customers, habits, measure_demand, relatives, user_features
from recommender.histories import gather

PARENTS = np.array([0, 0, 1])
"""Needs 0 and 1 stand under one category, need 2 under another."""


def _demand(make_interactions, rows, day=100):
    return measure_demand(gather(make_interactions(rows), day))


def test_relatives_are_what_the_person_buys_in_the_category_above(make_interactions):
    rows = [(0, 60, 0), (0, 90, 1), (0, 80, 1), (0, 99, 2), (1, 70, 0)]

    told = relatives(gather(make_interactions(rows), 100), PARENTS)

    # Pairs: user 0 with needs 0, 1, 2; user 1 with need 0.
    assert told["family_needs"].tolist() == [2, 2, 1, 1]
    assert told["family_elapsed"].tolist() == [10, 10, 1, 30]
    own = np.exp(-40 / 20), np.exp(-10 / 20) + np.exp(-20 / 20)
    assert told["family_often_20"][:2] == pytest.approx([sum(own)] * 2)
    assert told["family_share_20"][:2] == pytest.approx(np.array(own) / sum(own))


_PURCHASES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 99), st.integers(0, 2)), min_size=1, max_size=25
)


@given(_PURCHASES.map(set))
def test_shares_of_a_family_add_up_to_one(make_interactions, rows):
    histories = gather(make_interactions([*rows, (3, 0, 2)]), 100)

    told = relatives(histories, PARENTS)

    families = histories.users * 2 + PARENTS[histories.needs]
    for days in ("20", "90"):
        sums = np.bincount(families, told[f"family_share_{days}"])
        assert sums[np.unique(families)] == pytest.approx(1, abs=1e-5)
    assert (told["family_elapsed"] <= histories.elapsed).all()


@given(_PURCHASES.map(set))
def test_every_feature_is_a_number(make_interactions, rows):
    histories = gather(make_interactions(rows), 100)

    told = habits(histories, measure_demand(histories)) | customers(histories)

    assert all(np.isfinite(column).all() for column in told.values())
    assert all(np.isfinite(column).all() for column in user_features(histories).values())


def test_demand_counts_people_and_not_purchases(make_interactions):
    demand = _demand(make_interactions, [(0, 98, 0), (0, 99, 0), (1, 80, 0), (2, 50, 0), (2, 9, 1)])

    assert demand.buyers.tolist() == [2, 0]
    assert demand.ever_buyers.tolist() == [3, 1]
    # Two people in four weeks, one of them in the last; one in the four weeks before.
    assert demand.trend[0] == pytest.approx(np.log(5 / 4))
    assert demand.hurry[0] == pytest.approx(np.log(10 / 8))


def test_the_share_that_takes_a_need_up_is_of_those_who_shop(make_interactions):
    """Users 0 and 1 shop in the last four weeks, one of them takes up need 0; 2 stays at home."""
    demand = _demand(make_interactions, [(0, 90, 0), (1, 90, 1), (1, 10, 1), (2, 10, 0)])

    assert demand.first_share.tolist() == [0.5, 0]


def test_a_need_that_comes_back_has_better_odds_than_one_that_does_not(make_interactions):
    rows = [(user, day, 0) for user in range(30) for day in (20, 95)]
    rows += [(user, 20, 1) for user in range(30)]

    odds = _demand(make_interactions, rows).repeat_odds

    assert odds[0] > 0 > odds[1]


def test_a_customer_is_told_by_tenure_trips_and_baskets(make_interactions):
    rows = [(0, 10, 0), (0, 10, 1), (0, 10, 2), (0, 95, 0), (1, 99, 1)]

    told = customers(gather(make_interactions(rows), 100))

    # Four rows: user 0 with needs 0, 1, 2, then user 1.
    assert told["basket"].tolist() == [2, 2, 2, 1]
    assert told["recent_basket"].tolist() == [1, 1, 1, 1]
    assert told["customer_days"].tolist() == [90, 90, 90, 1]
    assert told["days_since_trip"].tolist() == [5, 5, 5, 1]
