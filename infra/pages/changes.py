"""What changed between the latest batch of reports and those before: a test, not an impression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.pages.aspects import OVERALL, aspect_name
from infra.pages.blocks import Badge, DataTable, Section, Small, columns
from infra.pages.facts import MerchantFacts
from infra.pages.figures import percent, points
from infra.pages.words import name_of, say

Row = Mapping[str, Any]

_TONES = {"mended": "good", "better": "good", "worse": "bad"}
_ORDER = ("worse", "mended", "better", "no_change", "too_few")


def changes_section(changes: Mapping[str, Row], facts: MerchantFacts) -> Section | None:
    """Show what became of each aspect, with a verdict; None without an earlier batch."""
    definite = [(aspect, it) for aspect, it in changes.items() if aspect != OVERALL]
    if not definite:
        return None
    definite.sort(
        key=lambda pair: (not pair[1]["is_new"], _ORDER.index(pair[1]["verdict"]), pair[0])
    )
    rows = tuple(
        (
            aspect_name({"aspect": aspect}, facts),
            percent(it["share_before"]),
            percent(it["share_now"]),
            Small(points(it["share_now"] - it["share_before"]), _limits(it)),
            _verdict(it),
        )
        for aspect, it in definite
    )
    head = columns("aspect", "before", "now", "difference", "changed")
    first = definite[0][1]
    lead = say("changes.lead", before=first["customers_before"], now=first["customers_now"])
    table = DataTable(say("changes.caption"), head, rows, frozenset({1, 2, 3}))
    return Section("changes", say("changes.title"), (table,), lead)


def _limits(it: Row) -> str:
    if it["low"] is None:
        return ""
    return f"{points(it['low'])} … {points(it['high'])}"


def _verdict(it: Row) -> Badge:
    if it["is_new"] and it["verdict"] != "worse":
        return Badge(say("changes.new"), "second")
    return Badge(name_of("change", it["verdict"]), _TONES.get(it["verdict"], "quiet"))
