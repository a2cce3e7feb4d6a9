import numpy as np
import pytest

from recommender.catalogue import read_catalogue
from recommender.interactions import day_number, purchase_days
from recommender.shike_model import ShikeModel
from recommender.stage import RecommendOptions, recommend


@pytest.fixture(scope="module")
def fitted(cyclic_tables, day):
    catalogue = read_catalogue(cyclic_tables["items"], day)
    train = purchase_days(cyclic_tables["events"], cyclic_tables["items"], level="need")
    train = train.known_as(train.user_ids, catalogue.need_ids)
    model = ShikeModel(catalogue)
    model.fit(train, as_of=day_number(day))
    return model, train


def test_the_published_lists_are_the_lists_that_are_measured(fitted, cyclic_tables, day):
    model, train = fitted
    users = np.arange(len(train.user_ids))
    published = recommend(cyclic_tables, as_of=day, options=RecommendOptions(list_length=8))

    lists = model.lists(users, 8, "all")

    rows = published["recommendations"].to_pylist()
    shown = {(row["user_id"], row["rank"]): row["need_group"] for row in rows}
    for user in users:
        wanted = [shown.get((train.user_ids[user], rank)) for rank in range(1, 9)]
        got = [train.thing_ids[need] if need >= 0 else None for need in lists[user]]
        assert got == wanted


def test_repeats_were_bought_before_and_novelties_were_not(fitted):
    model, train = fitted
    users = np.arange(len(train.user_ids))
    bought = set(zip(train.users.tolist(), train.things.tolist(), strict=True))

    for mode, expected in (("repeat", True), ("novel", False)):
        for user, needs in zip(users, model.lists(users, 10, mode).tolist(), strict=True):
            assert all(((user, need) in bought) is expected for need in needs if need >= 0)


def test_a_need_in_its_window_scores_above_one_just_bought(fitted):
    model, train = fitted
    last, gaps = {}, {}
    for user, day, need in zip(train.users, train.days, train.things, strict=True):
        gaps.setdefault((user, need), []).append(day - last.get((user, need), day))
        last[user, need] = day
    today = train.days.max() + 1
    ratio = {pair: (today - last[pair]) / np.mean(gaps[pair][1:]) for pair in last}
    fresh = [pair for pair, share in ratio.items() if share < 0.3]
    due = [pair for pair, share in ratio.items() if 0.9 < share < 1.2]

    scores = [model.timing_scores(*np.array(pairs).T).mean() for pairs in (fresh, due)]

    assert scores[0] < 0.1
    assert scores[1] > 0.3


def test_an_unfitted_model_says_so():
    with pytest.raises(ValueError, match="must be fitted"):
        ShikeModel().lists(np.array([0]), 5, "all")
