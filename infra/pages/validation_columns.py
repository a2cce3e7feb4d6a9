"""Has the content changed: nulls against what is usual, and the drift of each column."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from infra.pages.blocks import (
    Block,
    Cell,
    DataTable,
    Figure,
    Figures,
    Section,
    chart_table,
    columns,
    legend,
)
from infra.pages.charts import Bar, bars
from infra.pages.figures import decimal, percent
from infra.pages.tallies import records
from infra.pages.words import Text, say

_DRAWN = 10
_MANY_TIMES = 2.0
"""Multiple of the usual null share from which a bar stands out."""

Profile = Mapping[str, Any]
"""One row of ``column_profile``."""


def columns_section(tables: Mapping[str, pa.Table]) -> Section | None:
    """Draw nulls and drift from ``column_profile``; None without anything to compare."""
    profiles = records(tables.get("column_profile"))
    multiplied = _largest(profiles, "null_multiple")[:_DRAWN]
    # What is beyond its limit comes first: with many rows a small distance may be.
    moved = sorted(_largest(profiles, "psi"), key=lambda it: not it["has_drifted"])[:_DRAWN]
    figures = []
    if multiplied:
        figures.append(_nulls(multiplied))
    if moved:
        figures.append(_drift(moved))
    if not figures:
        return None
    drifted = tuple(_shares(it) for it in moved if it["has_drifted"])
    blocks: tuple[Block, ...] = (Figures(tuple(figures)), *drifted)
    return Section("columns", say("columns.title"), blocks, say("columns.lead"))


def _largest(profiles: Sequence[Profile], measure: str) -> list[Profile]:
    known = [profile for profile in profiles if profile[measure]]
    return sorted(known, key=lambda it: (-it[measure], _name(it)))


def _nulls(profiles: Sequence[Profile]) -> Figure:
    drawn, rows = [], []
    for it in profiles:
        times = f"× {decimal(it['null_multiple'], 1)}"
        shares = f"{percent(it['null_share'], 1)} / {percent(it['usual_null_share'], 1)}"
        tone = "bad" if it["null_multiple"] >= _MANY_TIMES else "main"
        drawn.append(Bar(_name(it), it["null_multiple"], f"{times} · {shares}", tone))
        rows.append(
            (_name(it), percent(it["null_share"], 2), percent(it["usual_null_share"], 2), times)
        )
    head = columns("column", "null_share", "usual_null_share", "null_multiple")
    caption = say("columns.nulls")
    table = chart_table(caption, head, rows)
    return Figure(caption, bars(drawn), table, note=say("columns.nulls_note"))


def _drift(profiles: Sequence[Profile]) -> Figure:
    drawn, rows = [], []
    for it in profiles:
        tone = "bad" if it["has_drifted"] else "main"
        drawn.append(Bar(_name(it), it["psi"], decimal(it["psi"], 3), tone))
        rows.append(
            (_name(it), decimal(it["psi"], 3), decimal(it["ks"], 3), it["compared_with"] or "")
        )
    caption = say("columns.drift")
    table = chart_table(caption, columns("column", "psi", "ks", "compared_with"), rows)
    key = legend(("bad", say("columns.beyond")), ("main", say("columns.within")))
    return Figure(caption, bars(drawn), table, key, say("columns.drift_note"))


def _shares(profile: Profile) -> DataTable:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (_bin(it), percent(it["share"], 1), percent(it["usual"], 1))
        for it in json.loads(profile["shares"])
    )
    caption = say("columns.shares", column=_name(profile))
    head = columns("value", "recent_share", "usual_share")
    return DataTable(caption, head, rows, frozenset({1, 2}), is_folded=True)


def _bin(share: Mapping[str, Any]) -> Cell:
    """Return what a share is of: a value, an hour of the day, or the numbers up to an edge."""
    if "value" in share:
        return str(share["value"])
    if "hour" in share:
        return f"{share['hour']:02d}:00"
    return say("columns.above") if share["to"] is None else f"≤ {share['to']:,g}"


def _name(profile: Profile) -> Text:
    return f"{profile['table']}.{profile['column']}"
