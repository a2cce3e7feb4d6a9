"""Every decision has a sentence in both languages."""

import re
from string import Formatter

import numpy as np
import pytest

from trials.eligibility import RULES
from trials.letter_reasons import LETTER_REASONS
from trials.score import WEIGHTS
from trials.sentences import SENTENCES, STRENGTHS, odds, write_reasons


@pytest.mark.parametrize("code", SENTENCES)
def test_both_languages_say_it_with_the_same_gap(code):
    chinese, english = SENTENCES[code]

    assert re.search(r"[一-鿿]", chinese)
    assert not re.search(r"[一-鿿]", english)
    gaps = [
        [name for _, name, _, _ in Formatter().parse(sentence) if name is not None]
        for sentence in (chinese, english)
    ]
    assert gaps[0] == gaps[1]


def test_every_rule_and_every_part_that_adds_has_its_words():
    assert set(RULES) <= set(SENTENCES)
    assert len(STRENGTHS) == len(WEIGHTS) - 1


def test_details_complete_their_own_language():
    codes = np.array(["drawn_band", "seller", "drawn_band"], dtype=object)
    zh, en = zip(odds((2,), 6), ("", ""), odds((1, 2), 3), strict=True)

    chinese, english = write_reasons(codes, np.array(zh, object), np.array(en, object))

    assert "6 人抽 2 份" in chinese[0]
    assert "2 drawn among 6" in english[0]
    assert "1.5 on average drawn among 3" in english[2]
    assert "{" not in "".join([*chinese, *english])


@pytest.mark.parametrize("code", SENTENCES)
def test_the_applicant_is_told_the_same_reason_and_spoken_to(code):
    for mine, told in zip(SENTENCES[code], LETTER_REASONS[code], strict=True):
        assert mine.count("{detail}") == told.count("{detail}")
    chinese, english = LETTER_REASONS[code]
    assert "申请人" not in chinese.replace("另一位申请人", "")
    assert "he applicant" not in english


def test_who_was_held_out_and_who_was_not_drawn_are_told_the_same():
    assert LETTER_REASONS["held_out"] == LETTER_REASONS["not_drawn"]
    assert set(LETTER_REASONS) == set(SENTENCES)
