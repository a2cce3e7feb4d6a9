"""Regression trees on top of a linear prediction. The one importer of LightGBM."""

from __future__ import annotations

from dataclasses import dataclass

import lightgbm
import numpy as np
import numpy.typing as npt

Features = npt.NDArray[np.float32]
"""Shape (n_rows, n_features); finite."""
Floats = npt.NDArray[np.float64]

ROUNDS = 200
LEARNING_RATE = 0.05
LEAVES = 15
LEAST_LEAF_ROWS = 300
PENALTY = 20.0
"""Ridge on a leaf's value."""
FEATURE_SHARE = 0.5
"""Share of the features that a tree may use."""
ROW_SHARE = 0.7
"""Share of the rows that a tree sees."""
BINS = 63
SEED = 20170911


@dataclass(frozen=True)
class Trees:
    """What is left to say after a linear prediction."""

    model: lightgbm.Booster

    def margin(self, features: Features) -> Floats:
        """Return what to add to each row's log odds, shape (n_rows,)."""
        if not len(features):
            return np.zeros(0)
        return np.asarray(
            self.model.predict(features, raw_score=True, num_threads=1), dtype=np.float64
        )

    @property
    def text(self) -> str:
        """The trees as LightGBM writes them, every number with all its digits."""
        return str(self.model.model_to_string(num_iteration=-1))


def trees_of(text: str) -> Trees:
    """Read trees from their text."""
    return Trees(lightgbm.Booster(model_str=text))


def fit_trees(features: Features, outcomes: Floats, margin: Floats) -> Trees:
    """Boost trees on the log loss that a first prediction leaves.

    Small trees, many rows a leaf and strong shrinkage: the linear part carries the signal, and
    trees that start from nothing need many more rows to come as far. Equal data give equal trees.

    Args:
        features: Shape (n_rows, n_features).
        outcomes: 1 or 0, shape (n_rows,).
        margin: Log odds of the first prediction, same shape.

    Source:
        Ke et al., "LightGBM: A Highly Efficient Gradient Boosting Decision Tree", NeurIPS 2017.
    """
    settings = {
        "objective": "binary",
        "boost_from_average": False,
        "learning_rate": LEARNING_RATE,
        "num_leaves": LEAVES,
        "min_data_in_leaf": LEAST_LEAF_ROWS,
        "lambda_l2": PENALTY,
        "feature_fraction": FEATURE_SHARE,
        "bagging_fraction": ROW_SHARE,
        "bagging_freq": 1,
        "max_bin": BINS,
        "seed": SEED,
        "deterministic": True,
        "force_col_wise": True,
        # Idle threads of OpenMP spin: with two runs on one machine, both would crawl.
        "num_threads": 1,
        "verbose": -1,
    }
    rows = lightgbm.Dataset(features, outcomes, init_score=margin, free_raw_data=True)
    return Trees(lightgbm.train(settings, rows, ROUNDS))
