import numpy as np
import pytest

from recommender.catalogue import unknown_catalogue
from recommender.interactions import day_number
from recommender.needs import read_needs
from recommender.popularity import measure_popularity
from recommender.ranking import rank_needs
from recommender.refill import make_lists

PRINTER, INK, N_STAPLES = 0, 1, 14


@pytest.fixture(scope="module")
def office(make_interactions, day):
    """All buy staples weekly; of forty with a printer half took up ink, user 120 may yet do so."""
    rng = np.random.default_rng(4)
    today = day_number(day)
    rows = []
    for user in range(121):
        for staple in range(N_STAPLES):
            rows += [(user, today - age, 2 + staple) for age in range(1 + staple % 7, 140, 7)]
        rows += [(user, today - int(rng.integers(1, 140)), 16 + toy) for toy in range(10)]
        if user < 40:
            rows += [(user, today - 100 + user, PRINTER)]
            rows += [(user, today - 86 + user, INK)] * (user % 2 == 0)
    train = make_interactions([*rows, (120, today - 1, PRINTER)])
    n_needs = len(train.thing_ids)
    personal = read_needs(train, today, unknown_catalogue(train.thing_ids, n_needs))
    nobody = np.full(len(train.user_ids), -1)
    return personal, measure_popularity(train, today, nobody, 1)


def _lists(office, withheld):
    personal, popularity = office
    users = np.array([119, 120])
    made = make_lists(personal, popularity, users, 10, withheld=withheld)
    plain = rank_needs(personal, popularity, users, 10, withheld=withheld)
    return made.needs, plain.needs


def test_a_freed_slot_goes_to_the_complement_of_a_recent_purchase(office):
    staple = np.array([120 * office[0].n_needs + 2])

    made, plain = _lists(office, staple)

    assert INK not in plain[1]
    assert made[1, -1] == INK
    assert made[1, :-1].tolist() == plain[1, :-1].tolist()
    assert made[0].tolist() == plain[0].tolist()


def test_without_a_freed_slot_nothing_is_set_aside(office):
    made, plain = _lists(office, np.zeros(0, dtype=np.int64))

    assert made.tolist() == plain.tolist()


def test_a_withheld_complement_is_not_let_in(office):
    n_needs = office[0].n_needs
    withheld = np.array([120 * n_needs + INK, 120 * n_needs + 2])

    assert INK not in _lists(office, withheld)[0][1]
