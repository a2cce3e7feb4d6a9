"""Fit the weights of clause polarity. ``python benchmarks/fit_clause_weights.py [zh] [en] [--write]``.

On the labelled clauses of training texts that teach the clause head too
(``infra/sources/labelled_clauses.py``): in four folds of their reports, the head never learned from
the report, neither from its stars nor from its labels.

Two steps, because the doubtful clauses were chosen where words and stars disagree, so that what
stars are worth cannot be learned from them, and words too little: they count a fifth. First what
words, turns of phrase and the clause head say together, on all clauses; then what that and the
stars are worth, on the clauses drawn at random. Of the stars' weight a share is used: the rest
would tell a few clauses more right and hear far less of what dissents from the stars. Calibration
comes last. Prints, on reports that were left out of both steps (ten folds), how much is right, at
other shares too, and the calibration error before and after; ``--write`` writes the weights, those
of a language that is not asked for as they were. The models learn by these weights, so they are
fitted again until what is right moves by no more than a few clauses, as chance would have it. Takes
five minutes a language.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml
from quality_reports import CACHE, ROOT, calibration_error, keys_of_labels
from scipy.optimize import minimize
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from infra.sources.labelled_clauses import RATINGS, clause_lessons, labelled_clauses
from infra.sources.rated_sentences import rated_sentences
from infra.sources.review_texts import Reviews, chinese_reviews, english_reviews
from infra.sources.valences import chinese_valences
from quality.text_keys import text_key
from trials.reports.clause_weights import said_by, standing
from trials.reports.cues import cue_names
from trials.reports.normalising import normalise
from trials.reports.opinion_words import english_valences
from trials.reports.polarity import PolarityModel
from trials.reports.training import PolarityOptions, Rated, train_polarity

FOLDS, INNER_FOLDS, MODEL_FOLDS = 10, 5, 4
WORDS_INVERSE_PENALTY = 1.0
STARS_INVERSE_PENALTY = 1.0
DOUBTFUL_COUNT = 0.2
SHARE_OF_STARS = {"zh": 0.5, "en": 0.65}
SHARES = (0.4, 0.5, 0.6, 0.7, 0.8, 1.0)
SURE = 1e-6
DIGITS = 2
WEIGHTS = Path(ROOT) / "trials" / "reports" / "clause_weights.yaml"
HEADER = """\
# Log odds that a clause praises, per unit of what speaks for it; written by
# python benchmarks/fit_clause_weights.py --write, which says how and on what.
"""


class Clauses:
    """Labelled clauses of one language that praise or blame, as arrays of one row a clause."""

    def __init__(self, reviews: Reviews, valences: dict[str, float], rated: Rated = ()) -> None:
        """Read the labels, and each clause by a model that learned nothing of its report."""
        language = self.language = reviews.language
        texts = {text_key(text): text for text in reviews.texts}
        labels = dict(zip(map(text_key, reviews.texts), reviews.labels, strict=True))
        rows = [row for row in labelled_clauses(language) if RATINGS[row.says]]
        self.signs = np.sign([RATINGS[row.says] for row in rows])
        self.reports = np.array([row.report for row in rows])
        self.is_drawn = np.array([row.is_random for row in rows])
        self.texts = [normalise(texts[row.report][row.start : row.end]).text for row in rows]
        stand = standing(np.array([5.0 if labels[row.report] else 2.0 for row in rows]))
        turns = np.array([said_by(text, language).turns for text in self.texts])
        self.stars = np.column_stack([stand, turns * stand])
        folds = list(GroupKFold(MODEL_FOLDS).split(self.stars, groups=self.reports))
        of_folds = [
            of_words(
                [self.texts[at] for at in left],
                trained_without(set(self.reports[left]), reviews, valences, rated),
            )
            for _, left in folds
        ]
        order = np.argsort(np.concatenate([left for _, left in folds]))
        self.words = np.vstack(of_folds)[order]

    def of(self, rows: np.ndarray) -> "Clauses":
        """Return some of the clauses."""
        chosen = object.__new__(Clauses)
        chosen.language = self.language
        for name in ("signs", "reports", "is_drawn", "words", "stars"):
            setattr(chosen, name, getattr(self, name)[rows])
        chosen.texts = [self.texts[at] for at in rows]
        return chosen


def trained_without(
    reports: set[str], reviews: Reviews, valences: dict[str, float], rated: Rated
) -> PolarityModel:
    """Return a model that learned nothing of some reports, nor of those with measuring labels."""
    unseen = reviews.held_out | keys_of_labels(reviews.language) | reports
    seen = replace(reviews, held_out=unseen)
    options = PolarityOptions(language=reviews.language)
    taught = (*rated, *clause_lessons(seen))
    return train_polarity(seen.texts, seen.labels, unseen, options, valences, taught)


def of_words(texts: list[str], model: PolarityModel) -> np.ndarray:
    """Return the head's log odds, the words' sign and the turns of phrase, a row a clause."""
    language = model.language
    said = [said_by(text, language) for text in texts]
    turns = [[float(name in one.cues) for name in cue_names(language)] for one in said]
    chances = np.clip(model.clause_chances(texts), SURE, 1 - SURE)
    return np.column_stack([logit(chances), [one.sign for one in said], turns])


LABELLED = {
    "zh": lambda: Clauses(chinese_reviews(), chinese_valences()),
    "en": lambda: Clauses(english_reviews(CACHE), english_valences(), rated_sentences(CACHE)),
}


def main() -> None:
    """Print what is found in the languages asked for, or both, and write it if asked to."""
    weights = yaml.safe_load(WEIGHTS.read_text(encoding="utf-8"))
    for language in [name for name in LABELLED if name in sys.argv] or LABELLED:
        weights[language] = fitted_language(LABELLED[language]())
    body = HEADER + yaml.safe_dump(weights, sort_keys=False, default_flow_style=None)
    if "--write" in sys.argv:
        WEIGHTS.write_text(body, encoding="utf-8")
    else:
        print(body)


def fitted_language(clauses: Clauses) -> dict[str, object]:
    """Print how well one language is told, and return its weights."""
    count = len(np.unique(clauses.reports))
    print(f"{clauses.language}: {len(clauses.signs)} clauses of {count} reports")
    words, stars = left_out(clauses)
    drawn = clauses.is_drawn
    signs, stand = clauses.signs[drawn], clauses.stars[drawn, 0]
    for share in SHARES:
        right = np.sign(words + share * stars)[drawn] == signs
        dissents = np.sign(stand) != signs
        print(
            f"  {share:.1f} of the stars: {right.mean():.3f} right, {dissents.sum()} dissenting ",
            end="",
        )
        print(f"{right[dissents].mean():.3f}")
    odds = (words + SHARE_OF_STARS[clauses.language] * stars)[drawn]
    print(f"  as they are: {described(odds, signs)}")
    unseen = np.empty_like(odds)
    for seen, left in GroupKFold(FOLDS).split(odds, signs, clauses.reports[drawn]):
        unseen[left] = scaled(odds[left], fit_scales(odds[seen], signs[seen]))
    print(f"  calibrated: {described(unseen, signs)}")
    by_words, by_stars = fit(clauses)
    share = SHARE_OF_STARS[clauses.language]
    weights = named(by_words, share * by_stars, clauses.language)
    return {**weights, "scales": fit_scales(odds, signs).round(DIGITS).tolist()}


def fit(clauses: Clauses) -> tuple[np.ndarray, np.ndarray]:
    """Return the weights of the words' columns and of the stars'."""
    said = np.empty(len(clauses.signs))
    for seen, left in GroupKFold(INNER_FOLDS).split(clauses.words, groups=clauses.reports):
        said[left] = clauses.words[left] @ fit_words(clauses.of(seen))
    drawn = clauses.is_drawn
    stars = LogisticRegression(C=STARS_INVERSE_PENALTY, fit_intercept=False)
    stars.fit(np.column_stack([said, clauses.stars])[drawn], clauses.signs[drawn])
    return fit_words(clauses) * stars.coef_[0, 0], stars.coef_[0, 1:]


def fit_words(clauses: Clauses) -> np.ndarray:
    """Return the weights of the words' columns, the stars unknown."""
    model = LogisticRegression(C=WORDS_INVERSE_PENALTY, fit_intercept=False, max_iter=1000)
    counts = np.where(clauses.is_drawn, 1.0, DOUBTFUL_COUNT)
    return model.fit(clauses.words, clauses.signs, sample_weight=counts).coef_[0]


