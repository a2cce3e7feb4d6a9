"""What a clause feels about its aspects: learned weight, lexicon sign and the stars together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from trials.reports.language import language_of
from trials.reports.opinion_words import opinion_sign
from trials.reports.options import ReviewOptions
from trials.reports.polarity import Polarity, PolarityModels

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MIDDLE_STARS = 3.0
_SURE = 1e-6


def clause_polarities(
    clauses: Sequence[str],
    stars: Floats,
    models: PolarityModels,
    options: ReviewOptions,
) -> Floats:
    """Return log odds per clause that it is positive, shape (clauses,).

    Args:
        clauses: Normalised clauses.
        stars: Stars of the report each belongs to, 1 to 5, shape (clauses,).
        models: Polarity models by language.
        options: The weights.
    """
    if not clauses:
        return np.empty(0)
    languages = np.array([language_of(clause) for clause in clauses])
    odds = np.zeros(len(clauses))
    for model in (models.zh, models.en):
        odds += _by_words(clauses, languages == model.language, model, options)
    polarities: Floats = odds + options.star_weight * (stars - _MIDDLE_STARS) / 2
    return polarities


def sign_of(polarities: Floats, options: ReviewOptions) -> Ints:
    """Return -1, 0 or 1 per clause; 0 within the neutral band."""
    signs: Ints = np.where(
        np.abs(polarities) < options.neutral_band, 0, np.sign(polarities)
    ).astype(np.int64)
    return signs


def _by_words(
    clauses: Sequence[str],
    chosen: NDArray[np.bool_],
    model: Polarity,
    options: ReviewOptions,
) -> Floats:
    texts = [clause for clause, is_chosen in zip(clauses, chosen, strict=True) if is_chosen]
    odds = np.zeros(len(clauses))
    if texts:
        signs = np.array([opinion_sign(text, model.language) for text in texts])
        chances = np.clip(model.clause_chances(texts), _SURE, 1 - _SURE)
        odds[chosen] = logit(chances) + options.lexicon_weight * signs
    return odds
