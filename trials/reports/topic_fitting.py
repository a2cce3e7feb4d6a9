"""Fit what tells topics apart, and weights that differ from topic to topic."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import diags_array, hstack

from trials.reports.evidence import Matrix
from trials.reports.regression import adapted_weights, logistic_weights

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LEAST_TOPICS = 2


@dataclass(frozen=True)
class TopicOptions:
    """How topics are learned; chosen by cross-validation within the training texts."""

    least_texts: int = 500
    """A topic must be named by so many texts."""
    least_documents: int = 10
    """A feature has weights of topics if it occurs in so many texts."""
    inverse_penalty: float = 5.0
    """C of the regression that tells topics apart."""
    scale: float = 4.0
    """How much more freely than weights of all texts those of a topic are learned."""
    tightening: float = 0.2
    """What C of a regression on words is multiplied by, since topics give it more columns."""


def fit_topics(rows: Matrix, named: Ints, common: Bools, options: TopicOptions) -> Floats:
    """Learn topics from the texts that name them, for the texts that do not.

    Args:
        rows: TF-IDF of the texts, shape (texts, features).
        named: The topic of each, less than 0 for none, shape (texts,).
        common: Which features have weights, shape (features,).
        options: How.

    Returns:
        Weights of each feature for each topic, shape (features + 1, topics); the last row is the
        intercepts. There are as many topics as enough texts name, none if that leaves one.

    Source:
        A few words teach the others: Yarowsky, "Unsupervised word sense disambiguation rivaling
        supervised methods", ACL 1995, the first step of it.
    """
    found = np.flatnonzero(np.bincount(named[named >= 0]) >= options.least_texts)
    if len(found) < _LEAST_TOPICS:
        found = found[:0]
    own = np.isin(named, found)
    weights = np.zeros((rows.shape[1] + 1, len(found)))
    has_weight = np.append(common, np.True_)
    for place, topic in enumerate(found):
        targets = (named[own] == topic).astype(np.int64)
        weights[has_weight, place] = logistic_weights(
            rows[own][:, common], targets, options.inverse_penalty
        )
    return weights


def fit_blended(
    rows: Matrix,
    targets: Ints,
    shares: Floats,
    common: Bools,
    inverse_penalty: float,
    options: TopicOptions,
    known: Floats | None = None,
) -> Floats:
    """Regress on all features, and once more for each topic on the common ones by its share.

    Args:
        rows: A row a text, shape (texts, features).
        targets: 1 or 0, shape (texts,).
        shares: How much each text is about each topic, shape (texts, topics).
        common: Which features have weights of topics, shape (features,).
        inverse_penalty: C of the regression, were there no topics.
        options: How.
        known: Weights of all features and an intercept, learned elsewhere, that those of all texts
            start from, shape (features + 1,); None for nothing.

    Returns:
        Weights of all texts and of each topic, shape (features + 1, 1 + topics); the last row is
        the intercepts.
    """
    n_features, n_topics = rows.shape[1], shares.shape[1]
    parts = [diags_array(options.scale * share) @ rows[:, common] for share in shares.T]
    tightened = inverse_penalty * (options.tightening if n_topics else 1.0)
    columns = hstack([rows, *parts]).tocsr()
    if known is None:
        fitted = logistic_weights(columns, targets, tightened)
    else:
        own = np.zeros(columns.shape[1] + 1)
        own[:n_features] = known[:-1]
        fitted = adapted_weights(columns, targets, tightened, own)
    weights = np.zeros((n_features + 1, 1 + n_topics))
    weights[:, 0] = np.append(fitted[:n_features], fitted[-1])
    weights[:-1][common, 1:] = (
        options.scale * fitted[n_features:-1].reshape(n_topics, common.sum()).T
    )
    return weights
