import numpy as np
import pytest

from recommender.catalogue import read_catalogue
from recommender.interactions import day_number, purchase_days
from recommender.shike_products import ShikeProducts


@pytest.fixture(scope="module")
def fitted(cyclic_tables, day):
    events, items = cyclic_tables["events"], cyclic_tables["items"]
    train = purchase_days(events, items, level="item")
    model = ShikeProducts(read_catalogue(items, day))
    model.fit(train, as_of=day_number(day))
    return model, train


def test_lists_of_repeats_hold_only_what_was_bought_and_novel_ones_only_what_was_not(fitted):
    model, train = fitted
    users = np.arange(len(train.user_ids))
    bought = train.counts().toarray() > 0

    for mode, expected in (("repeat", True), ("novel", False)):
        lists = model.lists(users, 6, mode)
        rows, slots = np.nonzero(lists >= 0)
        assert len(rows)
        assert (bought[rows, lists[rows, slots]] == expected).all()


def test_nothing_held_back_is_among_the_products_of_a_list_and_none_comes_twice(fitted):
    model, train = fitted
    users = np.arange(len(train.user_ids))
    personal, _ = model._fitted()
    histories = personal.model.snapshot.histories
    held = histories.keys[personal.states.is_held]

    lists = model.lists(users, 8, "all")

    assert len(held)
    rows, slots = np.nonzero(lists >= 0)
    needs = model._catalogue.needs[lists[rows, slots]]
    assert not np.isin(users[rows] * personal.n_needs + needs, held).any()
    assert all(len(set(row[row >= 0])) == (row >= 0).sum() for row in lists)


def test_without_holding_back_held_needs_come_back(fitted):
    model, train = fitted
    users = np.arange(len(train.user_ids))

    assert (model.unheld_lists(users, 8) != model.lists(users, 8, "all")).any()


def test_a_model_must_be_fitted_first(fitted):
    with pytest.raises(ValueError, match="must be fitted"):
        ShikeProducts(fitted[0]._catalogue).lists(np.array([0]), 5, "all")
