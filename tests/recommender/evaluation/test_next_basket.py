import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from quality.errors import ContractError
from recommender.evaluation.baselines import RankedModel
from recommender.evaluation.baselines.personal import PersonalFrequency
from recommender.evaluation.next_basket import (
    basket_users,
    next_basket_scores,
    one_basket_earlier,
)

DAY = 10


def test_only_the_last_baskets_are_asked_for_and_only_of_users_with_a_past(purchases):
    rows = [(0, 1, 0), (0, DAY, 0), (1, DAY, 0), (2, 3, 0)]

    assert basket_users(purchases(rows), DAY).tolist() == [0]


def test_what_nobody_bought_before_is_a_miss_of_the_whole_basket_only(purchases):
    rows = [(0, 1, 0), (0, 1, 1), (0, DAY, 0), (0, DAY, 2)]
    scores = next_basket_scores(RankedModel(PersonalFrequency()), purchases(rows), DAY)

    assert scores["recall@10"].tolist() == [0.5]
    assert scores["known_recall@10"].tolist() == [1.0]


def test_a_basket_of_nothing_known_is_missed_as_a_whole(purchases):
    rows = [(0, 1, 0), (0, DAY, 1)]
    scores = next_basket_scores(RankedModel(PersonalFrequency()), purchases(rows), DAY)

    assert scores["recall@10"].tolist() == [0.0]
    assert np.isnan(scores["known_recall@10"]).all()


def test_the_model_is_not_shown_the_baskets_it_is_asked_for(purchases):
    before = [(0, 1, 0), (0, 2, 1), (0, 2, 0), (1, 3, 2)]
    model = RankedModel(PersonalFrequency())
    lists = []
    for bought in (0, 2):
        next_basket_scores(model, purchases([*before, (0, DAY, bought)]), DAY)
        lists.append(model.lists(np.array([0, 1]), 3, "all").tolist())

    assert lists[0] == lists[1]


def test_a_day_without_baskets_is_refused_with_the_day(purchases):
    with pytest.raises(ContractError, match="1970-01-11"):
        next_basket_scores(RankedModel(PersonalFrequency()), purchases([(0, 1, 0)]), DAY)


def test_one_basket_earlier_ends_everybody_on_the_day_with_their_own_gaps(purchases):
    rows = [(0, 1, 0), (0, 4, 1), (0, 5, 0), (1, 2, 0), (1, 5, 0), (2, 5, 1)]
    earlier = one_basket_earlier(purchases(rows), DAY)
    assert len(earlier.before(DAY)) < len(earlier)

    found = list(zip(earlier.users, earlier.days, earlier.things, strict=True))
    assert found == [(0, DAY - 3, 0), (0, DAY, 1), (1, DAY, 0)]


@given(
    rows=st.sets(
        st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(0, 4)), min_size=1, max_size=30
    )
)
def test_one_basket_earlier_forgets_one_day_of_each_user_and_moves_the_rest_together(
    purchases, rows
):
    things = purchases(rows)
    earlier = one_basket_earlier(things, DAY)

    for user in range(len(things.user_ids)):
        before = np.unique(things.days[things.users == user])[:-1]
        after = np.unique(earlier.days[earlier.users == user])
        assert (after == before + (DAY - before[-1] if len(before) else 0)).all()
