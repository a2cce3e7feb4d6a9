import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from trials.reports.clauses import contrasts
from trials.reports.evidence import (
    EVIDENCE,
    after_contrast,
    clause_counts,
    read_clauses,
    spread,
    summed,
)
from trials.reports.features import FEATURES
from trials.reports.training import PolarityOptions, train_on

VALUES = np.array([1.0, -2.0, 4.0, 7.0])
SIZES = [3, 1]


def test_a_reports_values_are_spread_as_mean_least_greatest_first_and_last():
    assert spread(VALUES, SIZES).tolist() == [[1, -2, 4, 1, 4], [7, 7, 7, 7, 7]]


def test_only_what_follows_a_contrast_is_summed():
    assert after_contrast(VALUES, np.array([0.0, 1, 1, 0]), SIZES).tolist() == [2, 0]


@pytest.mark.parametrize(
    ("clause", "turns"),
    [("但价格偏高", 1), ("不过还行", 1), ("but expensive", 1), ("however, it leaks", 1),
     ("butter is good", 0), ("不但便宜", 0), ("好用", 0), ("", 0)],
)  # fmt: skip
def test_a_contrast_is_a_word_of_its_own_at_the_beginning(clause, turns):
    assert contrasts(clause) is bool(turns)


@given(st.lists(st.sampled_from(["很好。", "太差，", "but bad. ", "nice tea. "]), min_size=1))
def test_a_reports_counts_are_the_sum_of_its_clauses(pieces):
    read = read_clauses([pieces, ["不好。"]], "zh", None)

    reports = summed(read.counts, read.sizes)

    assert reports.shape[0] == 2
    assert reports[0].sum() == read.counts[: read.sizes[0]].sum()
    assert sum(read.sizes) == read.counts.shape[0] == len(read.signs) == len(read.turns)


def test_some_reports_can_be_taken_out_in_any_order():
    read = read_clauses([["很好", "不差"], ["太差"], ["还行", "但是贵"]], "zh", None)

    part = read.of(np.array([2, 0]))

    assert part.sizes == [read.sizes[2], read.sizes[0]]
    assert part.signs.tolist() == [*read.signs[3:].tolist(), *read.signs[:2].tolist()]
    assert part.turns.tolist() == [0, 1, 0, 0]


def test_a_given_vocabulary_is_counted_in_its_own_order():
    counts, _ = clause_counts("en", ["good tea", "tea tea"], ["tea", "good"])

    assert counts.toarray().tolist() == [[1, 1], [2, 0]]


@given(
    st.sampled_from(["zh", "en"]),
    st.lists(st.text("好不差 ag,.", max_size=9), min_size=1, max_size=5),
    st.lists(st.text("好不差ag", min_size=1, max_size=3), min_size=1, unique=True),
)
def test_counts_over_a_vocabulary_are_scikit_learns(language, clauses, vocabulary):
    usual = CountVectorizer(analyzer=FEATURES[language], vocabulary=vocabulary, dtype=np.float32)

    counts, _ = clause_counts(language, clauses, vocabulary)

    assert (counts != usual.transform(clauses)).nnz == 0
    assert counts.dtype == np.float32
    assert counts.has_sorted_indices


def test_a_word_known_by_its_valence_only_still_counts():
    texts = ["great tea", "great cup", "awful tea", "awful cup"]
    options = PolarityOptions(language="en", least_documents=2)
    model = train_on(texts, np.array([1, 1, 0, 0]), options, {"zesty": 1.0, "great": 1.0})

    evidence = model.evidence(read_clauses([["zesty"], ["zonk"]], "en", model.vocabulary))

    assert evidence.shape == (2, EVIDENCE)
    assert evidence[0, 13:18].tolist() == [1.0] * 5
    assert not evidence[1, 13:18].any()
