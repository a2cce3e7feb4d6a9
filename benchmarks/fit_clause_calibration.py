"""Fit the scales of ``trials.reports.clause_polarity``. ``python benchmarks/fit_clause_calibration.py``.

On the development clauses only: those that came with the task, our own, and our own labels of
praise and blame (``tests/trials/reports/labels/README.md``). The final part is not touched. The
models saw none of these reports, so they are no surer than on reports that are new. Prints, per
language and for one scale and two, the scales of log odds below and above 0, and the likelihood
and calibration error before and after, each report scored by scales that were fitted without it.
"""

from collections.abc import Callable

import numpy as np
from quality_reports import (
    OPTIONS,
    ROOT,
    calibration_error,
    labelled,
    sign,
)
from scipy.optimize import minimize
from sklearn.model_selection import GroupKFold

from infra.sources.review_texts import Reviews, chinese_reviews, english_reviews
from infra.sources.valences import chinese_valences
from trials.reports.clause_polarity import clause_polarities
from trials.reports.normalising import normalise
from trials.reports.opinion_words import english_valences
from trials.reports.polarity import PolarityModels
from trials.reports.training import PolarityOptions, train_polarity

FOLDS = 10


def main() -> None:
    """Print the scales of both languages."""
    fit_language(chinese_reviews(), chinese_valences())
    fit_language(english_reviews(ROOT / "build" / "cache"), english_valences())


def fit_language(reviews: Reviews, valences: dict[str, float]) -> None:
    """Print what one language is fitted to."""
    odds, signs, reports = development_clauses(reviews, valences)
    print(f"{reviews.language}: {len(odds)} clauses of {len(np.unique(reports))} reports")
    print(f"  as they are: {described(odds, signs)}")
    for name, fit in {"one scale": fit_one, "two scales": fit_two}.items():
        unseen = np.empty_like(odds)
        for seen, left in GroupKFold(FOLDS).split(odds, signs, reports):
            unseen[left] = scaled(odds[left], fit(odds[seen], signs[seen]))
        print(f"  {name} {fit(odds, signs).round(2)}: {described(unseen, signs)}")


def development_clauses(
    reviews: Reviews, valences: dict[str, float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return log odds, sign and report of every clause that praises or blames."""
    language = reviews.language
    own = [
        *labelled(f"training_clauses_{language}_development"),
        *labelled(f"training_polarity_{language}"),
    ]
    unseen = {row["key"] for row in [*own, *labelled(f"training_clauses_{language}_final")]}
    options = PolarityOptions(language=language)
    model = train_polarity(
        reviews.texts, reviews.labels, reviews.held_out | unseen, options, valences
    )
    rows = [row for row in [*labelled(f"clauses_{language}"), *own] if sign(row)]
    stars = np.array([5.0 if row["doc_y"] else 2.0 for row in rows])
    texts = [normalise(row["clause"]).text for row in rows]
    odds = clause_polarities(texts, stars, PolarityModels(**{language: model}), OPTIONS)
    reports = np.array([str(row.get("key", row.get("doc"))) for row in rows])
    return odds, np.array([sign(row) for row in rows]), reports


def scaled(odds: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Multiply log odds below 0 by the first scale and others by the last."""
    return odds * np.where(odds < 0, scales[0], scales[-1])


def fit_one(odds: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Return one scale by maximum likelihood."""
    return fitted(1, lambda scales: loss(scaled(odds, scales), signs))


def fit_two(odds: np.ndarray, signs: np.ndarray) -> np.ndarray:
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
