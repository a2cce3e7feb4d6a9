"""What a complaint costs in stars and what praise earns, with draws that show how sure that is."""

from dataclasses import dataclass

import numpy as np

from trials.arrays import Floats
from trials.reports.shrinkage import drawn_centres, effective_number, fitted_prior, solved

_WIDENING = 1.17
"""Draws of the coefficients are spread by so much around the estimate: a regression does not know
that stars end at 1 and 5. Found with ``benchmarks/simulate_ranking.py``; on other shops, which its
``--seed`` draws, the intervals hold the truth as often."""
_GROUPS = 200
"""Customers are dealt into at most so many groups, and groups are drawn: the time of a draw does
not grow with the number of customers, and with so many groups the spread is the same."""


@dataclass(frozen=True)
class Said:
    """What the customers of one item said and how they rated; rows are customers."""

    blames: Floats
    """How severely an aspect is blamed, 0 for not at all, shape (customers, aspects)."""
    praises: Floats
    """1 where an aspect is praised, same shape."""
    ratings: Floats
    """Stars, shape (customers,)."""
    weights: Floats
    """What each customer counts for, same shape."""


@dataclass(frozen=True)
class Effects:
    """Stars by aspect; ``draws`` have shape (draws, aspects)."""

    penalties: Floats
    """Stars that one plain complaint costs, at least 0, shape (aspects,)."""
    rewards: Floats
    """Stars that praise earns, at least 0."""
    blame_means: Floats
    """Weighted mean of ``blames``: share of the customers × mean severity."""
    penalty_draws: Floats
    reward_draws: Floats
    blame_mean_draws: Floats


@dataclass(frozen=True)
class _Moments:
    """Weighted sums over the customers of each group: they are all that a regression needs."""

    weight: Floats
    columns: Floats
    stars: Floats
    products: Floats
    cross: Floats

    def centred(self, shares: Floats) -> tuple[Floats, Floats]:
        """Return Gram matrices and right sides of groups counted by ``shares``, (draws, groups)."""
        # einsum, not BLAS: the same bytes whatever the number of threads.
        weight = np.einsum("bg,g->b", shares, self.weight)[:, None]
        columns = np.einsum("bg,gk->bk", shares, self.columns)
        stars = np.einsum("bg,g->b", shares, self.stars)[:, None]
        products = np.einsum("bg,gkl->bkl", shares, self.products)
        cross = np.einsum("bg,gk->bk", shares, self.cross)
        gram = products - columns[:, :, None] * columns[:, None, :] / weight[:, :, None]
        return gram, cross - columns * stars / weight

    def means(self, shares: Floats) -> Floats:
        """Return the weighted mean of each column, shape (draws, columns)."""
        weight = np.einsum("bg,g->b", shares, self.weight)[:, None]
        means: Floats = np.einsum("bg,gk->bk", shares, self.columns) / weight
        return means


def estimate_effects(said: Said, draws: int, rng: np.random.Generator) -> Effects:
    """Estimate what complaints about each aspect cost and what praise of it earns.

    Stars are regressed on the severity of complaints and, in columns of their own, on praise. The
    coefficients of complaints are shrunk to a centre that the data give, those of praise to
    another, each as far as the aspects are alike: a hierarchical ridge regression fitted by EM
    (Dempster, Laird and Rubin, J. R. Statist. Soc. B 39 (1977) 1–38; Lindley and Smith, ibid. 34
    (1972) 1–41). Aspects blamed together share the loss; one blamed by few is believed to cost
    about what complaints usually cost.

    Draws are a weighted Bayesian bootstrap by customer with the prior drawn too (Newton, Polson
    and Xu, Canad. J. Statist. 49 (2021) 421–437): each customer counts for an exponential weight,
    each centre moves by the prior's spread, and the regression is solved again.

    Args:
        said: What was said; weights are scaled to Kish's effective number of customers.
        draws: How many draws.
        rng: Chance.
    """
    aspects = said.blames.shape[1]
    moments = _moments(said)
    groups = len(moments.weight)
    whole = np.ones((1, groups))
    gram, right = moments.centred(whole)
    prior = fitted_prior(
        gram[0], right[0], ratings=said.ratings, weights=said.weights, aspects=aspects
    )
    shrunk_by, centres = prior.expected()[None, :], prior.centres[None, :]
    estimate = solved(gram, right, prior.noise, shrunk_by, centres)[0]
    shares = rng.exponential(size=(draws, groups))
    variances = prior.drawn(draws, rng)
    centres = drawn_centres(prior, variances, aspects, rng)
    drawn = solved(*moments.centred(shares), prior.noise, variances, centres)
    drawn = estimate + _WIDENING * (drawn - estimate)
    return Effects(
        penalties=np.maximum(-estimate[:aspects], 0.0),
        rewards=np.maximum(estimate[aspects:], 0.0),
        blame_means=moments.means(whole)[0, :aspects],
        penalty_draws=np.maximum(-drawn[:, :aspects], 0.0),
        reward_draws=np.maximum(drawn[:, aspects:], 0.0),
        blame_mean_draws=_with_one_more(moments.means(shares)[:, :aspects], said, shares, rng),
    )


def _with_one_more(means: Floats, said: Said, shares: Floats, rng: np.random.Generator) -> Floats:
    """Mix in half a customer who blames, plainly, and half one who does not: Jeffreys' prior.

    Without it the draws of a rare complaint never reach far enough up.
    """
    customers = effective_number(said.weights) * shares.mean(axis=1)[:, None]
    blaming, silent = rng.gamma(0.5, size=(2, *means.shape))
    mixed: Floats = (means * customers + blaming) / (customers + blaming + silent)
    return mixed


def _moments(said: Said) -> _Moments:
    count = len(said.weights)
    weights = said.weights * (effective_number(said.weights) / said.weights.sum())
    columns = np.concatenate([said.blames, said.praises], axis=1)
    groups = min(count, _GROUPS)
    weighted = columns * weights[:, None]

    def by_group(values: Floats) -> Floats:
        return np.stack([values[group::groups].sum(axis=0) for group in range(groups)])

    products = [
        np.einsum("ij,ik->jk", weighted[group::groups], columns[group::groups])
        for group in range(groups)
    ]
    return _Moments(
        weight=by_group(weights),
        columns=by_group(weighted),
        stars=by_group(weights * said.ratings),
        products=np.stack(products),
        cross=by_group(weighted * said.ratings[:, None]),
    )
