import numpy as np
import pytest

from recommender.popularity import measure_popularity


@pytest.fixture
def interactions(make_interactions):
    """Users 0 and 1 are one segment and buy need 0; users 2, 3 buy need 1, user 3 long ago."""
    return make_interactions([(0, 95, 0), (0, 96, 0), (1, 95, 0), (2, 95, 1), (3, 10, 1)])


def test_shares_are_of_recent_shoppers_and_people_count_once(interactions):
    popularity = measure_popularity(interactions, 100, np.array([0, 0, -1, -1]), 2)

    assert popularity.buyers[popularity.everybody].tolist() == [2, 1]
    assert popularity.shares[popularity.everybody] == pytest.approx([2 / 3, 1 / 3])
    assert popularity.shares[0].tolist() == [1.0, 0.0]


def test_a_small_segment_and_those_without_one_hear_everybody(interactions):
    popularity = measure_popularity(interactions, 100, np.array([0, 0, -1, 1]), 2)

    assert popularity.row_of.tolist() == [0, 0, popularity.everybody, popularity.everybody]
