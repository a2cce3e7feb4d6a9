"""Who delivers how well, and is it getting worse: a line a source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from infra.pages.blocks import Cell, DataTable, Section, Small, columns
from infra.pages.charts import spark
from infra.pages.figures import UNKNOWN, decimal, percent, whole
from infra.pages.tallies import records
from infra.pages.words import name_of, say

_LOW_SCORE = 70.0
"""The bottom of a trend, or its lowest score: from 0 a fall of ten points could not be seen."""
_SHARES = (
    "quarantined_share",
    "duplicate_share",
    "contradiction_share",
    "completeness",
)


def sources_section(tables: Mapping[str, pa.Table]) -> Section | None:
    """List the sources, the worst first; None without ``source_scorecard``."""
    cards = records(tables.get("source_scorecard"))
    if not cards:
        return None
    cards.sort(key=lambda card: (card["score"], card["table"], card["source"]))
    head = (
        *columns("source", "score", "trend", "read"),
        *(name_of("scorecard", share) for share in _SHARES),
        *columns("late", "freshness"),
    )
    flush = frozenset({1, *range(3, len(head))})
    table = DataTable(say("sources.caption"), head, tuple(map(_row, cards)), flush)
    return Section("sources", say("sources.title"), (table,), say("sources.lead"))


def _row(card: Mapping[str, Any]) -> tuple[Cell, ...]:
    return (
        Small(card["source"] or say("sources.whole"), _place(card)),
        decimal(card["score"], 1),
        _trend(card["trend"]),
        whole(card["rows_read"]),
        *(percent(card[share], 2) for share in _SHARES),
        f"{whole(card['late_rows'])} / {whole(card['vanished_rows'])}",
        whole(card["freshness_hours"]),
    )


def _place(card: Mapping[str, Any]) -> str:
    return " · ".join(filter(None, (card["table"], card["owner"])))


def _trend(trend: str) -> Cell:
    values = [float(score) for score in json.loads(trend) if score is not None]
    return spark(values, low=min(_LOW_SCORE, *values)) if len(values) > 1 else UNKNOWN
