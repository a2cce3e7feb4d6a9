"""Logistic regression on sparse features, as the models of polarity keep its weights."""

import numpy as np
from numpy.typing import NDArray
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


def stored(values: Floats) -> Floats:
    """Round to what the file holds, so that a saved model scores like the trained one."""
    return values.astype(np.float32).astype(np.float64)
