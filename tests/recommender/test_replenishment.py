"""How many people are expected to buy, and how sure that is."""

import numpy as np
import pytest

from recommender.histories import gather
from recommender.interactions import day_number
from recommender.replenishment import expected_newcomers, shock_variance, weekly_buyers
from recommender.stage import RecommendOptions, recommend


def _calendar(tables, day, **options):
    made = recommend(tables, as_of=day, options=RecommendOptions(list_length=2, **options))
    return made["replenishment_calendar"].to_pylist()


def test_people_without_consent_are_counted_as_buyers(shop, day):
    shop.item("tea", "tea").item("jam", "jam")
    for user in "abc":
        shop.buys(user, "tea", *range(1, 58, 7))
        shop.add("users", user_id=user, has_profiling_consent=False)

    rows = _calendar(shop.tables(), day, calendar_weeks=2)

    assert [(row["need_group"], row["expected_buyers"]) for row in rows] == [("tea", 3.0)] * 2
    assert all(row["low"] < 3 < row["high"] for row in rows)


def test_weeks_are_counted_back_from_the_day(make_interactions):
    histories = gather(make_interactions([(0, 99, 0), (0, 94, 0), (1, 93, 0), (2, 92, 1)]), 100)

    assert weekly_buyers(histories, 2).tolist() == [[2, 0], [0, 1]]


def test_first_time_buyers_come_back_in_the_weeks_after(make_interactions, day):
    """One new buyer a week, each again a fortnight later: from the third week on they are two."""
    today = day_number(day)
    rows = [(user, today - 7 * user - 4, 0) for user in range(40)]
    again = [(user, today - 7 * user - 4 + 14, 0) for user in range(2, 40)]
    histories = gather(make_interactions([*rows, *again]), today)

    expected = expected_newcomers(histories, 8, 4)

    assert expected[:, 0].tolist() == pytest.approx([1, 1, 2, 2])


def test_even_demand_has_no_shocks_and_a_promotion_has(make_interactions):
    rng = np.random.default_rng(3)
    chance = [(user, int(day), 0) for user in range(300) for day in rng.choice(91, 4)]
    promoted = [(1000 + user, 60, 0) for user in range(200)]

    assert shock_variance(gather(make_interactions(set(chance)), 91)) < 0.01
    assert shock_variance(gather(make_interactions({*chance, *promoted}), 91)) > 0.1


def test_a_shop_of_a_fortnight_has_no_shocks_yet(make_interactions):
    assert shock_variance(gather(make_interactions([(0, 90, 0), (1, 99, 0)]), 100)) == 0
