import pytest

from trials.reports.opinion_words import english_valences, opinion_sign


@pytest.mark.parametrize(
    ("clause", "language", "sign"),
    [
        ("做工很好", "zh", 1),
        ("做工不好", "zh", -1),
        ("不是没有问题", "zh", -1),
        ("没有问题", "zh", 1),
        ("不过能便宜", "zh", 1),
        ("这是一台电脑", "zh", 0),
        ("very tasty", "en", 1),
        ("not tasty at all", "en", -1),
        ("not without problems", "en", -1),
        ("i don't like it", "en", -1),
        ("no complaints", "en", 1),
        ("it is a box", "en", 0),
    ],
)
def test_negation_turns_a_word_and_double_negation_turns_it_back(clause, language, sign):
    assert (opinion_sign(clause, language) > 0) - (opinion_sign(clause, language) < 0) == sign


def test_praise_and_blame_together_cancel():
    assert opinion_sign("漂亮，难用", "zh") == 0


def test_valences_are_bounded_and_ours_win():
    valences = english_valences()

    assert all(-1 <= value <= 1 for value in valences.values())
    assert valences["delicious"] == 1.0
    assert valences["like"] == 0.0
