"""What speaks for praise or blame in a clause, and how much each of it counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
import yaml
from scipy.special import expit

from trials.arrays import Floats, Ints
from trials.reports.clauses import contrasts
from trials.reports.cues import cues
from trials.reports.opinion_words import opinion_sign

_MIDDLE_STARS = 3.0
_WISH = "wish"


@dataclass(frozen=True)
class Weighing:
    """Log odds that a clause praises, per unit of what speaks for it."""

    learned: float
    """Of one log odd by the clause head of the model."""
    words: float
    """Of :func:`~trials.reports.opinion_words.opinion_sign`."""
    stars: float
    """Of five stars, and the other way of two or fewer."""
    turning: float
    """What a clause that begins with a word of contrast adds to the weight of the stars."""
    cues: Mapping[str, float]
    """Of each turn of phrase."""


@dataclass(frozen=True)
class ClauseWeights(Weighing):
    """How every clause is weighed.

    ``python benchmarks/fit_clause_weights.py`` fits the weights on labelled clauses of training
    texts and writes ``clause_weights.yaml``.
    """

    scales: tuple[float, float]
    """What log odds below and above 0 are multiplied by to be calibrated."""


class Said(NamedTuple):
    """What a clause says by itself."""

    sign: float
    """Balance of its words of praise and blame; praise that is wished for does not count."""
    cues: list[str]
    """Its turns of phrase."""
    turns: bool
    """Whether it begins with a word of contrast."""


@cache
def clause_weights(language: str) -> ClauseWeights:
    """Return the weights of a language, zh or en."""
    file = resources.files(__package__) / "clause_weights.yaml"
    document: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    body = document[language]
    return ClauseWeights(**{**body, "scales": tuple(body["scales"])})


def said_by(clause: str, language: str) -> Said:
    """Return what a normalised clause says by itself.

    Source:
        Words of praise are not counted where they are wished for: irrealis blocking, Taboada et
        al., "Lexicon-based methods for sentiment analysis", Computational Linguistics 37 (2011).
    """
    found = cues(clause, language)
    sign = opinion_sign(clause, language)
    return Said(min(sign, 0.0) if _WISH in found else sign, found, contrasts(clause))


def odds_by_words(said: Said, weights: Weighing) -> float:
    """Return the log odds by words and turns of phrase."""
    return weights.words * said.sign + sum(weights.cues[cue] for cue in said.cues)


def standing(stars: Floats) -> Floats:
    """Return where stars stand between blame, -1, and praise, 1.

    Five stars are 1, three 0, two and fewer -1: the labels that weights are fitted on tell five
    stars, or happy reviews, from the others only.
    """
    above = stars - _MIDDLE_STARS
    stand: Floats = np.clip(np.where(above < 0, above, above / 2), -1.0, 1.0)
    return stand


def odds_by_stars(stand: Floats, turns: Floats, weights: Weighing) -> Floats:
    """Return the log odds by the stars; after a word of contrast they count for less.

    Args:
        stand: From :func:`standing`, shape (clauses,).
        turns: 1 for each clause that begins with a word of contrast, else 0, same shape.
        weights: The weights of the clauses' language.
    """
    odds: Floats = (weights.stars + weights.turning * turns) * stand
    return odds


def believed_chances(
    clauses: Sequence[str], learned: Floats, targets: Ints, language: str
) -> Floats:
    """Return the chance that each clause praises, by all that is known of it.

    Args:
        clauses: Normalised clauses.
        learned: Log odds by a clause head that did not see their reports, shape (clauses,).
        targets: Label of the report of each, 1 for positive, 0 for not, same shape.
        language: zh or en.
    """
    weights = clause_weights(language)
    said = [said_by(clause, language) for clause in clauses]
    by_words = np.array([odds_by_words(one, weights) for one in said])
    turns = np.array([one.turns for one in said], dtype=np.float64)
    stand = np.where(targets == 1, 1.0, -1.0)
    by_stars = odds_by_stars(stand, turns, weights)
    chances: Floats = expit(weights.learned * learned + by_words + by_stars)
    return chances
