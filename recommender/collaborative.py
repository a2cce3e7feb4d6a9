"""What people who buy alike buy, and what is bought by the same people. The one importer of implicit."""

from typing import Any

import numpy as np
import numpy.typing as npt
from implicit.cpu.als import AlternatingLeastSquares
from implicit.cpu.bpr import BayesianPersonalizedRanking
from implicit.nearest_neighbours import ItemItemRecommender, bm25_weight
from scipy.sparse import csr_array, csr_matrix
from threadpoolctl import threadpool_limits

from recommender.lookup import spread

Factors = npt.NDArray[np.float32]

ALPHA = 1.0
"""Weight of a purchase against the absence of one."""
RIDGE = 30.0
"""Pull of the factors towards zero."""
LEARNERS = 50_000
"""Users from whom factors of things are learned: more cost more and tell nothing new."""
FEW_PAIRS = 1_000_000
"""Pairs below which one thread is enough: on a busy machine threads wait for each other longer
than they work."""
FOLD_STEPS = 8
"""Steps of conjugate gradients from 0 that solve for a factor vector to single precision."""


def fit_als(
    counts: csr_array,
    *,
    factors: int = 64,
    alpha: float = ALPHA,
    regularization: float = RIDGE,
    iterations: int = 15,
    seed: int = 0,
) -> tuple[Factors, Factors]:
    """Factorise purchase counts by implicit alternating least squares.

    The confidence of a pair is alpha · ln(1 + count): with raw counts, or with the customary
    alpha of 40, the few heavy buyers drown the rest and popularity alone does better.

    Args:
        counts: Days bought, shape (n_users, n_things).
        factors: Length of a factor vector.
        alpha: Weight of a purchase against the absence of one.
        regularization: Pull of the factors towards zero.
        iterations: Rounds of alternating.
        seed: Seed of the factors' first values.

    Returns:
        User factors (n_users, factors), 0 of users without purchases, and thing factors
        (n_things, factors); their product scores pairs.

    Source:
        Hu, Koren, Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008.
    """
    # Who bought nothing has no taste, and must not shift the first values of those who did.
    known = np.flatnonzero(np.diff(counts.indptr))
    confidence = _confidence(counts[known])
    # One BLAS thread: implicit runs its own, and sums must not depend on their number.
    with threadpool_limits(1, "blas"):
        model: Any = AlternatingLeastSquares(
            factors=factors,
            alpha=alpha,
            regularization=regularization,
            iterations=iterations,
            random_state=seed,
            num_threads=_threads(confidence),
        )
        model.fit(confidence, show_progress=False)
    user_factors = np.zeros((counts.shape[0], factors), dtype=np.float32)
    user_factors[known] = model.user_factors
    return user_factors, np.asarray(model.item_factors)


def fit_things(
    counts: csr_array, *, iterations: int = 15, seed: int = 0, learners: int = LEARNERS
) -> Factors:
    """Fit the factors of things alone, on some of the users if there are many.

    Args:
        counts: Days bought, shape (n_users, n_things).
        iterations: Rounds of alternating.
        seed: Seed of the factors' first values.
        learners: At most so many users are learned from, evenly spread; things that none of them
            bought get their factors as those that are new.

    Returns:
        Thing factors (n_things, factors); 0 of things that nobody bought.
    """
    some = counts[spread(np.flatnonzero(np.diff(counts.indptr)), learners)]
    _, things = fit_als(some, iterations=iterations, seed=seed)
    things[np.bincount(some.indices, minlength=len(things)) == 0] = np.nan
    return with_new_things(counts, things)


def with_new_things(counts: csr_array, things: Factors) -> Factors:
    """Give things that were not known when factors were fitted theirs, by those of their buyers.

    Args:
        counts: Days bought, shape (n_users, n_things).
        things: Shape (n_things, factors); NaN for things that were not known.

    Returns:
        Thing factors, same shape; 0 of new things that nobody bought.
    """
    is_new = np.isnan(things[:, 0])
    found = np.where(is_new[:, None], np.float32(0), things)
    buyers = csr_matrix(_confidence(counts[:, np.flatnonzero(is_new)]).T)
    if buyers.nnz:
        # Everybody's, since who did not buy a thing tells of it, too.
        found[is_new] = _half_step(buyers, user_factors(counts, found))
    return found


