"""Who came to a trial, in charts: the funnel, and applicants against buyers of the category."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from infra.pages.blocks import Cell, Figure, chart_table, columns, legend
from infra.pages.charts import Bar, Span, bars, spans
from infra.pages.figures import UNKNOWN, decimal, percent, round_ticks, whole
from infra.pages.privacy import OTHER, count_or_hidden, merge_small
from infra.pages.shared_blocks import number_with
from infra.pages.tallies import records
from infra.pages.words import name_of, say

Row = Mapping[str, Any]

_BANDS_DRAWN = 10
_HAS_ORDER = {"age_band"}
"""Attributes whose values have an order of their own."""
_FEWEST = 2
"""Values without which there is nothing to compare."""


def funnel_figure(funnel: pa.Table | None, floor: int) -> Figure | None:
    """Draw how many people took each step; None when there are not two to compare."""
    steps = sorted(records(funnel), key=lambda step: step["position"])
    if len(steps) < _FEWEST:
        return None
    drawn, rows = [], []
    for step in steps:
        name, people = name_of("step", step["step"]), step["unique_users"]
        number = count_or_hidden(people, floor)
        shown = people if people >= floor else 0
        rate = percent(step["rate"], 1) if shown else UNKNOWN
        drawn.append(Bar(name, shown, number_with(number, rate)))
        rows.append((name, number, rate))
    caption = say("funnel.caption")
    table = chart_table(caption, columns("step", "people", "rate"), rows)
    return Figure(caption, bars(drawn), table, note=say("funnel.note"))


def profile_figures(profile: pa.Table | None, floor: int) -> list[Figure]:
    """Draw applicants against buyers of the category, a chart an attribute that has two values or more."""
    by_attribute: dict[str, list[dict[str, Any]]] = {}
    for band in records(profile):
        by_attribute.setdefault(band["attribute"], []).append(band)
    shown = {attribute: _shown(bands, floor) for attribute, bands in by_attribute.items()}
    return [
        _profile(attribute, bands)
        for attribute, bands in sorted(shown.items())
        if len(bands) >= _FEWEST
    ]


def _shown(bands: list[dict[str, Any]], floor: int) -> list[dict[str, Any]]:
    """Return the bands that may be shown, the small ones merged into one."""
    kept = merge_small({band["value"]: band["applicants"] for band in bands}, floor)
    shown = [band for band in bands if band["value"] in kept and band["value"] != OTHER]
    left = [band for band in bands if band not in shown]
    if left and OTHER in kept:
        shown.append(_merged(left))
    return shown


def _profile(attribute: str, bands: list[dict[str, Any]]) -> Figure:
    ordered = bands if attribute in _HAS_ORDER else _largest_first(bands)
    drawn = [_span(band) for band in ordered[:_BANDS_DRAWN]]
    top = max(span.high for span in drawn)
    caption = say("profile.caption", attribute=name_of("attribute", attribute))
    head = columns("value", "people", "applicant_share", "buyer_share", "index", "interval")
    table = chart_table(caption, head, [_band_row(band) for band in ordered])
    svg = spans(drawn, domain=(0, top * 1.05), ticks=round_ticks(top), form="~%")
    keys = legend(("main", say("profile.applicants")), ("second", say("profile.buyers")))
    cut = len(ordered) > _BANDS_DRAWN
    note = say("profile.rest", n=_BANDS_DRAWN) if cut else say("profile.note")
    return Figure(caption, svg, table, keys, note)


def _largest_first(bands: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(bands, key=lambda band: (band["value"] == OTHER, -band["applicants"]))


def _span(band: Row) -> Span:
    share, buyers = band["applicant_share"], band["buyer_share"]
    index = say("profile.index", index=decimal(band["index"], 0)) if band["index"] else ""
    name = name_of("value", band["value"])
    if buyers is None:
        return Span(name, share, share, (("main", share),), index)
    dots = (("second", buyers), ("main", share))
    return Span(name, min(share, buyers), max(share, buyers), dots, index)


def _band_row(band: Row) -> tuple[Cell, ...]:
    return (
        name_of("value", band["value"]),
        whole(band["applicants"]),
        percent(band["applicant_share"], 1),
        percent(band["buyer_share"], 1),
        decimal(band["index"], 0),
        _index_interval(band),
    )


def _merged(bands: list[dict[str, Any]]) -> dict[str, Any]:
    """Merge bands into ``other``; their index has no interval any more."""
    buyers = [band["buyer_share"] for band in bands]
    known = None if None in buyers else sum(buyers)
    share = sum(band["applicant_share"] for band in bands)
    return {
        "value": OTHER,
        "applicants": sum(band["applicants"] for band in bands),
        "applicant_share": share,
        "buyer_share": known,
        "index": share / known * 100 if known else None,
        "low": None,
        "high": None,
    }


def _index_interval(band: Row) -> str:
    if band["low"] is None or band["high"] is None:
        return UNKNOWN
    return f"{decimal(band['low'], 0)}–{decimal(band['high'], 0)}"
