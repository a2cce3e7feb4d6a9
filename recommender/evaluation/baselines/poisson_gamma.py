"""MPG, the modified Poisson-Gamma model behind Amazon's "Buy It Again"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from recommender.evaluation.histories import Histories, histories
from recommender.interactions import Floats, Interactions, Ints

MIN_BUYERS = 20
"""Buyers below which a thing takes the prior of all things."""


class PoissonGamma:
    """Repurchase rates that peak when the user's own gap has gone by.

    The score is RCP · λ exp(-λ): the share of the thing's buyers who bought it again, times the
    chance of one purchase a day, with

        λ = (k + α) / (span + 2 |gap - elapsed| + β)   while elapsed < 2 gap,
        λ = (k + α) / (span + elapsed + β)             after that,

    k the repurchases, span the days between the pair's first and last purchase, elapsed the days
    since, gap the pair's mean gap (the thing's, before the first repurchase). The Gamma prior
    (α, β) has the moments of the rates k / (span + elapsed) of the thing's buyers: of all of them,
    which on 2017-09-11 ranks better than to fit it to repeat buyers alone.

    Source:
        Bhagat, Muralidharan, Lobzhanidze, Vishwanath, "Buy It Again: Modeling Repeat Purchase
        Recommendations", KDD 2018, doi:10.1145/3219819.3219891.
    """

    name = "MPG (Buy It Again)"

    def fit(self, train: Interactions, *, as_of: int) -> None:
        """Estimate the rate of every pair ever bought."""
        history = histories(train)
        n_things = len(train.thing_ids)
        repurchases = history.purchases - 1
        span = history.last_days - history.first_days
        elapsed = as_of - history.last_days
        prior = _fit_prior(repurchases / (span + elapsed), history, n_things)
        gap = _mean_gaps(history, n_things)
        wait = np.where(elapsed < 2 * gap, 2 * np.abs(gap - elapsed), elapsed)
        rate = (repurchases + prior.shape[history.things]) / (
            span + wait + prior.rate[history.things]
        )
        scores = _return_shares(history, n_things)[history.things] * rate * np.exp(-rate)
        shape = (len(train.user_ids), n_things)
        self._scores = csr_array((scores, (history.users, history.things)), shape=shape)

    def scores(self, users: Ints) -> Floats:
        """Return the scores, 0 for what was never bought."""
        return np.asarray(self._scores[users].toarray())


@dataclass(frozen=True)
class _Prior:
    """A Gamma distribution of daily rates for each thing; shape (n_things,)."""

    shape: Floats
    rate: Floats


def _fit_prior(rates: Floats, history: Histories, n_things: int) -> _Prior:
    """Match means and variances; a thing with few buyers or no variance takes the overall prior."""
    buyers = np.bincount(history.things, minlength=n_things)
    safe = np.maximum(buyers, 1)
    means = np.bincount(history.things, rates, n_things) / safe
    variances = np.bincount(history.things, np.square(rates), n_things) / safe - np.square(means)
    # A shop in which nothing was bought twice has no rates to match: its scores are 0 anyhow.
    overall_mean, overall_variance = rates.mean() or 1.0, rates.var() or 1.0
    is_thin = (buyers < MIN_BUYERS) | (means <= 0) | (variances <= 0)
    means = np.where(is_thin, overall_mean, means)
    variances = np.where(is_thin, overall_variance, variances)
    return _Prior(np.square(means) / variances, means / variances)


def _mean_gaps(history: Histories, n_things: int) -> Floats:
    """Return each pair's mean gap; the thing's, else the overall one where it has none."""
    counts = np.bincount(history.gap_things, minlength=n_things)
    sums = np.bincount(history.gap_things, history.gaps, n_things)
    overall = history.gaps.mean() if len(history.gaps) else 1.0
    of_things = np.where(counts > 0, sums / np.maximum(counts, 1), overall)
    own = history.purchases - 1
    span = history.last_days - history.first_days
    return np.where(own > 0, span / np.maximum(own, 1), of_things[history.things])


def _return_shares(history: Histories, n_things: int) -> Floats:
    """Return the share of each thing's buyers who bought it more than once (RCP)."""
    buyers = np.bincount(history.things, minlength=n_things)
    returned = np.bincount(history.things[history.purchases > 1], minlength=n_things)
    return np.asarray(returned / np.maximum(buyers, 1))
