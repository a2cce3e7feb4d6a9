import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trials.reports.clause_weights import (
    believed_chances,
    clause_weights,
    odds_by_stars,
    odds_by_words,
    said_by,
    standing,
)
from trials.reports.cues import cue_names


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_turn_of_phrase_has_a_weight_and_no_other_has(language):
    assert set(clause_weights(language).cues) == set(cue_names(language))


def test_praise_that_is_wished_for_is_none():
    assert said_by("键盘好", "zh").sign > 0
    assert said_by("键盘要是软点就好了", "zh").sign <= 0
    assert said_by("i wish it tasted good", "en").sign <= 0


def test_words_and_turns_of_phrase_add_up():
    weights = clause_weights("zh")

    said = said_by("散热太差", "zh")

    expected = -weights.words + sum(weights.cues[cue] for cue in said.cues)
    assert odds_by_words(said, weights) == pytest.approx(expected)


def test_stars_stand_between_blame_and_praise():
    assert standing(np.array([1.0, 2.0, 3.0, 4.0, 5.0])).tolist() == [-1, -1, 0, 0.5, 1]


@given(st.floats(1, 5), st.floats(1, 5))
def test_more_stars_never_stand_lower(one, other):
    low, high = standing(np.sort([one, other]))

    assert low <= high


@pytest.mark.parametrize("language", ["zh", "en"])
def test_after_a_word_of_contrast_the_stars_count_for_less(language):
    weights = clause_weights(language)

    plain, turned = odds_by_stars(np.ones(2), np.array([0.0, 1.0]), weights)

    assert plain > turned > 0


def test_a_clause_is_believed_by_its_own_words_and_its_reports_label():
    clauses = ["键盘很好", "键盘很好", "散热太差", "散热太差"]

    chances = believed_chances(clauses, np.zeros(4), np.array([1, 0, 1, 0]), "zh")

    assert (np.diff(chances) < 0).all()
    assert chances[1] > chances[2]
