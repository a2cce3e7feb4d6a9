"""What a complaint costs in stars."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def effective_number(weights: Floats) -> float:
    """Return Kish's effective number of customers, (Σw)² / Σw²; 0 of none."""
    squares = float(np.sum(weights**2))
    return float(np.sum(weights)) ** 2 / squares if squares else 0.0


def star_impacts(
    blames: Floats, praises: Floats, ratings: Floats, weights: Floats, *, ridge: float
) -> Floats:
    """Return the stars a complaint about each aspect costs, shape (aspects,), at least 0.

    The mean of two estimates that err differently: the ridge penalty, which divides the loss
    among aspects blamed together, and the drop in mean rating shrunk towards 0 where few blame.

    Args:
        blames: 1 where a customer blames an aspect, shape (customers, aspects).
        praises: 1 where a customer praises it, same shape.
        ratings: Stars per customer, shape (customers,).
        weights: What each customer counts for, same shape.
        ridge: Penalty of the regression, in customers.
    """
    penalties = _ridge_penalties(blames, praises, ratings, weights, ridge)
    drops = _shrunk_drops(blames, ratings, weights)
    return np.maximum((penalties + drops) / 2, 0.0)


def _ridge_penalties(
    blames: Floats, praises: Floats, ratings: Floats, weights: Floats, ridge: float
) -> Floats:
    """Hoerl and Kennard, Technometrics 12 (1970) 55-67; blame and praise in columns of their own."""
    columns = np.concatenate([blames, praises], axis=1)
    total = weights.sum()
    centred = columns - np.einsum("i,ij->j", weights, columns) / total
    stars = ratings - np.einsum("i,i->", weights, ratings) / total
    # einsum, not BLAS: the same bytes whatever the number of threads.
    gram = np.einsum("i,ij,ik->jk", weights, centred, centred)
    moment = np.einsum("i,ij,i->j", weights, centred, stars)
    solved = np.linalg.solve(gram + ridge * np.eye(columns.shape[1]), moment)
    penalties: Floats = -solved[: blames.shape[1]]
    return penalties


def _shrunk_drops(blames: Floats, ratings: Floats, weights: Floats) -> Floats:
    """Empirical Bayes (Efron and Morris, JASA 70 (1975) 311-319), prior centred at no drop."""
    with_blame = np.einsum("i,ij->j", weights, blames)
    without = weights.sum() - with_blame
    known = (with_blame > 0) & (without > 0)
    safe_with, safe_without = np.where(known, with_blame, 1.0), np.where(known, without, 1.0)
    mean_with = np.einsum("i,ij,i->j", weights, blames, ratings) / safe_with
    mean_without = np.einsum("i,ij,i->j", weights, 1 - blames, ratings) / safe_without
    drops = np.where(known, mean_without - mean_with, 0.0)
    centre = np.einsum("i,i->", weights, ratings) / weights.sum()
    spread = float(np.einsum("i,i->", weights, (ratings - centre) ** 2) / weights.sum())
    variances = spread * (1 / safe_with + 1 / safe_without)
    if not known.any():
        return drops
    between = max(float(np.mean(drops[known] ** 2 - variances[known])), 0.0)
    if between + float(variances.max()) == 0:
        return drops
    shrunk: Floats = drops * between / (between + np.where(known, variances, 1.0))
    return shrunk
