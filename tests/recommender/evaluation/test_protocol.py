import numpy as np
import pytest

from quality.errors import ContractError
from recommender.evaluation.protocol import make_cut


def test_a_cut_asks_about_users_with_a_past_and_a_known_future(purchases):
    rows = [
        (0, 1, 0),  # user 0 bought 0 before, and 0 and 1 after
        (0, 10, 0),
        (0, 12, 1),
        (1, 2, 1),  # user 1 buys only thing 2 after, which nobody knew before
        (1, 11, 2),
        (2, 11, 0),  # user 2 has no past
        (3, 3, 1),  # user 3 has no future
        (0, 14, 1),  # outside the window: known only to the fourteenth day
    ]
    cut = make_cut(purchases(rows), 10, 4)

    assert cut.users.tolist() == [0]
    assert cut.catalogue_size == 2
    truth = {
        mode: cut.truth_of(mode).things[cut.truth_of(mode).users == 0].tolist()
        for mode in ("all", "repeat", "novel")
    }
    assert truth == {"all": [0, 1], "repeat": [0], "novel": [1]}


def test_the_day_of_the_cut_is_future_and_the_day_after_the_window_is_not(purchases):
    rows = [(0, 1, 0), (0, 1, 1), (0, 1, 2), (0, 5, 0), (0, 6, 1), (0, 7, 2)]

    cut = make_cut(purchases(rows), 5, 2)

    assert cut.truth.things.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("day", "horizon", "sentence"),
    [
        (10, 28, "the data hold 1970-01-02 to 1970-01-13"),
        (1, 2, "needs purchases before the cut"),
    ],
)
def test_a_cut_that_the_data_do_not_cover_is_refused(purchases, day, horizon, sentence):
    rows = [(0, 1, 0), (0, 12, 0)]

    with pytest.raises(ContractError, match=sentence):
        make_cut(purchases(rows), day, horizon)


def test_a_cut_with_nobody_on_both_sides_is_refused(purchases):
    with pytest.raises(ContractError, match="nothing to evaluate; choose another cut"):
        make_cut(purchases([(0, 1, 0), (1, 12, 0)]), 5, 8)


def test_no_purchases_at_all_is_refused(purchases):
    empty = purchases([(0, 1, 0)]).before(0)

    assert len(empty) == 0
    with pytest.raises(ContractError, match="no purchase"):
        make_cut(empty, 5, 8)


def test_what_happens_after_the_window_changes_nothing(purchases):
    rows = [(0, 1, 0), (0, 5, 0), (1, 2, 1), (1, 6, 1), (1, 9, 0)]
    later = [(0, 20, 1), (1, 30, 2)]

    short, long = (make_cut(purchases(r, n_things=3), 5, 4) for r in (rows, rows + later))

    assert np.array_equal(short.truth.keys, long.truth.keys)
    assert np.array_equal(short.users, long.users)
