"""Labelled clauses: each is a piece of a review that may be learned from, and is known by its place."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.sources.labelled_clauses import COUNT, RATINGS, clause_lessons, labelled_clauses
from infra.sources.review_texts import CorpusMissingError, chinese_reviews, english_reviews
from quality.text_keys import text_key
from trials.reports.clauses import split_clauses
from trials.reports.normalising import normalise

CACHE = Path(__file__).parents[3] / "build" / "cache"


@pytest.fixture(scope="module", params=["zh", "en"])
def reviews(request):
    if request.param == "zh":
        return chinese_reviews()
    try:
        return english_reviews(CACHE)
    except CorpusMissingError as missing:
        pytest.skip(str(missing))


@pytest.mark.real_data
def test_every_label_is_of_a_clause_of_a_review_that_is_not_held_out(reviews):
    texts = {text_key(text): text for text in reviews.texts}
    labelled = labelled_clauses(reviews.language)

    assert len(labelled) > 1_500
    assert len({clause[:3] for clause in labelled}) == len(labelled)
    assert not {clause.report for clause in labelled} & reviews.held_out
    assert {clause.says for clause in labelled} == RATINGS.keys()
    for clause in labelled:
        assert texts[clause.report][clause.start : clause.end].strip()


@pytest.mark.real_data
def test_most_labels_are_of_clauses_as_they_are_cut_today(reviews):
    texts = {text_key(text): text for text in reviews.texts}
    labelled = labelled_clauses(reviews.language)

    cut = {
        (key, clause.start, clause.end)
        for key in {clause.report for clause in labelled}
        for clause in split_clauses(normalise(texts[key]))
    }
    assert sum(clause[:3] in cut for clause in labelled) >= 0.95 * len(labelled)


@pytest.mark.real_data
def test_lessons_say_what_was_labelled_and_leave_out_what_is_held_out_or_missing(reviews):
    first, *_ = labelled_clauses(reviews.language)
    by_key = {text_key(text): text for text in reviews.texts}
    of_first = [each for each in labelled_clauses(reviews.language) if each.report == first.report]

    lessons = clause_lessons(reviews)
    unseen = clause_lessons(replace(reviews, held_out=reviews.held_out | {first.report}))
    alone = clause_lessons(replace(reviews, texts=(by_key[first.report],), labels=(1,)))

    assert lessons[0] == (by_key[first.report][first.start : first.end], RATINGS[first.says])
    assert len(lessons) == COUNT * len(labelled_clauses(reviews.language))
    assert len(lessons) - len(unseen) == len(alone) == COUNT * len(of_first)
