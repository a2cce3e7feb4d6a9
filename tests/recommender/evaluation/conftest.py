"""Hand-made purchases, and the real ones."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from quality.tables.inputs import EVENTS, ITEMS
from recommender.interactions import Interactions


@pytest.fixture(scope="session")
def purchases():
    """Interactions from (user, day, thing) codes; vocabularies are as wide as asked for."""

    def make(rows, *, n_users=None, n_things=None):
        users, days, things = np.array(sorted(set(rows)), dtype=np.int64).reshape(-1, 3).T
        n_users = n_users or int(users.max()) + 1
        n_things = n_things or int(things.max()) + 1
        return Interactions(
            users.copy(),
            days.copy(),
            things.copy(),
            np.ones(len(users)),
            things.copy(),
            np.full(len(users), np.nan),
            np.array([f"u{user:03d}" for user in range(n_users)], dtype=object),
            np.array([f"t{thing:03d}" for thing in range(n_things)], dtype=object),
        )

    return make


@pytest.fixture(scope="session")
def shop():
    """Tables from (user, day, item) rows, and the need of each item."""

    def make(rows, needs):
        start = datetime(2017, 1, 1, 12, tzinfo=UTC)
        events = [
            {
                "event_id": f"e{number:05d}",
                "user_id": user,
                "item_id": item,
                "event_type": "purchase",
                "occurred_at": start + timedelta(days=day),
            }
            for number, (user, day, item) in enumerate(rows)
        ]
        items = [
            {"item_id": i, "merchant_id": "m", "name": i, "category": need, "need_group": need}
            for i, need in needs.items()
        ]
        return {
            "events": EVENTS.conform(pa.Table.from_pylist(events)),
            "items": ITEMS.conform(pa.Table.from_pylist(items)),
        }

    return make


@pytest.fixture(scope="session")
def complete_journey():
    """The real data set as shike tables."""
    from infra.sources.complete_journey import (  # noqa: PLC0415 - seconds to load
        journey_tables,
        open_journey,
    )

    return journey_tables(open_journey(), as_of=date(2018, 1, 2))
