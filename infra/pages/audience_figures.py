"""Who came to a trial, in charts: the funnel, and applicants against buyers of the category."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from infra.pages.blocks import Cell, DataTable, Figure, chart_table, columns, legend
from infra.pages.charts import Bar, Diverging, Span, bars, diverging, spans
from infra.pages.figures import UNKNOWN, decimal, percent, round_ticks, whole
from infra.pages.privacy import OTHER, count_or_hidden, merge_small
from infra.pages.shared_blocks import number_with
from infra.pages.tallies import records
from infra.pages.words import Text, Words, name_of, say

Row = Mapping[str, Any]

_BANDS_DRAWN = 10
_AGES = "age_band"
"""The attribute whose values have an order of their own, drawn as a pyramid."""
_NO_AGE = "unknown"
_HUNDRED = 100
"""The index of a group that applies as readily as it buys."""
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
    """Draw applicants against buyers of the category, a chart an attribute that has two values or more.

    Ages are a pyramid, applicants to the left and buyers to the right; of the other attributes each
    value is a line, Wilson's 95 % interval of its share of the applicants.
    """
    by_attribute: dict[str, list[dict[str, Any]]] = {}
    for band in records(profile):
        by_attribute.setdefault(band["attribute"], []).append(band)
    shown = {attribute: _shown(bands, floor) for attribute, bands in by_attribute.items()}
    return [
        _pyramid(bands) if _is_pyramid(attribute, bands) else _profile(attribute, bands)
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
    ordered = bands if attribute == _AGES else _largest_first(bands)
    drawn = [_span(band) for band in ordered[:_BANDS_DRAWN]]
    top = max(max(span.high, *(at for _, at in span.dots)) for span in drawn)
    caption = say("profile.caption", attribute=name_of("attribute", attribute))
    table = _table(caption, ordered)
    svg = spans(drawn, domain=(0, top * 1.05), ticks=round_ticks(top), form="~%")
    keys = legend(("main", say("profile.applicants")), ("second", say("profile.buyers")))
    cut = len(ordered) > _BANDS_DRAWN
    note = say("profile.rest", n=_BANDS_DRAWN) if cut else say("profile.note")
    return Figure(caption, svg, table, keys, note)


def _is_pyramid(attribute: str, bands: list[dict[str, Any]]) -> bool:
    """Tell whether there are ages to compare with those of buyers."""
    known = [band for band in bands if band["value"] != _NO_AGE]
    return attribute == _AGES and any(band["buyer_share"] for band in known)


def _pyramid(bands: list[dict[str, Any]]) -> Figure:
    drawn = [
        Diverging(
            name_of("value", band["value"]),
            band["applicant_share"],
            band["buyer_share"] or 0.0,
            _index(band),
        )
        for band in _oldest_first(bands)
    ]
    caption = say("pyramid.caption")
    svg = diverging(drawn, tones=("main", "second"))
    keys = legend(("main", say("pyramid.applicants")), ("second", say("pyramid.buyers")))
    return Figure(caption, svg, _table(caption, bands), keys, say("pyramid.note"))


def _table(caption: Words, bands: list[dict[str, Any]]) -> DataTable:
    head = columns("value", "people", "applicant_share", "buyer_share", "index", "interval")
    return chart_table(caption, head, [_band_row(band) for band in bands])


def _oldest_first(bands: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stand the oldest at the top and the merged at the foot; who has no age is not drawn."""
    ages = [band for band in bands if band["value"] not in {OTHER, _NO_AGE}]
    return ages[::-1] + [band for band in bands if band["value"] == OTHER]


def _largest_first(bands: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(bands, key=lambda band: (band["value"] == OTHER, -band["applicants"]))


def _span(band: Row) -> Span:
    share, buyers = band["applicant_share"], band["buyer_share"]
    name = name_of("value", band["value"])
    if buyers is None:
        return Span(name, share, share, (("main", share),), "")
    # The index's interval is that of the applicants' share over the buyers' share.
    low, high = (
        share if band[end] is None else band[end] * buyers / _HUNDRED for end in ("low", "high")
    )
    return Span(name, low, high, (("second", buyers), ("main", share)), _index(band))


def _index(band: Row) -> Text:
    """Write a band's index, with its interval where there is one."""
    if not band["index"]:
        return ""
    index, interval = decimal(band["index"], 0), _index_interval(band)
    if interval == UNKNOWN:
        return say("profile.index", index=index)
    return say("profile.index_interval", index=index, interval=interval)


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
