"""What past weeks were like among themselves: a table that comes in campaigns never rests.

Trials open and close, and for weeks nobody applies. Such a table differs from the weeks before by
more than chance without anything being wrong, so a week that stands out is told of only if it
stands out more than the weeks before it did. The price: a fault is told of for a week, and then
has become usual.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from quality.measures.delivered import Delivered
from quality.measures.distances import ks, ks_bound, psi, psi_bound
from quality.measures.shares import Shares, bins_of
from quality.measures.tally import Tally
from quality.schema import Column

Weekly = npt.NDArray[np.float64]
"""Rows of past weeks by bin, shape (n_weeks, n_bins)."""


def week_of_moment(delivered: Delivered, time: str) -> str:
    """Return SQL for how many spans of ``volume_days`` a moment is back: 0 for the recent days."""
    seconds = delivered.options.volume_days * 86_400
    start = delivered.start_of(delivered.recent_from)
    return f"greatest(0, ceil((epoch({start}) - epoch({time})) / {seconds}))::INTEGER"


def week_of_day(delivered: Delivered) -> str:
    """Return SQL for the same of a ``day``."""
    days = f"(DATE '{delivered.recent_from}' - day)"
    return f"greatest(0, ceil({days} / {delivered.options.volume_days}))::INTEGER"


def weekly_counts(delivered: Delivered, tally: Tally, column: Column, shares: Shares) -> Weekly:
    """Count a column by week and bin over the sample of its table; hours over all rows."""
    if shares.kind == "hour":
        query = (
            f"SELECT hour AS value, {week_of_day(delivered)} AS week, sum(rows)::DOUBLE AS rows"
            f" FROM {tally.relation} WHERE day >= DATE '{delivered.usual_from}'"
        )
    else:
        sql_type = "DOUBLE" if shares.kind == "to" else "VARCHAR"
        query = (
            f"SELECT {column.name}::{sql_type} AS value, week, count(*)::DOUBLE AS rows"
            f" FROM sample_{tally.table.name} WHERE value IS NOT NULL"
        )
    counted = delivered.connection.execute(f"{query} GROUP BY ALL").fetchnumpy()
    weekly = np.zeros((int(counted["week"].max(initial=0)) + 1, len(shares.labels)))
    np.add.at(weekly, (counted["week"], bins_of(shares, counted["value"])), counted["rows"])
    return weekly[1:]


def farthest_week(weekly: Weekly) -> Mapping[str, float]:
    """Return how far the week that stood out most was from the others, as far as beyond chance.

    Returns:
        ``psi`` and ``ks``; 0 where no week stood out.
    """
    farthest = {"psi": 0.0, "ks": 0.0}
    total = weekly.sum(axis=0)
    seen = int(np.count_nonzero(total))
    for week in weekly:
        rest = total - week
        n, m = float(week.sum()), float(rest.sum())
        if not n or not m:
            continue
        index, gap = psi(week, rest), ks(week, rest)
        if index > psi_bound(n, m, seen):
            farthest["psi"] = max(farthest["psi"], index)
        if gap > ks_bound(n, m):
            farthest["ks"] = max(farthest["ks"], gap)
    return farthest
