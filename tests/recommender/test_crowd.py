from dataclasses import replace

import numpy as np
import pytest

from recommender.crowd import gather_crowd, hear
from recommender.histories import gather

CATS, DOGS, PEOPLE = range(4), range(4, 8), 8


@pytest.fixture(scope="module")
def crowd(make_interactions):
    """Twenty buy cat things, twenty dog things, all buy need 8; user 0 lacks cat thing 3."""
    rows = []
    for user in range(40):
        things = CATS if user < 20 else DOGS
        for thing in things:
            if (user, thing) != (0, 3):
                rows += [(user, day, thing) for day in (80 + user % 7, 95)]
        rows.append((user, 96, PEOPLE))
    histories = gather(make_interactions(rows), 100)
    return gather_crowd(histories)


def test_like_minded_people_and_kindred_needs_speak_for_what_is_missing(crowd):
    opinions = hear(crowd, np.array([0]))

    # Forty people are too few for the factors, whose penalty is made for shops.
    for scores in (opinions.peers, opinions.peer_share, opinions.kin):
        assert scores[0, 3] > scores[0, list(DOGS)].max()


def test_nobody_is_their_own_peer(crowd):
    """Only user 0 lacks need 3, so all of its peers have it; peers of user 1 include user 0."""
    opinions = hear(crowd, np.array([0, 1]))

    assert opinions.peer_share[0, 3] == pytest.approx(1.0, abs=0.001)
    assert opinions.peer_share[1, 3] < 0.99


def test_a_new_need_is_explained_by_a_kindred_one_the_person_buys(crowd):
    explained = crowd.kindred(np.array([0, 0]), np.array([3, 3]))

    assert set(explained.tolist()) <= {0, 1, 2}


def test_blocks_of_users_hear_the_same_as_all_together(crowd):
    together = hear(crowd, np.arange(40))
    alone = hear(crowd, np.array([17]))

    assert alone.peers[0] == pytest.approx(together.peers[17], abs=1e-6)
    assert alone.kin[0] == pytest.approx(together.kin[17], abs=1e-6)


def test_where_needs_speak_alike_the_first_one_is_named_and_where_none_does_nobody_is(crowd):
    """Needs 0 to 2 were bought on the same days by the same people."""
    explained = crowd.kindred(np.array([0, 39, 39]), np.array([3, 3, 3]))

    silent = replace(crowd, kin=crowd.kin * 0)
    assert explained.tolist() == [0, PEOPLE, PEOPLE]
    silent.kin.eliminate_zeros()
    assert silent.kindred(np.array([0]), np.array([3])).tolist() == [-1]


def test_a_question_about_nobody_has_no_answer(crowd):
    none = np.zeros(0, dtype=np.int64)

    assert crowd.kindred(none, none).tolist() == []
