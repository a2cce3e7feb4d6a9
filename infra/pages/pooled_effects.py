"""What the shop's trials show together, for the shop's own people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from infra.pages.blocks import DataTable, columns
from infra.pages.figures import percent, points, whole
from infra.pages.tallies import records
from infra.pages.words import name_of, say

_SCOPES = ("shop", "merchant", "need_group")


def pooled_table(pooled: pa.Table | None) -> DataTable | None:
    """List the mean effect of each scope with several trials, the shop's first; None without any."""
    rows = sorted(records(pooled), key=_place)
    if not rows:
        return None
    head = columns("scope", "name", "window", "trials_pooled", "itt", "interval", "i2", "verdict")
    told = tuple(
        (
            name_of("scope", row["scope"]),
            "" if row["scope"] == "shop" else row["scope_id"],
            say("effect.days", n=row["window_days"]),
            whole(row["n_trials"]),
            points(row["itt"]),
            f"{points(row['low'])} … {points(row['high'])}",
            percent(row["i2"]),
            name_of("effect", row["verdict"].replace(" ", "_")),
        )
        for row in rows
    )
    return DataTable(say("pooled.caption"), head, told, frozenset(range(3, 7)))


def _place(row: Mapping[str, Any]) -> tuple[int, str, int]:
    return (_SCOPES.index(row["scope"]), row["scope_id"], row["window_days"])
