"""What earlier randomised draws say of each applicant: the uplift of the segments they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trials.arrays import numbers, texts, truths
from trials.uplift import need_orders_band

if TYPE_CHECKING:
    import pyarrow as pa

    from trials.arrays import Floats, Texts


def uplift_of(facts: pa.Table, segments: pa.Table) -> Floats | None:
    """Average the uplift over the segments of each applicant that are known.

    Args:
        facts: What is known of each applicant, n rows.
        segments: ``attribute``, ``value`` and ``uplift``, as ``uplift.segment_uplift`` measures it.

    Returns:
        Uplift of the chance to buy, shape (n,); 0 for who is in no known segment. None if no
        segment is known.
    """
    if not len(segments):
        return None
    attributes = texts(segments, "attribute")
    total, known = np.zeros(len(facts)), np.zeros(len(facts))
    for attribute in np.unique(attributes.astype(str)):
        mine = attributes == attribute
        names, values = texts(segments, "value")[mine], numbers(segments, "uplift")[mine]
        uplift = dict(zip(names.tolist(), values.tolist(), strict=True))
        found = np.array(
            [uplift.get(value, np.nan) for value in _values(facts, attribute)], dtype=np.float64
        )
        is_known = ~np.isnan(found)
        total[is_known] += found[is_known]
        known += is_known
    return total / np.maximum(known, 1)


def _values(facts: pa.Table, attribute: str) -> Texts:
    if attribute == "need_orders":
        return need_orders_band(numbers(facts, "need_days"))
    if attribute == "is_newcomer":
        return np.where(truths(facts, attribute), "true", "false").astype(object)
    return texts(facts, attribute)
