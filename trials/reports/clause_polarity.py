"""What a clause feels about its aspects: learned weight, lexicon sign and the stars together."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import logit

from trials.arrays import Floats, Ints
from trials.reports.clause_weights import (
    clause_weights,
    odds_by_stars,
    odds_by_words,
    said_by,
    standing,
)
from trials.reports.language import language_of
from trials.reports.options import ReviewOptions
from trials.reports.polarity import PolarityModels

_SURE = 1e-6


class ClauseReasons(NamedTuple):
    """What a clause's polarity is the sum of, each in log odds that it is positive."""

    learned: float
    """By the clause head of the model."""
    words: float
    """By words and turns of phrase that praise or blame."""
    stars: float
    """By the stars of its report."""


def clause_polarities(
    clauses: Sequence[str],
    stars: Floats,
    models: PolarityModels,
    options: ReviewOptions,
    chances: Floats | None = None,
) -> Floats:
    """Return log odds per clause that it is positive, shape (clauses,).

    Args:
        clauses: Normalised clauses.
        stars: Stars of the report each belongs to, 1 to 5, shape (clauses,).
        models: Polarity models by language.
        options: The weights.
        chances: What the clause head gave each clause; missing (NaN) where it is still to be asked.
    """
    polarities: Floats = _parts(clauses, stars, models, options, chances).sum(axis=1)
    return polarities


def clause_reasons(
    clauses: Sequence[str],
    stars: Floats,
    models: PolarityModels,
    options: ReviewOptions,
) -> list[ClauseReasons]:
    """Return what :func:`clause_polarities` adds up, per clause."""
    return [ClauseReasons(*row) for row in _parts(clauses, stars, models, options).tolist()]


def calibrated(polarities: Floats, clauses: Sequence[str]) -> Floats:
    """Return log odds that say how sure one may be, shape (clauses,).

    What :func:`clause_polarities` adds up decides between praise and blame but is not calibrated:
    it trusts the stars less than calibration would, to hear what dissents from them. The order within a language and the sign stay as they are, and 0 stays 0.

    Args:
        polarities: From :func:`clause_polarities`, shape (clauses,).
        clauses: The normalised clauses they belong to.

    Source:
        Guo et al., "On calibration of modern neural networks", ICML 2017: log odds are divided by
        a temperature; here by one of their own on either side of 0.
    """
    found = [clause_weights(language_of(clause)).scales for clause in clauses]
    scales = np.array(found).reshape(-1, 2)
    odds: Floats = polarities * np.where(polarities < 0, scales[:, 0], scales[:, 1])
    return odds


def sign_of(polarities: Floats, options: ReviewOptions) -> Ints:
    """Return -1, 0 or 1 per clause; 0 within the neutral band."""
    signs: Ints = np.where(
        np.abs(polarities) < options.neutral_band, 0, np.sign(polarities)
    ).astype(np.int64)
    return signs


def _parts(
    clauses: Sequence[str],
    stars: Floats,
    models: PolarityModels,
    options: ReviewOptions,
    chances: Floats | None = None,
) -> Floats:
    """Learned, words' and stars' log odds, shape (clauses, 3)."""
    parts = np.zeros((len(clauses), 3))
    known = np.full(len(clauses), np.nan) if chances is None else chances.copy()
    languages = np.array([language_of(clause) for clause in clauses])
    stand = standing(stars)
    for model in (models.zh, models.en):
        own = np.flatnonzero(languages == model.language)
        weights = clause_weights(model.language)
        unknown = own[np.isnan(known[own])]
        known[unknown] = model.clause_chances([clauses[at] for at in unknown.tolist()])
        said = [said_by(clauses[at], model.language) for at in own.tolist()]
        turns = np.array([one.turns for one in said], dtype=np.float64)
        parts[own, 0] = weights.learned * logit(np.clip(known[own], _SURE, 1 - _SURE))
        parts[own, 1] = [options.lexicon_weight * odds_by_words(one, weights) for one in said]
        parts[own, 2] = options.star_weight * odds_by_stars(stand[own], turns, weights)
    return parts
