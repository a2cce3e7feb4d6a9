import numpy as np
import pytest

from recommender.evaluation.before_after import compare_slots
from recommender.evaluation.judge import Judged, Yardstick
from recommender.evaluation.pairs import PairSet
from recommender.evaluation.protocol import Cut

USER_IDS = np.array(["ann", "bob", "cat"], dtype=object)
THING_IDS = np.array(["soap, red", "soap, blue", "bread", "milk"], dtype=object)
NEED_IDS = np.array(["soap", "bread", "milk"], dtype=object)
USERS = np.array([0, 1, 2])
NOTHING = PairSet.of(np.array([], int), np.array([], int), 4)


@pytest.fixture
def yardstick():
    """Soap annoys bob and cat; bob buys bread."""
    truth = PairSet.of(np.array([1]), np.array([2]), 4)
    annoying = PairSet.of(np.array([1, 2]), np.array([0, 0]), 3)
    cut = Cut(100, 28, USERS, 4, NOTHING, truth)
    return Yardstick(cut, np.array([0, 0, 1, 2]), annoying, annoying, annoying)


def judged(*lists):
    return Judged({}, 0.0, np.array(lists))


def compare(yardstick, before, after):
    return compare_slots(
        yardstick, before, after, user_ids=USER_IDS, thing_ids=THING_IDS, need_ids=NEED_IDS
    )


def test_the_user_whom_the_baseline_annoys_most_is_shown(yardstick):
    before = judged([0, 1, 2], [0, 2, -1], [1, 0, 3])

    found = compare(yardstick, before, judged([3, 2, 0], [3, 2, 0], [2, 3, -1]))

    assert found.user_id == "cat"
    assert [(slot.thing, slot.need) for slot in found.before] == [
        ("soap, blue", "soap"),
        ("soap, red", "soap"),
        ("milk", "milk"),
    ]
    assert [slot.is_annoying for slot in found.before] == [True, True, False]
    assert [slot.thing for slot in found.after] == ["bread", "milk"]


def test_of_equals_the_smallest_id_is_shown_and_its_hits_are_marked(yardstick):
    before = judged([2, 3, -1], [0, 2, -1], [0, 3, -1])

    found = compare(yardstick, before, before)

    assert found.user_id == "bob"
    assert [(slot.is_hit, slot.is_annoying) for slot in found.after] == [
        (False, True),
        (True, False),
    ]


def test_the_subject_s_lists_play_no_part_in_the_choice(yardstick):
    before = judged([2, 3, -1], [0, 2, -1], [0, 3, -1])
    lists = ([2, 3, -1], [0, 1, -1], [0, 1, 2])

    chosen = {
        compare(yardstick, before, judged(*np.roll(lists, turn, axis=0))).user_id
        for turn in range(3)
    }

    assert chosen == {"bob"}


def test_slots_after_the_tenth_do_not_count(yardstick):
    late = [[3] * 10 + [0, 1], [3] * 12, [0] + [3] * 11]

    found = compare(yardstick, judged(*late), judged(*late))

    assert found.user_id == "cat"
    assert len(found.before) == 10
