"""What people sent back, said, were given and were shown, as coded arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from quality.database import query
from quality.needs import NEED_GROUP_SQL
from quality.tables.inputs import AWARDS, EXPOSURES, REPORTS, TRIALS
from recommender.catalogue import Catalogue, code_of
from recommender.interactions import Bools, Floats, Ints, Texts, sums
from recommender.trades import DAY_MICROSECONDS, Trades

DISLIKED_RATING = 2
"""Stars of a person's own report up to which the product is not shown to them again."""
NO_DISLIKES = pa.schema([("report_id", pa.string())]).empty_table()


@dataclass(frozen=True)
class Records:
    """One row a (user, item) or (user, need), sorted; shape (n_rows,)."""

    users: Ints
    needs: Ints
    items: Ints
    """-1 where the row is about a need."""
    first_days: Ints
    """Day of the first time, counted from 1970-01-01."""
    days: Ints
    """Day of the last time."""
    values: Floats


@dataclass(frozen=True)
class Ledger:
    """The day's input tables, and the codes in which they are read.

    Tables that are absent hold nothing; rows about unknown items, about people who may not be
    profiled, or not before ``day`` are left out.
    """

    tables: Mapping[str, pa.Table]
    catalogue: Catalogue
    user_ids: Texts
    """Everybody, sorted."""
    may_profile: Bools
    """Whether each of them agreed to it."""
    items: pa.Table
    returned: Trades
    """All trades of the (user, item) of which anything came back, in the codes above."""
    day: int
    dislikes: pa.Table
    """Column report_id: reports whose words speak against the product, whatever their stars."""

    def returned_items(self) -> Records:
        """Return what people sent back and did not buy again since; ``values`` are units."""
        trades = self.returned.at(self.may_profile[self.returned.users])
        trades = trades.at(np.lexsort((trades.is_return, trades.times, trades.pairs)))
        first = np.flatnonzero(np.diff(trades.pairs, prepend=-1))
        last = np.append(first[1:], len(trades))[: len(first)] - 1
        days, units = trades.times // DAY_MICROSECONDS, trades.quantities * trades.is_return
        kept = trades.is_return[last]
        items = trades.items[first][kept].astype(np.int64)
        return Records(
            trades.users[first][kept].astype(np.int64),
            self.catalogue.needs[items],
            items,
            days[first][kept],
            days[last][kept],
            sums(units, first)[kept],
        )

    def disliked_items(self) -> Records:
        """Return the products of which a person's latest report is bad; ``values`` are stars."""
        latest = "arg_max(value, (submitted_at, report_id))"
        disliked = "arg_max(is_disliked, (submitted_at, report_id))"
        return self._read(
            f"""
            SELECT user_id, item_id, {_day("submitted_at")} AS day, rating AS value, submitted_at,
                report_id, report_id IN (FROM dislikes) AS is_disliked
            FROM reports
            """,
            latest,
            f"{latest} <= {DISLIKED_RATING} OR {disliked}",
        )

    def delivered_units(self) -> Records:
        """Return the trial units that have arrived; ``values`` are units."""
        return self._read(
            """
            SELECT user_id, item_id, delivered_on - DATE '1970-01-01' AS day, 1.0 AS value
            FROM awards JOIN trials USING (trial_id) WHERE delivered_on IS NOT NULL
            """,
            "sum(value)",
            "true",
        )

    def ignored_needs(self, least_times: int, window_days: int) -> Records:
        """Return needs shown at least so often lately, never opened; ``values`` are times."""
        return self._read(
            f"""
            SELECT user_id, item_id, {_day("shown_at")} AS day, 1.0 AS value, was_opened
            FROM exposures WHERE {_day("shown_at")} >= {self.day - window_days}
            """,
            "sum(value)",
            f"sum(value) >= {least_times} AND NOT bool_or(coalesce(was_opened, false))",
            by_item=False,
        )

    def _read(self, rows: str, value: str, having: str, *, by_item: bool = True) -> Records:
        """Gather rows by person and item or need: first and last day, and one value."""
        things = "item_id, need" if by_item else "need"
        known = (REPORTS, AWARDS, TRIALS, EXPOSURES)
        found = query(
            f"""
            SELECT user_id, {things}, min(day) AS first_day, max(day) AS day, {value} AS value
            FROM ({rows})
            JOIN (SELECT item_id, {NEED_GROUP_SQL} AS need FROM items) USING (item_id)
            WHERE day < {self.day} GROUP BY user_id, {things} HAVING {having} ORDER BY ALL
            """,
            {table.name: self.tables.get(table.name, table.empty()) for table in known}
            | {"items": self.items, "dislikes": self.dislikes.select(["report_id"])},
            threads=1,
        )
        users = code_of(self.user_ids, _column(found, "user_id").astype(object))
        kept = (users >= 0) & self.may_profile[users]
        none = np.full(len(found), -1)
        item_ids = self.catalogue.item_ids
        items = code_of(item_ids, _column(found, "item_id")) if by_item else none
        return Records(
            users[kept],
            code_of(self.catalogue.need_ids, _column(found, "need"))[kept],
            items[kept],
            _column(found, "first_day").astype(np.int64)[kept],
            _column(found, "day").astype(np.int64)[kept],
            _column(found, "value").astype(np.float64)[kept],
        )


def _day(time: str) -> str:
    """Return SQL for the days from 1970-01-01 to a time, in UTC."""
    return f"epoch_us({time}) // 86400000000"


def _column(table: pa.Table, name: str) -> np.ndarray:
    return np.asarray(table[name].to_numpy())
