"""Codes and numbers as columns of a published table."""

import numpy as np
import pyarrow as pa

from recommender.interactions import Bools, Floats, Ints, Texts


def named(ids: Texts, codes: Ints) -> pa.Array:
    """Return the ids of codes as text, null for -1."""
    return pa.array(ids, pa.string()).take(pa.array(codes, mask=codes < 0))


def dates(days: Ints, is_missing: Bools | None = None) -> pa.Array:
    """Return days since 1970-01-01 as dates, null where missing."""
    return pa.array(days.astype(np.int32), mask=is_missing).cast(pa.date32())


def written_dates(days: Ints) -> pa.Array:
    """Write days since 1970-01-01 as ISO dates."""
    return dates(days).cast(pa.string())


def whole_numbers(values: Floats) -> pa.Array:
    """Write numbers rounded, at least 1; what is not a number as 1."""
    rounded = np.maximum(np.rint(np.nan_to_num(values, nan=1.0, posinf=1.0)), 1)
    return pa.array(rounded.astype(np.int64)).cast(pa.string())
