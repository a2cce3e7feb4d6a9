"""Logistic regression on sparse features, as the models of polarity keep its weights."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from trials.reports.evidence import Matrix

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def logistic_weights(
    features: Matrix, targets: Ints, inverse_penalty: float, shares: Floats | None = None
) -> Floats:
    """Return the weight of each feature and, last, the intercept, shape (features + 1,).

    Args:
        features: A row an example, shape (examples, features).
        targets: 1 or 0, shape (examples,).
        inverse_penalty: C of the regression.
        shares: How much each example counts, same shape; None for all alike.
    """
    model = LogisticRegression(C=inverse_penalty, solver="liblinear", max_iter=400, random_state=0)
    # One BLAS thread: the same texts give the same bytes on machines of any number of cores.
    with threadpool_limits(1, "blas"):
        model.fit(features, targets, sample_weight=shares)
    return stored(np.append(model.coef_[0], model.intercept_[0]))


def adapted_weights(
    features: Matrix, targets: Ints, inverse_penalty: float, known: Floats
) -> Floats:
    """Return weights that start from those learned elsewhere, shape (features + 1,).

    The score by the known weights is one more feature, in units of its standard deviation, so that
    the examples say how far it is to be believed; being linear, it is folded into the others.

    Args:
        features: As for :func:`logistic_weights`.
        targets: Likewise.
        inverse_penalty: Likewise.
        known: Weights of the features and, last, an intercept, which does not matter.

    Source:
        Florian et al., "A statistical model for multilingual entity detection and tracking", NAACL
        2004; PRED in Daumé III, "Frustratingly easy domain adaptation", ACL 2007.
    """
    scores = features @ known[:-1]
    unit = scores.std() or 1.0
    columns = hstack([features, csr_matrix((scores / unit)[:, np.newaxis])]).tocsr()
    fitted = logistic_weights(columns, targets, inverse_penalty)
    return stored(np.append(fitted[:-2] + fitted[-2] / unit * known[:-1], fitted[-1]))


def stored(values: Floats) -> Floats:
    """Round to what the file holds, so that a saved model scores like the trained one."""
    return values.astype(np.float32).astype(np.float64)
