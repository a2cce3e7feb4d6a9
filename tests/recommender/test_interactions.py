import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.interactions import day_number, of_needs, purchase_days


def test_purchases_of_one_day_and_need_are_one_interaction(shop, day):
    shop.item("a1", "a").item("a2", "a").item("b", "b")
    shop.buys("u", "a1", 3, quantity=2.0).buys("u", "a2", 3).buys("u", "b", 3, event_type="view")

    needs = purchase_days(shop.tables()["events"], shop.tables()["items"], level="need")

    assert needs.days.tolist() == [day_number(day) - 3]
    assert needs.quantities.tolist() == [3.0]
    assert needs.thing_ids.tolist() == ["a", "b"]


def test_some_users_can_be_left_out(make_interactions):
    train = make_interactions([(0, 1, 1), (1, 2, 0), (2, 3, 1)])

    assert train.of_users(np.array([True, False, True])).days.tolist() == [1, 3]


def _of_needs(make_interactions, rows, needs):
    """Sum item-level rows up; needs are numbered."""
    n_needs = max(needs) + 1
    names = np.array([f"n{need}" for need in range(n_needs)], dtype=object)
    return of_needs(make_interactions(rows), np.array(needs), names)


def test_a_need_is_bought_by_its_item_of_most_units_at_that_items_price(make_interactions):
    rows = [(0, 5, 0, 1, 0, 9.0), (0, 5, 1, 3, 1, 2.0), (0, 5, 2, 7, 2, 1.0)]

    needs = _of_needs(make_interactions, rows, [0, 0, 1])

    assert (needs.things.tolist(), needs.items.tolist()) == ([0, 1], [1, 2])
    assert needs.quantities.tolist() == [4, 7]
    assert needs.prices.tolist() == [math.log(2), 0]


def test_of_items_with_equal_units_the_first_speaks_for_its_need(make_interactions):
    needs = _of_needs(make_interactions, [(0, 5, 1), (0, 5, 0)], [0, 0])

    assert needs.items.tolist() == [0]


def test_a_day_of_one_user_is_not_another_users(make_interactions):
    rows = [(0, 5, 0), (0, 6, 1), (1, 5, 1), (1, 5, 0)]

    needs = _of_needs(make_interactions, rows, [0, 0])

    assert list(zip(needs.users, needs.days, needs.quantities, strict=True)) == [
        (0, 5, 1),
        (0, 6, 1),
        (1, 5, 2),
    ]


def test_nothing_bought_is_no_need(make_interactions):
    nothing = make_interactions([(0, 1, 0)]).before(0)

    assert len(of_needs(nothing, np.array([0]), np.array(["n0"], dtype=object))) == 0


def test_a_price_is_the_mean_of_the_logarithms_and_unknown_if_nobody_wrote_it(shop):
    shop.item("a", "a").item("b", "b").buys("u", "a", 3, unit_price=2.0)
    shop.buys("u", "a", 3, unit_price=8.0).buys("u", "a", 3, unit_price=0.0).buys("u", "b", 3)

    bought = purchase_days(shop.tables()["events"], shop.tables()["items"], level="item")

    assert bought.prices[0] == pytest.approx(math.log(4))
    assert math.isnan(bought.prices[1])


_ITEMS = {"a1": "a", "a2": "a", "b1": "b", "c1": "c"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("uvw"),
            st.sampled_from(sorted(_ITEMS)),
            st.integers(1, 4),
            st.sampled_from([1.0, 2.0, 5.0]),
        ),
        min_size=1,
        max_size=15,
    )
)
def test_needs_are_the_same_whether_summed_from_items_or_from_events(new_shop, rows):
    shop = new_shop()
    for item, need in _ITEMS.items():
        shop.item(item, need)
    for user, item, age, units in rows:
        shop.buys(user, item, age, quantity=units, unit_price=units)
    events, items = shop.tables()["events"], shop.tables()["items"]

    bought = purchase_days(events, items, level="item")
    summed = of_needs(bought, np.array([0, 0, 1, 2]), np.array(["a", "b", "c"], dtype=object))

    needs = purchase_days(events, items, level="need")
    for name in ("users", "days", "things", "quantities", "items", "prices"):
        assert getattr(summed, name).tolist() == getattr(needs, name).tolist()
    assert needs.quantities.sum() == sum(units for *_, units in rows)
    assert (np.array(list(_ITEMS.values()))[needs.items] == needs.thing_ids[needs.things]).all()
