"""What rated sentences teach clauses. ``python benchmarks/quality_rated_sentences.py``.

English clause heads that learned from the food reviews alone, beside ones that learned from the
rated sentences of Hutto and Gilbert (ICWSM 2014) too; by cross-validation, so that none is judged
on what it learned from. Held-out texts and the final parts of our labels are not touched.

- Clauses of food with their stars: the development labels, ten folds, as in
  ``fit_clause_weights.py``. That all four kinds of sentences teach, and count as one clause each,
  was chosen here, so that this figure flatters a little.
- Sentences of electronics by the clause head alone: those of a fifth of the reviews are judged by a
  head that learned from all others. Sentences rated nearest to even are left out.

Differences are in points of accuracy, with 95 % intervals by a paired bootstrap over reports.
"""

from collections.abc import Mapping

import numpy as np
from fit_clause_weights import SHARE_OF_STARS, Clauses, left_out
from quality_reports import CACHE
from sklearn.model_selection import KFold

from infra.sources.rated_sentences import rated_reviews, rated_sentences
from infra.sources.review_texts import Reviews, english_reviews
from trials.reports.normalising import normalise
from trials.reports.opinion_words import english_valences
from trials.reports.polarity import PolarityModel
from trials.reports.training import PolarityOptions, Rated, train_polarity

FOLDS = 5
LEAST_RATING = 0.5
DRAWS = 2000
EVEN = 0.5


def main() -> None:
    """Print accuracy without and with rated sentences."""
    reviews, valences = english_reviews(CACHE), english_valences()
    clauses = [Clauses(reviews, valences, each) for each in ((), rated_sentences(CACHE))]
    drawn = clauses[0].is_drawn
    right = [of_clauses(each)[drawn] for each in clauses]
    tell("clauses of food", *right, clauses[0].reports[drawn])
    tell("sentences of electronics", *of_electronics(reviews, valences))


def of_clauses(clauses: Clauses) -> np.ndarray:
    """Return per labelled clause whether it is told right, its weights fitted without its report."""
    by_words, by_stars = left_out(clauses)
    return np.sign(by_words + SHARE_OF_STARS[clauses.language] * by_stars) == clauses.signs


def of_electronics(
    reviews: Reviews, valences: Mapping[str, float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return per sentence whether either clause head is right, and which review it is of."""
    own = rated_reviews(CACHE)
    rows = [
        (at, sentence)
        for at, review in enumerate(own)
        for sentence in review
        if abs(sentence.rating) >= LEAST_RATING
    ]
    review_of = np.array([at for at, _ in rows])
    texts = [normalise(sentence.text).text for _, sentence in rows]
    praises = np.array([sentence.rating > 0 for _, sentence in rows])
    before = (trained(reviews, valences, ()).clause_chances(texts) > EVEN) == praises
    after = np.empty_like(before)
    for seen, unseen in KFold(FOLDS, shuffle=True, random_state=1).split(np.arange(len(own))):
        others = [sentence for at in seen for sentence in own[at]]
        model = trained(reviews, valences, [*others, *rated_sentences(CACHE)[sum(map(len, own)) :]])
        left = np.isin(review_of, unseen)
        chances = model.clause_chances([texts[at] for at in np.flatnonzero(left)])
        after[left] = (chances > EVEN) == praises[left]
    return before, after, review_of


def trained(reviews: Reviews, valences: Mapping[str, float], rated: Rated) -> PolarityModel:
    """Return a model of the reviews and some rated sentences."""
    options = PolarityOptions(language="en")
    return train_polarity(reviews.texts, reviews.labels, reviews.held_out, options, valences, rated)


def tell(name: str, before: np.ndarray, after: np.ndarray, reports: np.ndarray) -> None:
    """Print both accuracies and their difference; clauses of one report are drawn together."""
    gain = after.astype(float) - before
    _, of = np.unique(reports, return_inverse=True)
    sums, sizes = np.bincount(of, gain), np.bincount(of)
    drawn = np.random.default_rng(0).integers(0, len(sums), (DRAWS, len(sums)))
    low, high = np.quantile(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1), (0.025, 0.975))
    print(
        f"{name:<26}{len(gain):>6}{before.mean():>8.3f} → {after.mean():.3f}"
        f"{100 * gain.mean():>+8.1f} [{100 * low:+.1f}, {100 * high:+.1f}]",
        flush=True,
    )


if __name__ == "__main__":
    main()
