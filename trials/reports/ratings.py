"""The item's rating: raw, weighted, and corrected for the kindness of those who were given it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from trials.arrays import Bools, Floats
from trials.reports.scoring import ScoredReport
from trials.reports.shrinkage import effective_number

Json = dict[str, object]
_DIGITS = 6
_LEAST, _MOST = 1.0, 5.0
_PRIOR_SPREAD = 0.3
"""Stars by which the kindness is expected to differ between items; counts for two items."""
_PRIOR_ITEMS = 2.0


@dataclass(frozen=True)
class Votes:
    """The reports of one item as arrays."""

    stars: Floats
    weights: Floats
    """Credibility × 1 / inclusion probability."""
    is_gift: Bools
    """Whether the report is of a trial."""


@dataclass(frozen=True)
class Kindness:
    """How many stars more an item gets from trial reports than from other reports of it."""

    usual: float
    """Over all items that have both."""
    between: float
    """Variance between items."""
    variance: float
    """Variance of ``usual``."""
    items: int
    gifts: int
    """Trial reports it rests on."""
    others: int
    """Other reports it rests on."""

    def of(self, votes: Votes, least: int) -> tuple[float, float]:
        """Return the kindness at one item, shrunk to the usual one, and its variance."""
        own = _difference(votes, least)
        if own is None:
            return self.usual, self.variance + self.between
        difference, variance = own
        trust = self.between / (self.between + variance)
        shrunk = trust * difference + (1 - trust) * self.usual
        return shrunk, trust * variance + (1 - trust) ** 2 * self.variance


def votes_of(reports: Mapping[int, ScoredReport], inverse_chances: Mapping[int, float]) -> Votes:
    """Gather the stars of an item's reports and what each counts for."""
    return Votes(
        stars=np.array([one.rating for one in reports.values()]),
        weights=np.array(
            [one.weight * inverse_chances.get(at, 1.0) for at, one in reports.items()]
        ),
        is_gift=np.array([one.row.get("trial_id") is not None for one in reports.values()]),
    )


def kindness_of(items: Iterable[Votes], *, least: int) -> Kindness | None:
    """Compare trial reports with the other reports of the *same* items.

    The differences of the items' weighted means are pooled by a random-effects model (DerSimonian
    and Laird, Controlled Clin. Trials 7 (1986) 177–188), so that an item which is simply better
    and was given away more does not count as kindness. What remains mixed up with it: those who
    buy a product choose it themselves.

    Args:
        items: The votes of each item.
        least: Reports of either kind that an item must have to be compared.

    Returns:
        None if no item has both kinds.
    """
    compared = [(votes, _difference(votes, least)) for votes in items]
    known = [(votes, found) for votes, found in compared if found is not None]
    if not known:
        return None
    differences = np.array([found[0] for _, found in known])
    variances = np.array([found[1] for _, found in known])
    between = _between(differences, variances)
    precision = 1 / (variances + between)
    return Kindness(
        usual=float((precision * differences).sum() / precision.sum()),
        between=between,
        variance=float(1 / precision.sum()),
        items=len(known),
        gifts=sum(int(votes.is_gift.sum()) for votes, _ in known),
        others=sum(int((~votes.is_gift).sum()) for votes, _ in known),
    )


def rating_of(votes: Votes, kindness: Kindness | None, *, least: int) -> Json:
    """Return the three ratings, each ``{"stars", "low", "high"}`` with its 95 % interval.

    - ``raw``: the plain mean.
    - ``weighted``: the mean by credibility and 1/π, which speaks for all applicants (Hájek's ratio).
    - ``corrected``: the weighted mean with the kindness taken off each trial report; None where no
      item of the shop has both trial reports and others, or this one has no trial reports.

    ``kindness`` tells what was taken off and what it rests on, None where nothing was:
    ``{"stars", "low", "high", "items", "gifts", "others"}``.
    """
    ones = np.ones(len(votes.stars))
    corrected, told = None, None
    if kindness is not None and votes.is_gift.any():
        taken, variance = kindness.of(votes, least)
        share = float(votes.weights[votes.is_gift].sum() / votes.weights.sum())
        corrected = _mean(votes.stars - taken * votes.is_gift, votes.weights, share**2 * variance)
        half = 1.96 * variance**0.5
        told = {
            "stars": round(taken, _DIGITS),
            "low": round(taken - half, _DIGITS),
            "high": round(taken + half, _DIGITS),
            "items": kindness.items,
            "gifts": kindness.gifts,
            "others": kindness.others,
        }
    return {
        "raw": _mean(votes.stars, ones),
        "weighted": _mean(votes.stars, votes.weights),
        "corrected": corrected,
        "kindness": told,
    }


def mean_stars(stars: Sequence[float], weights: Sequence[float]) -> Json:
    """Return a weighted mean of stars with its 95 % interval: ``{"stars", "low", "high"}``."""
    return _mean(np.array(stars), np.array(weights))


def _mean(stars: Floats, weights: Floats, more_variance: float = 0.0) -> Json:
    """Linearised (sandwich) variance of a ratio of sums; Student's t on the effective number."""
    total = float(weights.sum())
    mean = float((weights * stars).sum()) / total
    number = effective_number(weights)
    low, high = _LEAST, _MOST
    if number > 1:
        spread = float((weights**2 * (stars - mean) ** 2).sum()) / total**2 * number / (number - 1)
        half = float(student.ppf(0.975, number - 1)) * (spread + more_variance) ** 0.5
        low, high = max(mean - half, _LEAST), min(mean + half, _MOST)
    inside = min(max(mean, _LEAST), _MOST)
    return {
        name: round(value, _DIGITS)
        for name, value in zip(
            ("stars", "low", "high"), (inside, min(low, inside), max(high, inside)), strict=True
        )
    }


def _difference(votes: Votes, least: int) -> tuple[float, float] | None:
    """Mean of the trial reports minus mean of the others, and its variance; None if too few."""
    sides = []
    for chosen in (votes.is_gift, ~votes.is_gift):
        stars, weights = votes.stars[chosen], votes.weights[chosen]
        number = effective_number(weights)
        if number < least:
            return None
        mean = float((weights * stars).sum() / weights.sum())
        spread = float((weights * (stars - mean) ** 2).sum() / weights.sum())
        # Half a star of doubt, so that five equal ratings are not certainty.
        sides.append((mean, (spread * number + 0.25) / number**2))
    (gifts, of_gifts), (others, of_others) = sides
    return gifts - others, of_gifts + of_others


def _between(differences: Floats, variances: Floats) -> float:
    """DerSimonian and Laird's variance between items, held by a weak prior for few items."""
    precision = 1 / variances
    centre = float((precision * differences).sum() / precision.sum())
    excess = float((precision * (differences - centre) ** 2).sum()) - (len(differences) - 1)
    scale = float(precision.sum() - (precision**2).sum() / precision.sum())
    found = max(excess / scale, 0.0) if scale > 0 else 0.0
    items = len(differences) - 1
    return (items * found + _PRIOR_ITEMS * _PRIOR_SPREAD**2) / (items + _PRIOR_ITEMS)
