import numpy as np

from trials.reports.clause_polarity import clause_polarities, sign_of
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


def test_each_clause_is_read_in_its_own_language():
    assert signs(["键盘好", "the keyboard is awful"], [3, 3]) == [1, -1]


def test_no_clauses_have_no_polarity():
    assert signs([], []) == []
