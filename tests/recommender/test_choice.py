"""Which product of a need: what is offered, how it is described, and how likely it is."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.catalogue import Catalogue, read_catalogue
from recommender.chance import Chance, Design
from recommender.choice import likeliest_new, read_products
from recommender.histories import gather
from recommender.interactions import Interactions, day_number, of_needs, purchase_days
from recommender.needs import read_needs
from recommender.new_products import POPULAR, new_candidates, new_features, take_product_day
from recommender.product_features import OLD_DAYS, candidates, own_products

NAMES = (
    "chance_of_need",
    "is_own_need",
    "own_products",
    "buyers",
    "ever_buyers",
    "first_share",
    "trend",
    "hurry",
    "repeat_odds",
    "share_of_demand",
    "brand_share",
    "tier",
    "tier_misfit",
)
"""Features of new products, by their place."""


def _read(shop, day) -> tuple[Catalogue, Interactions]:
    tables = shop.tables()
    catalogue = read_catalogue(tables["items"], day)
    return catalogue, purchase_days(tables["events"], tables["items"], level="item")


@pytest.fixture
def soaps(shop, day):
    """Soaps a1, a2 (brand A, 1 and 3), b1 (B, 9), c1 (none, no price), d1 (sold out); and tea.

    User u bought a1 twice and c1; five others b1; v also a2. Items are coded in that order.
    """
    for item, brand in (("a1", "A"), ("a2", "A"), ("b1", "B"), ("c1", None), ("d1", "B")):
        shop.item(item, "soap", brand=brand, is_available=item != "d1")
    shop.item("tea", "tea", brand="B")
    shop.buys("u", "a1", 10, 40, unit_price=1.0).buys("u", "c1", 5)
    for user in "vwxyz":
        shop.buys(user, "b1", 3, 20, unit_price=9.0)
    shop.buys("v", "a2", 9, unit_price=3.0)
    return _read(shop, day)


def _today(soaps, day):
    catalogue, bought = soaps
    return take_product_day(bought, day_number(day), catalogue)


def _new(today, users, items):
    features, _ = new_features(today, np.array(users), np.array(items), np.full(len(users), 0.5))
    return dict(zip(NAMES, features.T, strict=False))


def test_products_are_offered_by_demand_and_never_what_was_bought_or_is_sold_out(soaps, day):
    rows, items = new_candidates(_today(soaps, day), np.array([0, 1, 2]), np.array([0, 0, 1]))

    offered = [soaps[0].item_ids[items[rows == row]].tolist() for row in range(3)]
    assert offered == [["b1", "a2"], ["a1", "c1"], ["tea"]]


def test_no_more_than_the_most_popular_of_a_need_are_offered(shop, day):
    for item in range(POPULAR + 3):
        shop.item(f"i{item:02d}", "soap")
        for user in range(item):
            shop.buys(f"u{user:02d}", f"i{item:02d}", 3)
    shop.item("tea", "tea").buys("z", "tea", 2)
    catalogue, bought = _read(shop, day)
    newcomer = len(bought.user_ids) - 1

    _, items = new_candidates(_today((catalogue, bought), day), np.array([newcomer]), np.array([0]))

    assert items.tolist() == list(range(POPULAR + 2, 2, -1))


def test_the_tier_is_the_place_of_a_price_inside_its_need(soaps, day):
    today = _today(soaps, day)

    assert today.tiers.tolist() == pytest.approx([1 / 6, 3 / 6, 5 / 6, 0.5, 0.5, 0.5])


def test_a_person_of_cheap_products_misfits_a_dear_one(soaps, day):
    told = _new(_today(soaps, day), [0, 0], [1, 2])

    assert told["tier"].tolist() == pytest.approx([0.5, 5 / 6])
    assert 0 < told["tier_misfit"][0] < told["tier_misfit"][1]


def test_a_brand_counts_by_its_share_of_the_persons_purchases(soaps, day):
    recency = np.exp(-np.array([10, 40, 5]) / 90)

    told = _new(_today(soaps, day), [0, 0, 1], [1, 2, 3])

    share = recency[:2].sum() / recency.sum()
    assert told["brand_share"].tolist() == pytest.approx(np.log([share + 1e-3, 1e-3, 1e-3]))


def test_a_product_of_a_need_never_bought_says_so(soaps, day):
    told = _new(_today(soaps, day), [0, 0], [1, 5])

    assert told["is_own_need"].tolist() == [1, 0]
    assert told["own_products"].tolist() == pytest.approx([np.log1p(2), 0])


def test_what_was_bought_once_and_long_ago_is_no_candidate(make_interactions):
    rows = [(0, 0, 0), (0, 0, 1), (0, 9, 1), (0, 100, 2)]

    assert candidates(gather(make_interactions(rows), OLD_DAYS + 2)).tolist() == [False, True, True]


def test_own_products_are_described_and_named_by_ascending_key(soaps, day):
    catalogue, bought = soaps
    told = own_products(
        gather(bought, day_number(day)), catalogue, lambda users, _: np.full(len(users), 0.5)
    )

    assert (np.diff(told.keys) > 0).all()
    assert len(told.keys) == len(told.features) == 8
    assert np.isfinite(told.features).all()


@pytest.fixture
def products(soaps, day):
    catalogue, bought = soaps
    needs = of_needs(bought, catalogue.needs, catalogue.need_ids)
    return read_products(bought, read_needs(needs, day_number(day), catalogue), catalogue)


def test_on_thin_data_a_need_is_shared_out_by_the_persons_purchases(products):
    """Of u: a1 and c1, whose chances add up to that of soap."""
    chances = products.chances[:2]
    recency = np.exp(-np.array([10, 40, 5]) / 90)

    assert products.keys[:2].tolist() == [0, 3]
    assert products.learned.new is None
    assert chances / chances.sum() == pytest.approx(
        [recency[:2].sum() / recency.sum(), recency[2] / recency.sum()]
    )


def test_on_thin_data_a_new_product_is_worth_its_share_of_demand(products):
    """Of soap, a1 has one buyer in four weeks, a2 one, b1 five, c1 one."""
    chances = products.of_new(np.array([0, 0]), np.array([1, 2]), np.array([0.5, 0.5]))

    assert chances.tolist() == pytest.approx([0.5 * 1.5 / 13, 0.5 * 5.5 / 13])


def test_the_likeliest_new_product_is_chosen_if_there_is_any(soaps, products):
    users, needs = np.array([0, 0, 1]), np.array([0, 1, 0])

    items = likeliest_new(products, users, needs, np.array([0.5, 0.2, 0.5]))

    assert soaps[0].item_ids[items].tolist() == ["b1", "tea", "a1"]


def test_who_bought_all_that_can_be_had_is_offered_nothing_new(shop, day):
    shop.item("a", "soap").item("b", "soap").buys("u", "a", 3).buys("u", "b", 30)
    catalogue, bought = _read(shop, day)
    needs = of_needs(bought, catalogue.needs, catalogue.need_ids)
    products = read_products(bought, read_needs(needs, day_number(day), catalogue), catalogue)

    items = likeliest_new(products, np.array([0]), np.array([0]), np.array([0.5]))

    assert items.tolist() == [-1]


def test_what_was_learned_decides_among_new_products(products):
    """A person of cheap products, by a regression that minds nothing but a misfit of price."""
    weights = np.zeros(len(NAMES) + 1, dtype=np.float32)
    weights[NAMES.index("tier_misfit")] = -5
    n_features = len(weights)
    minds_price = Chance(
        Design(tuple(range(n_features)), ()),
        np.zeros(n_features, dtype=np.float32),
        np.ones(n_features, dtype=np.float32),
        weights,
        0.0,
        None,
    )

    items = likeliest_new(
        replace(products, learned=replace(products.learned, new=minds_price)),
        np.array([0]),
        np.array([0]),
        np.array([0.5]),
    )

    assert items.tolist() == [1]


def test_a_larger_shop_teaches_the_choice(cyclic):
    """Everybody buys the one variant of each need and never the other."""
    products = read_products(cyclic.items, cyclic.personal, cyclic.catalogue)
    bought = np.unique(cyclic.items.users * 48 + cyclic.items.things)
    need_keys = cyclic.personal.model.snapshot.histories.keys
    needs = products.keys // 48 * 24 + cyclic.catalogue.needs[products.keys % 48]

    assert np.isin(products.keys, bought).all()
    assert ((products.chances > 0) & (products.chances < 1)).all()
    chances = cyclic.personal.chances[np.searchsorted(need_keys, needs)]
    assert np.abs(products.chances - chances).mean() < 0.1


_PURCHASES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 99), st.integers(0, 5)), min_size=1, max_size=30
).map(set)


@settings(max_examples=25)
@given(_PURCHASES)
def test_nothing_that_was_bought_is_ever_offered_as_new(make_interactions, rows):
    train = make_interactions([*rows, (3, 0, 5)])
    catalogue = Catalogue(
        item_ids=train.thing_ids,
        needs=np.array([0, 0, 0, 1, 1, 1]),
        merchants=np.full(6, "m", dtype=object),
        brands=np.array([0, 1, -1, 0, 1, 1]),
        is_available=np.array([True, True, True, True, True, False]),
        need_ids=np.array(["a", "b"], dtype=object),
        parents=np.array([0, 1]),
        told_days=np.full(2, np.nan),
    )
    today = take_product_day(train, 100, catalogue)
    users, needs = np.repeat(np.arange(4), 2), np.tile([0, 1], 4)

    offered, items = new_candidates(today, users, needs)

    bought = {(user, item) for user, _, item in [*rows, (3, 0, 5)]}
    assert not {*zip(users[offered].tolist(), items.tolist(), strict=True)} & bought
    assert 5 not in items
    assert (catalogue.needs[items] == needs[offered]).all()
    features, _ = new_features(today, users[offered], items, np.full(len(items), 0.5))
    assert np.isfinite(features).all()
