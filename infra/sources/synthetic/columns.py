"""Numbers into Arrow columns: ids, days, times and names, without a loop over rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from infra.sources.synthetic.chance import DAY_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.sources.synthetic.chance import Ints
    from infra.sources.synthetic.options import SyntheticOptions
    from quality.schema import Table

_DIGITS = 8


def table(declared: Table, **given: Any) -> pa.Table:
    """Put columns into the declared shape; optional ones that are not given become null."""
    rows = len(next(iter(given.values())))
    arrays = [
        pa.array(given[column.name], column.arrow.type)
        if column.name in given
        else pa.nulls(rows, column.arrow.type)
        for column in declared.columns
    ]
    return pa.Table.from_arrays(arrays, schema=declared.schema)


def numbered(prefix: str, numbers: Ints, digits: int = _DIGITS) -> pa.Array:
    """Return ``prefix`` and the number, padded so that text sorts as numbers do."""
    text = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), digits, "0")
    return pc.binary_join_element_wise(prefix, text, "")


def user_ids(numbers: Ints) -> pa.Array:
    """Return the ids of people by their numbers."""
    return numbered("u", numbers)


def item_ids(numbers: Ints) -> pa.Array:
    """Return the ids of items by their numbers."""
    return numbered("i", numbers, 6)


def trial_ids(numbers: Ints) -> pa.Array:
    """Return the ids of trials by their numbers."""
    return numbered("trial-", numbers, 3)


def named(names: Sequence[str], places: Ints) -> pa.Array:
    """Return the name at each place."""
    return pa.array(names, pa.string()).take(pa.array(places))


def dates(days: Ints, options: SyntheticOptions) -> pa.Array:
    """Return calendar days from days since the first one; days far ahead become null."""
    is_far = days >= np.iinfo(np.int32).max
    counted = np.where(is_far, 0, days + options.epoch_day).astype(np.int32)
    return pa.array(counted, pa.date32(), mask=is_far)


def times(seconds: Ints, options: SyntheticOptions) -> pa.Array:
    """Return points in time from seconds since the start of the first day."""
    micros = (seconds + options.epoch_day * DAY_SECONDS) * 1_000_000
    return pa.array(micros, pa.timestamp("us", tz="UTC"))


def optional(values: Any, is_known: Any) -> pa.Array:
    """Return the values, null where they are not known."""
    return pa.array(values, mask=~np.asarray(is_known))


def running_number(groups: Ints) -> Ints:
    """Count within runs of equal values, from 0: [5, 5, 8] becomes [0, 1, 0]."""
    places = np.arange(len(groups))
    starts = np.append(True, groups[1:] != groups[:-1])[: len(groups)]
    return places - np.maximum.accumulate(np.where(starts, places, 0))
