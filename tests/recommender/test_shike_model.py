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


def test_chances_are_those_of_pairs_that_were_bought_and_nought_of_all_others(fitted, cyclic):
    model, train = fitted
    histories = cyclic.personal.model.snapshot.histories
    n_needs = len(train.thing_ids)
    users, needs = np.divmod(np.arange(len(train.user_ids) * n_needs), n_needs)

    chances = model.chances(users, needs)

    assert chances[histories.keys].tolist() == cyclic.personal.chances.tolist()
    assert not np.delete(chances, histories.keys).any()
    assert len(histories.keys) < len(chances)


def test_timing_is_a_chance_of_what_was_bought_and_nought_of_all_others(fitted, cyclic):
    model, train = fitted
    keys = cyclic.personal.model.snapshot.histories.keys
    n_needs = len(train.thing_ids)
    users, needs = np.divmod(np.arange(len(train.user_ids) * n_needs), n_needs)

    scores = model.timing_scores(users, needs)

    assert ((scores[keys] > 0) & (scores[keys] < 1)).all()
    assert not np.delete(scores, keys).any()


def test_lessons_of_timing_hold_for_four_weeks_and_never_before_their_day(cyclic, day):
    users, needs = np.zeros(24, dtype=np.int64), np.arange(24)
    today, model = day_number(day), ShikeModel(cyclic.catalogue)

    def scores(model, age):
        model.fit(cyclic.needs.before(today - age), as_of=today - age)
        return model.timing_scores(users, needs).tolist()

    def fresh(age):
        return scores(ShikeModel(cyclic.catalogue), age)

    assert scores(model, 40) == fresh(40)
    assert scores(model, 13) != fresh(13)  # what day 40 taught, seen on day 13
    assert scores(model, 12) == fresh(12)
    assert scores(model, 40) == fresh(40)


def test_without_holding_back_the_likeliest_are_listed_whatever_they_satisfy(cyclic, day):
    model = ShikeModel(cyclic.catalogue)
    model.fit(cyclic.needs, as_of=day_number(day))
    users = np.arange(60)

    lists = model.unheld_lists(users, 24)

    for user, needs in zip(users, lists, strict=True):
        own = [need for need in needs if model.chances(np.array([user]), np.array([need]))[0] > 0]
        chances = model.chances(np.full(len(own), user), np.array(own))
        assert (np.diff(chances) <= 0).all()
    assert (lists >= 0).all()


def test_a_catalogue_of_other_needs_is_refused(cyclic, make_interactions):
    with pytest.raises(ValueError, match="must name the needs of the interactions, found 24 and 1"):
        ShikeModel(cyclic.catalogue).fit(make_interactions([(0, 1, 0)]), as_of=2)


def test_without_a_catalogue_lists_are_made_all_the_same(make_interactions):
    model = ShikeModel()
    model.fit(make_interactions([(0, 1, 0), (0, 9, 0), (1, 3, 1)]), as_of=12)

    assert sorted(model.lists(np.array([0]), 2, "all")[0].tolist()) == [0, 1]
    assert model.lists(np.array([1]), 2, "repeat").tolist() == [[1, -1]]
