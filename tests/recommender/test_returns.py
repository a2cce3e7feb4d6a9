from itertools import groupby

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.interactions import day_number
from recommender.returns import net_purchases, returned_trades
from recommender.trades import DAY_MICROSECONDS, read_trades


@pytest.fixture(scope="module")
def trades_of(day):
    """Read all trades of a shop, all its people and items being known."""

    def read(shop):
        events = shop.tables()["events"]
        ids = [np.unique(events[name].to_numpy()) for name in ("user_id", "item_id")]
        return read_trades(events, *ids, before=day)

    return read


def _rows(trades, day):
    """Return user, item, age and units of each trade, the oldest first."""
    ages = day_number(day) - trades.times // DAY_MICROSECONDS
    order = np.lexsort((trades.quantities, trades.items, trades.users, -ages))
    names = trades.user_ids[trades.users], trades.item_ids[trades.items]
    columns = (*names, ages, trades.quantities)
    return list(zip(*(column[order].tolist() for column in columns), strict=True))


@pytest.fixture
def left(trades_of, day):
    return lambda shop: _rows(net_purchases(trades_of(shop)), day)


def test_a_purchase_sent_back_whole_disappears(shop, left):
    shop.item("kettle", "kettles").buys("u", "kettle", 5).buys(
        "u", "kettle", 3, event_type="return"
    )

    assert left(shop) == []


def test_part_of_a_purchase_stays_when_part_came_back(shop, left):
    shop.item("soap", "soap").buys("u", "soap", 5, quantity=6.0)
    shop.buys("u", "soap", 3, event_type="return", quantity=2.0)

    assert left(shop) == [("u", "soap", 5, 4.0)]


def test_a_return_belongs_to_the_latest_purchase_before_it(shop, left):
    shop.item("soap", "soap").buys("u", "soap", 30, 10, 2, quantity=1.0)
    shop.buys("u", "soap", 5, event_type="return", quantity=1.0)

    assert [age for _, _, age, _ in left(shop)] == [30, 2]


def test_another_persons_return_changes_nothing(shop, left):
    shop.item("soap", "soap").buys("u", "soap", 5).buys("v", "soap", 3, event_type="return")

    assert left(shop) == [("u", "soap", 5, 1.0)]


def test_of_two_purchases_at_one_time_the_later_row_is_the_one_sent_back(shop, left):
    shop.item("soap", "soap").buys("u", "soap", 5, quantity=3.0).buys("u", "soap", 5, quantity=1.0)
    shop.buys("u", "soap", 5, event_type="return", quantity=1.0)

    assert left(shop) == [("u", "soap", 5, 3.0)]


def _by_hand(rows):
    """Take returns out of purchases one after the other; rows of user, item, age, units, sent."""
    kept = []
    for _, pair in groupby(sorted(rows, key=lambda row: (*row[:2], -row[2])), lambda row: row[:2]):
        bought = []
        for user, item, age, units, is_return in pair:
            if not is_return:
                bought.append([user, item, age, units])
            elif bought:
                bought[-1][3] -= units
        kept += [tuple(row) for row in bought if row[3] > 0]
    return sorted(kept, key=lambda row: (-row[2], *row))


_TRADES = st.lists(
    st.tuples(
        st.sampled_from("uv"),
        st.sampled_from("ab"),
        st.integers(1, 40),
        st.sampled_from([1.0, 2.0, 3.0]),
        st.booleans(),
    ),
    min_size=1,
    max_size=14,
    unique_by=lambda row: row[2],
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(_TRADES)
def test_what_is_left_is_what_counting_by_hand_leaves(new_shop, trades_of, day, rows):
    shop = new_shop().item("a", "a").item("b", "b")
    for user, item, age, units, is_return in rows:
        kind = "return" if is_return else "purchase"
        shop.buys(user, item, age, event_type=kind, quantity=units)

    trades = trades_of(shop)

    assert _rows(net_purchases(trades), day) == _by_hand(rows)
    sent = {row[:2] for row in rows if row[4]}
    assert _rows(returned_trades(trades), day) == sorted(
        (row[:4] for row in rows if row[:2] in sent), key=lambda row: (-row[2], *row)
    )
