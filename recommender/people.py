"""The people: who may be profiled, and whom they resemble before anything is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import numpy as np

from quality.database import query
from quality.scanning import Rows
from quality.tables.inputs import EVENTS, USERS
from recommender.interactions import Bools, Ints, Texts


@dataclass(frozen=True)
class People:
    """Everybody who acted or is registered, sorted by id; shape (n_users,)."""

    user_ids: Texts
    may_profile: Bools
    segments: Ints
    """Code of age band and region; -1 where neither is known."""

    def between(self, first: int, last: int) -> People:
        """Return the users ``first`` to before ``last``, coded from 0."""
        return People(
            self.user_ids[first:last], self.may_profile[first:last], self.segments[first:last]
        )


def read_people(
    tables: Mapping[str, Rows], *, assumes_consent: bool, before: date | None = None
) -> People:
    """Read people from ``events`` and, if there, ``users``.

    Where ``users`` is delivered, somebody absent from it is not profiled: the row that is missing
    or was refused may have been the one that said no.

    Args:
        tables: Input tables by name.
        assumes_consent: Whether those who were not asked may be profiled.
        before: The day (UTC) at whose start the known events end: who first acts later is nobody
            yet. None for no end.
    """
    is_asked = len(tables.get(USERS.name, USERS.empty())) > 0
    end = datetime.combine(before or date.max, time(), UTC)
    rows = query(
        """
        SELECT user_id, coalesce(has_profiling_consent, $assumed AND (is_known OR NOT $asked),
                false) AS may_profile,
            age_band || '|' || region AS segment
        FROM (
            SELECT user_id FROM events WHERE occurred_at < $end UNION SELECT user_id FROM users
        )
        LEFT JOIN (
            SELECT user_id, has_profiling_consent, true AS is_known,
                coalesce(age_band, '') AS age_band, coalesce(region, '') AS region
            FROM users
        ) USING (user_id)
        ORDER BY user_id
        """,
        {table.name: tables.get(table.name, table.empty()) for table in (EVENTS, USERS)},
        threads=1,
        assumed=assumes_consent,
        asked=is_asked,
        end=end,
    )
    segments = rows["segment"].combine_chunks().dictionary_encode()
    codes = segments.indices.fill_null(-1).to_numpy().astype(np.int64)
    unknown = np.array([name == "|" for name in segments.dictionary.to_pylist()] + [True])
    return People(
        rows["user_id"].to_numpy().astype(object),
        np.asarray(rows["may_profile"].to_numpy()),
        np.where(unknown[codes], -1, codes),
    )
