"""Shrinking coefficients towards each other, as far as the data show them to be alike."""

from dataclasses import dataclass

import numpy as np

from trials.arrays import Floats

_PRIOR_CENTRE_SPREAD = 1.0
"""Stars within which the usual cost of a complaint is expected, before seeing any."""
_PRIOR_SPREAD = 0.5
"""Stars by which aspects are expected to differ, before seeing any."""
_PRIOR_ASPECTS = 2.0
"""Aspects that the expectation of the spread counts for."""
_PRIOR_NOISE = 0.5
"""Stars by which a rating is expected to stray; counts for one customer."""
_FREEDOM = 4.0
"""Degrees of freedom of the prior: its heavy tails let an aspect that costs far more be believed."""
_STEPS = 40
"""Steps of EM; the figures stand still well before."""


@dataclass(frozen=True)
class Prior:
    """Coefficients scatter, as Student's t, around a centre common to all complaints or praise."""

    centres: Floats
    """Centre of each coefficient."""
    spreads: Floats
    """Squared scale of each coefficient's scatter."""
    strays: Floats
    """How far each coefficient is expected from its centre: the square, in squared scales."""
    noise: float
    """Variance of the ratings around the regression."""

    def expected(self) -> Floats:
        """Return the variances to shrink by: large for what strays far."""
        variances: Floats = self.spreads * (_FREEDOM + self.strays) / (_FREEDOM + 1)
        return variances

    def drawn(self, draws: int, rng: np.random.Generator) -> Floats:
        """Draw the variances given how far each coefficient strays, shape (draws, columns)."""
        gammas = rng.gamma((_FREEDOM + 1) / 2, size=(draws, len(self.spreads)))
        variances: Floats = self.spreads * (_FREEDOM + self.strays) / 2 / gammas
        return variances


def effective_number(weights: Floats) -> float:
    """Return Kish's effective number of customers, (Σw)² / Σw²; 0 of none."""
    squares = float(np.sum(weights**2))
    return float(np.sum(weights)) ** 2 / squares if squares else 0.0


def fitted_prior(
    gram: Floats, right: Floats, *, ratings: Floats, weights: Floats, aspects: int
) -> Prior:
    """EM for the centres, the spreads and the noise, each held by a weak prior of its own."""
    customers = effective_number(weights)
    shares = weights / weights.sum()
    total = customers * float((shares * (ratings - (shares * ratings).sum()) ** 2).sum())
    prior = Prior(
        centres=np.zeros(2 * aspects),
        spreads=np.full(2 * aspects, _PRIOR_SPREAD**2),
        strays=np.ones(2 * aspects),
        noise=(total + _PRIOR_NOISE**2) / (customers + 1),
    )
    for _ in range(_STEPS):
        prior = _better_prior(prior, gram, right, total, customers)
    return prior


def _better_prior(
    prior: Prior, gram: Floats, right: Floats, total: float, customers: float
) -> Prior:
    """One step of EM for a regression whose coefficients scatter as Student's t."""
    aspects = len(prior.centres) // 2
    shrunk_by = prior.expected()
    variance = np.linalg.inv(gram / prior.noise + np.diag(1 / shrunk_by))
    mean = np.einsum("jk,k->j", variance, right / prior.noise + prior.centres / shrunk_by)
    trust = (prior.spreads / shrunk_by).reshape(2, aspects)
    square = prior.spreads.reshape(2, aspects)[:, 0]
    centre = (trust * mean.reshape(2, aspects)).sum(axis=1) / (
        trust.sum(axis=1) + square / _PRIOR_CENTRE_SPREAD**2
    )
    centres = np.repeat(centre, aspects)
    distances = (mean - centres) ** 2 + np.diag(variance)
    square = (
        (trust * distances.reshape(2, aspects)).sum(axis=1) + _PRIOR_ASPECTS * _PRIOR_SPREAD**2
    ) / (aspects + _PRIOR_ASPECTS)
    spreads = np.repeat(square, aspects)
    explained = 2 * np.einsum("j,j->", mean, right) - np.einsum("j,jk,k->", mean, gram, mean)
    rest = max(total - float(explained), 0.0) + float(np.einsum("jk,kj->", gram, variance))
    noise = (rest + _PRIOR_NOISE**2) / (customers + 1)
    return Prior(centres, spreads, distances / spreads, noise)


def drawn_centres(
    prior: Prior, variances: Floats, aspects: int, rng: np.random.Generator
) -> Floats:
    """Draw the prior's centres: each coefficient's own stray, and the error of the common centre."""
    own = rng.normal(size=variances.shape) * np.sqrt(variances)
    common: Floats = np.repeat(rng.normal(size=(len(variances), 2)), aspects, axis=1)
    drawn: Floats = prior.centres + own + common * np.sqrt(prior.spreads / aspects)
    return drawn


def solved(gram: Floats, right: Floats, noise: float, variances: Floats, centres: Floats) -> Floats:
    """Solve each draw's regression, shape (draws, columns)."""
    precision: Floats = gram / noise + np.eye(gram.shape[1]) / variances[:, None, :]
    aim: Floats = right / noise + centres / variances
    return np.linalg.solve(precision, aim[:, :, None])[:, :, 0].astype(np.float64)
