"""Reviews of satiation as a table that one day leaves for the days after it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recommender.catalogue import Catalogue, code_of
from recommender.columns import named
from recommender.interactions import day_number
from recommender.satiation import Review

NAME = "satiation_review"
"""The state's name."""


def review_table(review: Review, catalogue: Catalogue) -> pa.Table:
    """Name the needs that were learned to satiate; one row a need."""
    return pa.table({"need_group": named(catalogue.need_ids, np.flatnonzero(review.is_satiating))})


def last_review(history: pa.Table | None, catalogue: Catalogue) -> Review | None:
    """Return the latest review among dated ones, None if there is none.

    A review that found nothing leaves no row, so it is held again the next day.

    Args:
        history: ``need_group`` and ``as_of``; needs that are no longer sold are left out.
        catalogue: Whose needs are meant.
    """
    if history is None or not len(history):
        return None
    day = pc.max(history["as_of"])
    needs = history.filter(pc.equal(history["as_of"], day))["need_group"]
    codes = code_of(catalogue.need_ids, needs.to_numpy().astype(object))
    is_satiating = np.zeros(len(catalogue.need_ids), dtype=bool)
    is_satiating[codes[codes >= 0]] = True
    return Review(day_number(day.as_py()), is_satiating)
