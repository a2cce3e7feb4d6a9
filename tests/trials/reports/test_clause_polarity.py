import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trials.reports.clause_polarity import (
    calibrated,
    clause_polarities,
    clause_reasons,
    sign_of,
)
from trials.reports.clause_weights import clause_weights
from trials.reports.options import ReviewOptions
from trials.reports.polarity import PolarityModels

LEXICON = PolarityModels()
OPTIONS = ReviewOptions()


def signs(clauses, stars):
    odds = clause_polarities(clauses, np.array(stars, dtype=float), LEXICON, OPTIONS)
    return sign_of(odds, OPTIONS).tolist()


def test_words_beat_the_stars_they_dissent_from():
    assert signs(["散热太差", "very tasty"], [5, 1]) == [-1, 1]


def test_the_stars_decide_where_the_words_say_nothing():
    assert signs(["内存是二G", "内存是二G", "内存是二G"], [5, 3, 1]) == [1, 0, -1]


def test_a_fault_told_after_a_but_dissents_from_the_stars_more_easily():
    plain, turned = clause_reasons(["接口少", "但接口少"], np.full(2, 5.0), LEXICON, OPTIONS)

    assert plain.stars > turned.stars > 0


def test_each_clause_is_read_in_its_own_language():
    assert signs(["键盘好", "the keyboard is awful"], [3, 3]) == [1, -1]


def test_no_clauses_have_no_polarity():
    assert signs([], []) == []


@given(st.lists(st.integers(-200, 200), min_size=1), st.sampled_from(["键盘好", "tasty"]))
def test_calibration_keeps_sign_and_order_and_leaves_nothing_at_nothing(tenths, clause):
    before = np.sort([*tenths, 0]) / 10

    after = calibrated(before, [clause] * len(before))

    assert (np.sign(after) == np.sign(before)).all()
    assert (np.diff(after)[np.diff(before) > 0] > 0).all()


def test_doubt_is_calibrated_in_the_language_of_the_clause():
    after = calibrated(np.array([1.0, 1.0, -1.0]), ["键盘好", "tasty", "键盘差"])

    (zh_blame, zh_praise), (_, en_praise) = (clause_weights(one).scales for one in ("zh", "en"))
    assert after.tolist() == [zh_praise, en_praise, -zh_blame]
    assert calibrated(np.empty(0), []).shape == (0,)
