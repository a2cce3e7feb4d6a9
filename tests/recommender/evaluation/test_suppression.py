import numpy as np

from recommender.evaluation.pairs import PairSet
from recommender.evaluation.suppression import suppressed_lists


class Ladder:
    """Recommends thing 0, then 1, then 2 … to everybody."""

    name = "ladder"

    def __init__(self, n_things):
        self._n_things = n_things

    def lists(self, users, k, mode):
        del mode
        row = [thing if thing < self._n_things else -1 for thing in range(k)]
        return np.tile(row, (len(users), 1))


def test_freed_slots_are_refilled_by_what_comes_next():
    withheld = PairSet.of(np.array([0, 0]), np.array([0, 2]), 10)

    found = suppressed_lists(Ladder(10), np.array([0, 1]), 3, withheld, np.arange(10))

    assert found.tolist() == [[1, 3, 4], [0, 1, 2]]


def test_slots_are_filled_however_many_things_are_withheld():
    # 90 items of one need are withheld before the first that may be shown.
    needs = np.array([0] * 90 + [1] * 10)
    withheld = PairSet.of(np.array([0]), np.array([0]), 2)

    found = suppressed_lists(Ladder(100), np.array([0]), 3, withheld, needs)

    assert found.tolist() == [[90, 91, 92]]


def test_slots_stay_empty_only_when_nothing_is_left():
    withheld = PairSet.of(np.array([0]), np.array([1]), 3)

    found = suppressed_lists(Ladder(3), np.array([0]), 3, withheld, np.arange(3))

    assert found.tolist() == [[0, 2, -1]]
