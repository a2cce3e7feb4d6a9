"""What people who buy alike buy, and what is bought by the same people. The one importer of implicit."""

from typing import Any

import numpy as np
import numpy.typing as npt
from implicit.cpu.als import AlternatingLeastSquares
from implicit.cpu.bpr import BayesianPersonalizedRanking
from implicit.nearest_neighbours import ItemItemRecommender, bm25_weight
from scipy.sparse import csr_array, csr_matrix
from threadpoolctl import threadpool_limits

Factors = npt.NDArray[np.float32]

FEW_PAIRS = 1_000_000
"""Pairs below which one thread is enough: on a busy machine threads wait for each other longer
than they work."""
FOLD_STEPS = 8
"""Steps of conjugate gradients from 0 that solve for a factor vector to single precision."""


def fit_als(
    counts: csr_array,
    *,
    factors: int = 64,
    alpha: float = 1.0,
    regularization: float = 30.0,
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


def fold_in(
    counts: csr_array,
    thing_factors: Factors,
    *,
    alpha: float = 1.0,
    regularization: float = 30.0,
) -> tuple[Factors, Factors]:
    """Find the factors that go with factors of things fitted before, without fitting again.

    Half a round of alternating least squares gives users theirs, whoever else there is: the
    things' factors are given, so that users do not depend on each other. Things that had no
    factors get them by the other half, given the users'.

    Args:
        counts: Days bought, shape (n_users, n_things).
        thing_factors: As ``fit_als`` returned them, shape (n_things, factors); NaN for things
            that were not known.
        alpha: As fitted.
        regularization: As fitted.

    Returns:
        User factors (n_users, factors) and thing factors (n_things, factors); 0 where nothing
        was bought.

    Source:
        Takács, Pilászy, Tikk, "Applications of the Conjugate Gradient Method for Implicit
        Feedback Collaborative Filtering", RecSys 2011.
    """
    is_new = np.isnan(thing_factors[:, 0])
    known = np.where(is_new[:, None], np.float32(0), thing_factors)
    confidence = _confidence(counts)
    with threadpool_limits(1, "blas"):
        users = _half_step(confidence, known, alpha, regularization)
        new = np.flatnonzero(is_new & (np.bincount(counts.indices, minlength=len(known)) > 0))
        if len(new):
            buyers = csr_matrix(confidence[:, new].T)
            known[new] = _half_step(buyers, users, alpha, regularization)
    return users, known


def _half_step(confidence: csr_matrix, others: Factors, alpha: float, ridge: float) -> Factors:
    """Solve for the factors of each row, given those of the columns; from 0, so exactly 0 of none."""
    model: Any = AlternatingLeastSquares(factors=others.shape[1], alpha=alpha, regularization=ridge)
    model.cg_steps = FOLD_STEPS
    rows = np.zeros((confidence.shape[0], others.shape[1]), dtype=np.float32)
    model.solver(alpha * confidence, rows, others, ridge, num_threads=_threads(confidence))
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
