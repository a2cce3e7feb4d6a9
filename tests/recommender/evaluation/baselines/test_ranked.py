import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from recommender.evaluation.baselines import TimedModel
from recommender.evaluation.baselines.personal import PersonalFrequency
from recommender.evaluation.baselines.ranked import top_k

scores = arrays(
    np.float64,
    array_shapes(min_dims=2, max_dims=2, max_side=8),
    elements=st.sampled_from([-np.inf, 0.0, 0.5, 1.0, 2.0]),
)


@pytest.mark.parametrize("groups", [1, 3, 4, 1024])
@given(table=scores, k=st.integers(1, 10))
def test_top_k_equals_a_stable_sort_of_whole_rows(groups, table, k):
    order = np.argsort(-table, axis=1, kind="stable")[:, :k]
    expected = np.where(np.isneginf(np.take_along_axis(table, order, axis=1)), -1, order)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("recommender.evaluation.baselines.ranked._GROUPS", groups)
        assert top_k(table, k).tolist() == expected.tolist()


@pytest.fixture
def model(purchases):
    """User 0 bought thing 0 twice and 1 once; everybody else buys 3 more than 2; 4 is unborn."""
    rows = [(0, 90, 0), (0, 92, 0), (0, 91, 1), (1, 95, 3), (2, 95, 3), (1, 96, 2)]
    fitted = TimedModel(PersonalFrequency())
    fitted.fit(purchases([*rows, (2, 10, 2), (3, 12, 2)], n_users=5, n_things=5), as_of=100)
    return fitted


def test_own_things_come_first_then_what_is_popular_lately(model):
    assert model.lists(np.array([0]), 5, "all").tolist() == [[0, 1, 3, 2, -1]]


def test_repeats_and_novel_things_share_the_list_between_them(model):
    users = np.array([0, 1])

    assert model.lists(users, 3, "repeat").tolist() == [[0, 1, -1], [3, 2, -1]]
    assert model.lists(users, 3, "novel").tolist() == [[3, 2, -1], [0, 1, -1]]


def test_a_user_never_seen_gets_what_is_popular(model):
    assert model.lists(np.array([4]), 2, "all").tolist() == [[0, 3]]


def test_a_longer_list_than_there_are_things_has_empty_slots(model):
    assert model.lists(np.array([0]), 7, "novel").tolist() == [[3, 2, -1, -1, -1, -1, -1]]


def test_timing_scores_are_the_scorer_s_own(model):
    found = model.timing_scores(np.array([1, 0, 0]), np.array([3, 0, 3]))

    assert found.tolist() == [1, 2, 0]


def test_lists_do_not_depend_on_who_else_is_asked_about(model):
    together = model.lists(np.array([2, 0, 3]), 4, "all")

    assert together[1].tolist() == model.lists(np.array([0]), 4, "all")[0].tolist()
