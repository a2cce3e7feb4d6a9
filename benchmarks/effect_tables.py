"""Trials of ``effect_world`` as the tables that shike measures effects from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
from effect_world import Outcome, Trial

from quality.tables import INPUTS, OUTPUTS

CLOSED_ON = date(2017, 6, 1)
REPORTS_DUE_ON = date(2017, 12, 1)
AFTER, BEFORE = datetime(2017, 6, 12, 12, tzinfo=UTC), datetime(2017, 5, 12, 12, tzinfo=UTC)
"""When people buy, after the draw and before it."""
AWARDED = BEFORE + timedelta(days=21)


def input_tables(
    held: Sequence[tuple[Trial, Outcome]], *, tells_awards: bool
) -> dict[str, pa.Table]:
    """Return ``trials``, ``items``, ``events`` and ``awards`` of trials, an item each.

    Args:
        held: The trials, and what became of those among whom lots decided.
        tells_awards: Whether ``awards`` says who was given a unit; else it is empty.
    """
    given = [(one.trial_id, it.gets, one.users) for one, it in held if tells_awards]
    awards = [(trial_id, user) for trial_id, gets, users in given for user in users[gets]]
    bought = [
        (user, _item(one), at)
        for one, it in held
        for users, at in ((one.users[it.buys], AFTER), (one.users[it.bought], BEFORE))
        for user in users
    ]
    n, items = len(held), [_item(one) for one, _ in held]
    same = {"opens_on": CLOSED_ON, "closes_on": CLOSED_ON, "reports_due_on": REPORTS_DUE_ON}
    same |= {"units": 1, "goal": "balanced", "merchant_id": "M"}
    tables = {
        "trials": {"trial_id": [one.trial_id for one, _ in held], "item_id": items}
        | {name: [value] * n for name, value in same.items()},
        "items": {"item_id": items, "merchant_id": ["M"] * n, "name": items}
        | {"category": ["a/b"] * n, "list_price": [30.0] * n},
        "events": {
            "event_id": [f"e{number}" for number in range(len(bought))],
            "user_id": [user for user, *_ in bought],
            "item_id": [item for _, item, _ in bought],
            "event_type": ["purchase"] * len(bought),
            "occurred_at": [at for *_, at in bought],
        },
        "awards": {
            "trial_id": [trial_id for trial_id, _ in awards],
            "user_id": [user for _, user in awards],
            "awarded_at": [AWARDED] * len(awards),
        },
    }
    return {name: _conformed(name, columns) for name, columns in tables.items()}


def selection_table(held: Sequence[tuple[Trial, Outcome]]) -> pa.Table:
    """Return ``selection`` of those among whom lots decided."""
    trials = [one for one, _ in held]
    rows = [one.trial_id for one in trials for _ in one.users]
    columns = {
        "trial_id": rows,
        "user_id": [user for one in trials for user in one.users],
        "arm": [arm for one in trials for arm in one.arm],
        "stratum": [name for one in trials for name in one.strata],
        "waitlist_position": [int(place) or None for one in trials for place in one.place],
        "inclusion_probability": [0.3] * len(rows),
    }
    said = {name: ["-"] * len(rows) for name in ("reason_code", "reason_zh", "reason_en")}
    return _conformed("selection", columns | said)


def _item(one: Trial) -> str:
    return f"I{one.trial_id[1:]}"


def _conformed(name: str, columns: dict[str, list]) -> pa.Table:
    declared = INPUTS.get(name) or OUTPUTS[name]
    schema = pa.schema([field for field in declared.schema if field.name in columns])
    return declared.conform(pa.table(columns, schema=schema))
