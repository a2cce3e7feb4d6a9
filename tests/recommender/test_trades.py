import numpy as np
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from recommender.interactions import item_days
from recommender.trades import read_trades

PEOPLE = np.array(["u", "v"], dtype=object)
ITEMS = np.array(["a"], dtype=object)
_COLUMNS = ("users", "items", "times", "quantities", "prices", "is_return")


def _columns(trades):
    return {name: getattr(trades, name).tolist() for name in _COLUMNS}


@pytest.fixture
def events(shop):
    shop.item("a", "a").buys("v", "a", 9, quantity=2.0, unit_price=3.0).buys("u", "a", 5, 4)
    shop.buys("u", "a", 3, event_type="return").buys("u", "a", 2, event_type="view")
    return shop.tables()["events"]


def test_purchases_and_returns_are_read_in_the_order_of_the_events(events):
    trades = read_trades(events, PEOPLE, ITEMS)

    assert trades.users.tolist() == [1, 0, 0, 0]
    assert trades.quantities.tolist() == [2, 1, 1, 1]
    assert trades.prices.tolist() == [3, 0, 0, 0]
    assert trades.is_return.tolist() == [False, False, False, True]


def test_unknown_people_and_items_and_what_is_not_yet_known_are_left_out(shop, day):
    shop.item("a", "a").buys("u", "a", 3, 0, -1).buys("stranger", "a", 3).buys("u", "gone", 3)

    trades = read_trades(shop.tables()["events"], PEOPLE, ITEMS, before=day)

    assert len(trades) == 1


def test_a_file_is_read_as_the_table_in_it_is(events, tmp_path):
    pq.write_table(events, tmp_path / "events.parquet", row_group_size=2)

    on_disk = read_trades(ds.dataset(tmp_path / "events.parquet"), PEOPLE, ITEMS)

    assert _columns(on_disk) == _columns(read_trades(events, PEOPLE, ITEMS))


def test_nothing_bought_is_no_trade_and_no_interaction(events):
    nobody = np.array([], dtype=object)

    assert len(item_days(read_trades(events, nobody, ITEMS))) == 0
