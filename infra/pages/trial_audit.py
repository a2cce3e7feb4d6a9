"""The audit of each draw for QA: does it replay, did chance balance the arms, who got the units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from infra.pages.blocks import (
    Badge,
    Cell,
    DataTable,
    Figure,
    Figures,
    Notes,
    Section,
    chart_table,
    columns,
    legend,
)
from infra.pages.charts import Span, spans
from infra.pages.figures import UNKNOWN, decimal, percent, signed, whole
from infra.pages.tallies import records
from infra.pages.words import Words, listed, name_of, say

Row = Mapping[str, Any]
Measures = Mapping[str, Row]
"""The figures of one draw that compare nothing, by measure."""

_TRIALS_DRAWN = 6
_DIFFERENCES_DRAWN = 12
_NOTABLE = 0.25
"""|d| from which arms are usually called unlike (Rubin, 2001, doi:10.1023/A:1020363010465)."""
_BALANCE = "standardised_difference"
_PARTS = ("completion", "usefulness", "uplift", "fit", "reach", "freebie_index", "score")


def audit_section(audit: pa.Table | None) -> Section | None:
    """Lay out ``selection_audit``; None without a draw."""
    by_trial: dict[str, list[Row]] = {}
    for row in records(audit):
        by_trial.setdefault(row["trial_id"], []).append(row)
    if not by_trial:
        return None
    head = columns(
        "trial",
        "replay",
        "ratings_read",
        "overrides",
        "newcomers",
        "newcomers_eligible",
        "gini",
        "top_decile",
        "largest_difference",
    )
    lines = tuple(_line(trial_id, rows) for trial_id, rows in by_trial.items())
    table = DataTable(say("audit.caption"), head, lines, frozenset(range(3, len(head))))
    drawn = list(_figures(by_trial))
    left = len(by_trial) - _TRIALS_DRAWN
    notes = Notes((say("audit.more", n=left),)) if left > 0 else None
    blocks = (table, Figures(tuple(drawn)) if drawn else None, notes)
    return Section("audit", say("audit.title"), tuple(filter(None, blocks)), say("audit.lead"))


def _line(trial_id: str, rows: list[Row]) -> tuple[Cell, ...]:
    of = {row["measure"]: row for row in rows if row["measure"] != _BALANCE}
    differences = _differences(rows)
    return (
        trial_id,
        _verdict(of["replay_differences"], "equal", "unequal"),
        _verdict(of["ratings_read"], "unread", "was_read"),
        whole(of["overrides"]["result"]),
        percent(of["newcomer_share"]["result"], 1),
        percent(of["newcomer_share_eligible"]["result"], 1),
        decimal(of["award_gini"]["result"], 3),
        percent(of["top_decile_share"]["result"], 1),
        decimal(abs(differences[0]["result"])) if differences else UNKNOWN,
    )


def _verdict(row: Row, good: str, bad: str) -> Badge:
    code, tone = (good, "good") if row["is_passed"] else (bad, "bad")
    return Badge(name_of("audit_verdict", code), tone)


def _differences(rows: list[Row]) -> list[Row]:
    """Return what can be compared, the largest difference first."""
    found = [row for row in rows if row["measure"] == _BALANCE and row["result"] is not None]
    return sorted(found, key=lambda row: (-abs(row["result"]), row["attribute"], row["value"]))


def _figures(by_trial: Mapping[str, list[Row]]) -> Iterator[Figure]:
    for trial_id, rows in list(by_trial.items())[:_TRIALS_DRAWN]:
        differences = _differences(rows)
        if differences:
            yield _balance(trial_id, differences)


def _balance(trial_id: str, differences: list[Row]) -> Figure:
    """Draw standardised differences as dots about an upright where the arms are alike."""
    shown = differences[:_DIFFERENCES_DRAWN]
    drawn = [_span(row) for row in shown]
    most = max(_NOTABLE, abs(shown[0]["result"])) * 1.1
    step = _NOTABLE if most <= 4 * _NOTABLE else 1.0
    ticks = [place * step for place in range(-int(most / step), int(most / step) + 1)]
    svg = spans(drawn, domain=(-most, most), ticks=ticks, form="+.2~f", upright=0.0)
    caption = say("balance_plot.caption", trial=trial_id)
    table = chart_table(
        caption,
        columns("value", "standardised"),
        [(_named(row), signed(row["result"], 2)) for row in differences],
    )
    keys = legend(("main", say("balance_plot.alike")), ("bad", say("balance_plot.unlike")))
    note = say("balance_plot.note", n=len(differences))
    return Figure(caption, svg, table, keys, note)


def _span(row: Row) -> Span:
    at = row["result"]
    tone = "bad" if abs(at) >= _NOTABLE else "main"
    return Span(_named(row), min(at, 0.0), max(at, 0.0), ((tone, at),), signed(at, 2))


def _named(row: Row) -> Words:
    if row["attribute"] in _PARTS:
        return name_of("score_part", row["attribute"])
    return listed((name_of("attribute", row["attribute"]), name_of("value", row["value"])))
