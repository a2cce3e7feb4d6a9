from dataclasses import replace

import numpy as np
import pytest

from recommender.catalogue import read_catalogue
from recommender.chance import Chance, Design
from recommender.choice import read_products
from recommender.interactions import day_number, of_needs, purchase_days
from recommender.needs import read_needs
from recommender.products import LastItems, popular_items, stock_shelf


def _shelf(shop, day, blocked=()):
    tables = shop.tables()
    catalogue = read_catalogue(tables["items"], day)
    bought = purchase_days(tables["events"], tables["items"], level="item")
    users = bought.user_ids
    needs = of_needs(bought, catalogue.needs, catalogue.need_ids)
    products = read_products(bought, read_needs(needs, day_number(day), catalogue), catalogue)
    items, n_items = catalogue.item_ids.tolist(), len(catalogue.item_ids)
    keys = [users.tolist().index(user) * n_items + items.index(item) for user, item in blocked]
    blocked_keys = np.array(sorted(keys), dtype=np.int64)
    popular = popular_items(catalogue, bought, day_number(day))
    shelf = stock_shelf(catalogue, popular, products, blocked_keys)

    def choose(user, need):
        chosen = shelf.choose(
            np.array([users.tolist().index(user)]),
            np.array([catalogue.need_ids.tolist().index(need)]),
            np.array([0.5]),
        )[0]
        return items[chosen] if chosen >= 0 else None

    return shelf, choose, bought


@pytest.fixture
def soaps(shop):
    """Four soaps; a1 and a2 of one brand. Everybody else buys b1."""
    for item, brand in (("a1", "A"), ("a2", "A"), ("b1", "B"), ("c1", None)):
        shop.item(item, "soap", brand=brand)
    for user in "vwxyz":
        shop.buys(user, "b1", 3, 20)
    return shop.buys("u", "a1", 10, 40).buys("u", "c1", 5)


def test_the_product_bought_most_and_latest_is_chosen(soaps, day):
    _, choose, _ = _shelf(soaps, day)

    assert choose("u", "soap") == "a1"


def test_a_sold_out_product_is_replaced_by_what_else_the_person_bought(soaps, day):
    soaps.rows["items"][0]["is_available"] = False

    assert _shelf(soaps, day)[1]("u", "soap") == "c1"


def test_then_by_the_usual_brand_then_by_the_popular(soaps, day):
    soaps.rows["items"][0]["is_available"] = False
    soaps.rows["items"][3]["is_available"] = False
    assert _shelf(soaps, day)[1]("u", "soap") == "a2"

    assert _shelf(soaps, day, blocked=[("u", "a2")])[1]("u", "soap") == "b1"


def _minding_nothing_but(place, weight):
    """Return a regression of new products on the one feature at this place."""
    weights = np.zeros(14, dtype=np.float32)
    weights[place] = weight
    means, deviations = np.zeros_like(weights), np.ones_like(weights)
    return Chance(Design(tuple(range(14)), ()), means, deviations, weights, 0.0, None)


def _having_learned(products, new):
    return replace(products, learned=replace(products.learned, new=new))


def test_what_was_learned_of_new_products_goes_before_brand_and_popularity(soaps, day):
    """After the own ones, a person who minds nothing but few buyers gets a2."""
    for item in soaps.rows["items"]:
        item["is_available"] = item["item_id"] != "b1"
    shelf, choose, bought = _shelf(soaps, day)
    learned = _having_learned(shelf.products, _minding_nothing_but(3, -1.0))
    user, soap = np.array([bought.user_ids.tolist().index("v")]), np.array([0])

    found = replace(shelf, products=learned).choose(user, soap, np.array([0.5]))

    assert choose("v", "soap") == "a1"
    assert shelf.catalogue.item_ids[found].tolist() == ["a2"]


def test_who_is_not_profiled_gets_the_popular_whatever_was_learned(soaps, day):
    shelf, _, bought = _shelf(soaps, day)
    learned = _having_learned(shelf.products, _minding_nothing_but(3, -1.0))
    stranger = np.array([len(bought.user_ids)])

    found = replace(shelf, products=learned).choose(stranger, np.array([0]), np.array([0.5]))

    assert shelf.catalogue.item_ids[found].tolist() == ["b1"]


def test_a_need_of_which_everything_is_blocked_is_exhausted(soaps, day):
    everything = [("u", item) for item in ("a1", "a2", "b1", "c1")]

    shelf, choose, _ = _shelf(soaps, day, blocked=everything)

    assert choose("u", "soap") is None
    assert shelf.exhausted().tolist() == [0]
    assert choose("v", "soap") == "b1"


def test_an_item_not_yet_launched_is_not_shown(shop, day):
    shop.item("old", "soap").item("new", "soap", launched_on=day).buys("u", "new", 3)

    assert _shelf(shop, day)[1]("u", "soap") == "old"


def test_the_last_item_of_a_need_is_remembered(soaps, day):
    shelf, _, bought = _shelf(soaps, day)

    last = LastItems.of(shelf.catalogue, bought).look_up(np.array([0, 99]))

    assert [shelf.catalogue.item_ids[last[0]], last[1]] == ["c1", -1]
