"""A small shop whose every applicant can be looked at by hand, and a large one drawn at random."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from quality.tables.inputs import INPUTS

AS_OF = date(2026, 3, 2)
CLOSED_ON = date(2026, 3, 1)


def _table(name, rows):
    declared = INPUTS[name]
    return declared.conform(pa.Table.from_pylist(rows, declared.schema))


def _moment(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _trial(trial_id="T1", **changes):
    return {
        "trial_id": trial_id,
        "merchant_id": "M1",
        "item_id": "I1",
        "units": 10,
        "opens_on": CLOSED_ON - timedelta(days=13),
        "closes_on": CLOSED_ON,
        "reports_due_on": CLOSED_ON + timedelta(days=30),
        "goal": "balanced",
        **changes,
    }


def _random_tables(seed, *, n_users=150, trials=None, quotas=None, households=True):
    """Draw a shop at random: users with ages, regions, households; awards, reports, events."""
    rng = np.random.default_rng(seed)
    trials = trials or [_trial("T1", units=12), _trial("T2", units=8, item_id="I2", goal="improve")]
    if quotas:
        trials = [{**trial, "quotas": json.dumps(quotas)} for trial in trials]
    users = [f"u{n:04d}" for n in range(n_users)]
    applied = CLOSED_ON - timedelta(days=2)
    past = _trial(
        "T0",
        opens_on=date(2025, 8, 1),
        closes_on=date(2025, 8, 20),
        reports_due_on=date(2025, 10, 1),
    )
    veterans = [user for user in users if rng.random() < 0.3]
    writers = [user for user in veterans if rng.random() < 0.8]
    return {
        "items": _table(
            "items",
            [
                {
                    "item_id": f"I{n}",
                    "merchant_id": "M1",
                    "name": f"item {n}",
                    "category": f"a/g{n}",
                }
                for n in (1, 2)
            ],
        ),
        "users": _table(
            "users",
            [
                {
                    "user_id": user,
                    "birth_year": int(rng.integers(1960, 2007)),
                    "age_band": str(rng.choice(["18-24", "25-34", "35-44"])),
                    "region": str(rng.choice(["N", "S", "W"])),
                    "household_id": f"h{n // 2}" if households and rng.random() < 0.3 else None,
                    "has_marketing_consent": bool(rng.random() < 0.95),
                }
                for n, user in enumerate(users)
            ],
        ),
        "trials": _table("trials", [past, *trials]),
        "applications": _table(
            "applications",
            [
                {
                    "application_id": f"{trial['trial_id']}-{user}",
                    "trial_id": trial["trial_id"],
                    "user_id": user,
                    "applied_at": _moment(applied),
                    "source": str(rng.choice(["home", "search", "friend"])),
                }
                for trial in trials
                for user in users
                if rng.random() < 0.7
            ],
        ),
        "awards": _table(
            "awards",
            [
                {"trial_id": "T0", "user_id": user, "awarded_at": _moment(date(2025, 8, 25))}
                for user in veterans
            ],
        ),
        "reports": _table(
            "reports",
            [
                {
                    "report_id": f"r{user}",
                    "trial_id": "T0",
                    "item_id": "I1",
                    "user_id": user,
                    "submitted_at": _moment(date(2025, 9, 20)),
                    "rating": float(rng.integers(1, 6)),
                    "text": "好用 " * int(rng.integers(1, 60)),
                    "photo_count": int(rng.integers(0, 4)),
                }
                for user in writers
            ],
        ),
        "events": _table(
            "events",
            [
                {
                    "event_id": f"e{n}",
                    "user_id": str(rng.choice(users)),
                    "item_id": str(rng.choice(["I1", "I2"])),
                    "event_type": str(rng.choice(["view", "share", "purchase"])),
                    "occurred_at": _moment(CLOSED_ON - timedelta(days=int(rng.integers(0, 200)))),
                }
                for n in range(4 * n_users)
            ],
        ),
    }


@pytest.fixture(scope="session")
def as_of():
    return AS_OF


@pytest.fixture(scope="session")
def table():
    """Make a declared input table from rows that name only the columns of interest."""
    return _table


@pytest.fixture(scope="session")
def trial():
    """Make a row of ``trials`` that closed the day before ``as_of``."""
    return _trial


@pytest.fixture(scope="session")
def random_tables():
    """Make a shop at random from a seed."""
    return _random_tables


@pytest.fixture(scope="session")
def noon():
    """Return noon of a day in UTC."""
    return _moment