def left_out(clauses: Clauses) -> tuple[np.ndarray, np.ndarray]:
    """Return log odds by words and by stars of each clause, by weights fitted without its report."""
    words, stars = np.empty(len(clauses.signs)), np.empty(len(clauses.signs))
    for seen, left in GroupKFold(FOLDS).split(clauses.words, clauses.signs, clauses.reports):
        by_words, by_stars = fit(clauses.of(seen))
        words[left] = clauses.words[left] @ by_words
        stars[left] = clauses.stars[left] @ by_stars
    return words, stars


def named(words: np.ndarray, stars: np.ndarray, language: str) -> dict[str, object]:
    """Return the weights by name."""
    learned, sign_weight, *turns = words.round(DIGITS).tolist()
    stand, turning = stars.round(DIGITS).tolist()
    return {
        "learned": learned,
        "words": sign_weight,
        "stars": stand,
        "turning": turning,
        "cues": dict(zip(cue_names(language), turns, strict=True)),
    }


def scaled(odds: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Multiply log odds below 0 by the first scale and others by the last."""
    return odds * np.where(odds < 0, scales[0], scales[-1])


def fit_scales(odds: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Return two scales by maximum likelihood."""
    return fitted(2, lambda scales: loss(scaled(odds, scales), signs))


def fitted(size: int, of_scales: Callable[[np.ndarray], float]) -> np.ndarray:
    """Minimise over the logarithms of the scales, so that they stay positive."""
    found = minimize(lambda logs: of_scales(np.exp(logs)), np.zeros(size), method="Nelder-Mead")
    return np.exp(found.x)


def loss(odds: np.ndarray, signs: np.ndarray) -> float:
    """Return the mean negative log likelihood."""
    return float(np.logaddexp(0, -odds * signs).mean())


def described(odds: np.ndarray, signs: np.ndarray) -> str:
    """Say how well log odds foretell signs."""
    error = calibration_error(1 / (1 + np.exp(-odds)), (signs > 0).astype(float))
    return f"loss {loss(odds, signs):.4f}, calibration error {error:.3f}"


if __name__ == "__main__":
    main()
