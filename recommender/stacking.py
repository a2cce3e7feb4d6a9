"""Features side by side: one row a thing that is described."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from recommender.boosting import Features
from recommender.interactions import Floats

_BLOCK_ROWS = 4096


def stacked(columns: Mapping[str, Floats | Features], n_rows: int) -> Features:
    """Put columns of equal length side by side, shape (n_rows, n_columns)."""
    features = np.empty((n_rows, len(columns)), dtype=np.float32)
    # So many rows at a time that they stay in the cache while one column after the other is set.
    for start in range(0, n_rows, _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        for place, column in enumerate(columns.values()):
            features[rows, place] = column[rows]
    return features