def user_factors(counts: csr_array, things: Factors) -> Factors:
    """Find the users' factors that go with those of things: half a round of alternating.

    The things' factors are given, so users do not depend on each other: rows may be cut anyhow.

    Args:
        counts: Days bought, shape (n_users, n_things).
        things: Thing factors, shape (n_things, factors).

    Returns:
        User factors (n_users, factors); 0 of users without purchases.

    Source:
        Takács, Pilászy, Tikk, "Applications of the Conjugate Gradient Method for Implicit
        Feedback Collaborative Filtering", RecSys 2011.
    """
    return _half_step(_confidence(counts), things)


def _half_step(confidence: csr_matrix, others: Factors) -> Factors:
    """Solve for the factors of each row, given those of the columns; from 0, so exactly 0 of none."""
    model: Any = AlternatingLeastSquares(factors=others.shape[1])
    model.cg_steps = FOLD_STEPS
    rows = np.zeros((confidence.shape[0], others.shape[1]), dtype=np.float32)
    # Its type of array must be one that could be written to.
    others = np.require(others, requirements="W")
    with threadpool_limits(1, "blas"):
        model.solver(ALPHA * confidence, rows, others, RIDGE, num_threads=_threads(confidence))
    return rows


def _confidence(counts: csr_array) -> csr_matrix:
    confidence = csr_matrix(counts.astype(np.float32))
    confidence.data = np.log1p(confidence.data)
    return confidence


def _threads(confidence: csr_matrix) -> int:
    return 1 if confidence.nnz < FEW_PAIRS else 0


def fit_bpr(
    counts: csr_array,
    *,
    factors: int = 32,
    learning_rate: float = 0.02,
    regularization: float = 0.05,
    iterations: int = 100,
    seed: int = 0,
) -> tuple[Factors, Factors]:
    """Factorise purchases by Bayesian personalised ranking; how often something was bought is moot.

    Args:
        counts: Days bought, shape (n_users, n_things).
        factors: Length of a factor vector, the things' own bias aside.
        learning_rate: Step of the stochastic gradient.
        regularization: Pull of the factors towards zero.
        iterations: Rounds over all purchases.
        seed: Seed of the factors' first values and of the sampled comparisons.

    Returns:
        User factors (n_users, factors + 1) and thing factors (n_things, factors + 1); their
        product scores pairs.

    Source:
        Rendle, Freudenthaler, Gantner, Schmidt-Thieme, "BPR: Bayesian Personalized Ranking from
        Implicit Feedback", UAI 2009.
    """
    # One thread: with more, the order of the steps would be left to chance.
    model: Any = BayesianPersonalizedRanking(
        factors=factors,
        learning_rate=learning_rate,
        regularization=regularization,
        iterations=iterations,
        num_threads=1,
        random_state=seed,
    )
    model.fit(csr_matrix(counts.astype(np.float32)), show_progress=False)
    return np.asarray(model.user_factors), np.asarray(model.item_factors)


def fit_bm25(
    counts: csr_array, *, neighbours: int = 500, saturation: float = 1.2, length_share: float = 0.4
) -> csr_array:
    """Find each thing's nearest things by BM25-weighted purchases.

    A thing is the document and its buyers are the words: w = idf(user) · count · (k1 + 1) /
    (count + k1 · (1 - b + b · length / mean length)), and two things are as similar as the product
    of their weights.

    Args:
        counts: Days bought, shape (n_users, n_things).
        neighbours: Things kept for each thing, itself among them.
        saturation: k1, how slowly further purchases by a user cease to count.
        length_share: b, how far much-bought things are discounted.

    Returns:
        Similarities, shape (n_things, n_things); a row keeps its largest.

    Source:
        Robertson, Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009,
        doi:10.1561/1500000019.
    """
    weighted = csr_matrix(bm25_weight(counts.T, K1=saturation, B=length_share).T)
    model: Any = ItemItemRecommender(K=neighbours)
    model.fit(weighted, show_progress=False)
    return csr_array(model.similarity)
