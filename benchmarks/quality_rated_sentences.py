"""What rated sentences teach. ``python benchmarks/quality_rated_sentences.py``.

English models that learned from the food reviews alone, beside ones that learned from the rated
sentences of Hutto and Gilbert (ICWSM 2014) too; by cross-validation, so that none is judged on
what it learned from. Held-out texts and the final parts of our labels are not touched.

- Reports of food, five folds; the penalty of what sentences teach words was chosen on them.
- Clauses of food with their stars: the labelled clauses, which teach with and without sentences, ten
  folds, as in ``fit_clause_weights.py``. That all four kinds of sentences teach, and count as one
  clause each, was chosen on the first 958 of them, so that this figure flatters a little.
- Sentences of electronics by the clause head alone: those of a fifth of the reviews are judged by a
  head that learned from all others. Sentences rated nearest to even are left out.
- Reports of electronics, which are those reviews put together again, likewise; as their label
  stands the mean rating of their sentences.

Differences are in points of accuracy, with 95 % intervals by a paired bootstrap over reports.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from fit_clause_weights import SHARE_OF_STARS, Clauses, left_out
from quality_reports import CACHE
from sklearn.model_selection import KFold, StratifiedKFold

from infra.sources.rated_sentences import RatedSentence, rated_reviews, rated_sentences
from infra.sources.review_texts import Reviews, english_reviews
from trials.reports.normalising import normalise
from trials.reports.opinion_words import english_valences
from trials.reports.polarity import PolarityModel
from trials.reports.training import PolarityOptions, Rated, train_on, train_polarity, trainable

FOLDS = 5
LEAST_RATING = 0.5
LEAST_MEAN_RATING = 0.3
DRAWS = 2000
EVEN = 0.5
OPTIONS = PolarityOptions(language="en")


class Told(NamedTuple):
    """Whether each text is told right, without and with rated sentences, and what is drawn together."""

    before: np.ndarray
    after: np.ndarray
    reports: np.ndarray


def main() -> None:
    """Print accuracy without and with rated sentences."""
    reviews, valences = english_reviews(CACHE), english_valences()
    tell("reports of food", of_food(reviews, valences))
    clauses = [Clauses(reviews, valences, each) for each in ((), rated_sentences(CACHE))]
    drawn = clauses[0].is_drawn
    right = [of_clauses(each)[drawn] for each in clauses]
    tell("clauses of food", Told(*right, clauses[0].reports[drawn]))
    sentences, reports = of_electronics(reviews, valences)
    tell("sentences of electronics", sentences)
    tell("reports of electronics", reports)


def of_food(reviews: Reviews, valences: Mapping[str, float]) -> Told:
    """Return how the reports that may be trained on are told by models of the others."""
    kept = trainable(reviews.texts, reviews.labels, reviews.held_out, OPTIONS)
    texts, labels = np.array(reviews.texts)[kept], np.array(reviews.labels)[kept]
    right = np.empty((2, len(kept)), dtype=bool)
    for seen, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=1).split(labels, labels):
        for at, rated in enumerate(((), rated_sentences(CACHE))):
            model = train_on(texts[seen].tolist(), labels[seen], OPTIONS, valences, rated=rated)
            right[at, unseen] = praises(model, texts[unseen].tolist()) == labels[unseen]
    return Told(*right, np.arange(len(kept)))


def praises(model: PolarityModel, texts: Sequence[str]) -> np.ndarray:
    """Return per report as written whether the model reads praise."""
    return model.report_chances([normalise(text).text for text in texts]) > EVEN


def of_clauses(clauses: Clauses) -> np.ndarray:
    """Return per labelled clause whether it is told right, its weights fitted without its report."""
    by_words, by_stars = left_out(clauses)
    return np.sign(by_words + SHARE_OF_STARS[clauses.language] * by_stars) == clauses.signs


def of_electronics(reviews: Reviews, valences: Mapping[str, float]) -> tuple[Told, Told]:
    """Return how sentences and whole reviews of electronics are told."""
    own, others = rated_reviews(CACHE), rated_sentences(CACHE)
    others = others[sum(map(len, own)) :]
    alone = trained(reviews, valences, ())
    sentences, reports = [], []
    for seen, unseen in KFold(FOLDS, shuffle=True, random_state=1).split(np.arange(len(own))):
        taught = trained(reviews, valences, [*(each for at in seen for each in own[at]), *others])
        for at in unseen.tolist():
            sentences += [(*each, at) for each in of_sentences(own[at], alone, taught)]
            mean = np.mean([each.rating for each in own[at]])
            if abs(mean) > LEAST_MEAN_RATING:
                whole = [" ".join(each.text for each in own[at])]
                right = [praises(model, whole)[0] == (mean > 0) for model in (alone, taught)]
                reports.append((*right, at))
    return Told(*np.array(sentences).T), Told(*np.array(reports).T)


def of_sentences(review: Sequence[RatedSentence], *models: PolarityModel) -> list[tuple[bool, ...]]:
    """Return per sentence that is not rated even whether each clause head tells it right."""
    clear = [each for each in review if abs(each.rating) >= LEAST_RATING]
    wanted = np.array([each.rating > 0 for each in clear], dtype=bool)
    texts = [normalise(each.text).text for each in clear]
    found = [(model.clause_chances(texts) > EVEN) == wanted for model in models]
    return list(zip(*(each.tolist() for each in found), strict=True))


def trained(reviews: Reviews, valences: Mapping[str, float], rated: Rated) -> PolarityModel:
    """Return a model of the reviews and some rated sentences."""
    return train_polarity(reviews.texts, reviews.labels, reviews.held_out, OPTIONS, valences, rated)


def tell(name: str, told: Told) -> None:
    """Print both accuracies and their difference; texts of one report are drawn together."""
    gain = told.after.astype(float) - told.before
    _, of = np.unique(told.reports, return_inverse=True)
    sums, sizes = np.bincount(of, gain), np.bincount(of)
    drawn = np.random.default_rng(0).integers(0, len(sums), (DRAWS, len(sums)))
    low, high = np.quantile(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1), (0.025, 0.975))
    print(
        f"{name:<26}{len(gain):>6}{told.before.mean():>8.3f} → {told.after.mean():.3f}"
        f"{100 * gain.mean():>+8.1f} [{100 * low:+.1f}, {100 * high:+.1f}]",
        flush=True,
    )


if __name__ == "__main__":
    main()
