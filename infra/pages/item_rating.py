"""How an item is rated: raw, weighted, corrected for free goods, and by whom."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from infra.pages.blocks import Fact, Figure, Notes, Section, chart_table, columns
from infra.pages.charts import Span, spans
from infra.pages.figures import decimal, signed, whole
from infra.pages.words import Words, listed, name_of, say

Row = Mapping[str, Any]

_KINDS = ("raw", "weighted", "corrected")
_STARS = (1.0, 5.0)
_TICKS = (1, 2, 3, 4, 5)


def rating_facts(summary: Row) -> tuple[Fact, ...]:
    """Return the ratings as figures with their intervals."""
    rating = _rating(summary)
    facts = [
        Fact(say("fact.rating_raw"), _stars(rating["raw"]), say("fact.rating_raw_note")),
        Fact(
            say("fact.rating_weighted"),
            _stars(rating["weighted"]),
            say("fact.rating_weighted_note"),
        ),
    ]
    if rating.get("corrected"):
        note = say("fact.rating_corrected_note")
        facts.append(Fact(say("fact.rating_corrected"), _stars(rating["corrected"]), note))
    return tuple(facts)


def rating_section(summary: Row) -> Section | None:
    """Draw the ratings and say what was corrected, or why not; None where no interval is known."""
    rating = _rating(summary)
    if rating["raw"]["low"] is None:
        return None
    told = [(name_of("rating", kind), rating[kind]) for kind in _KINDS if rating.get(kind)]
    return Section(
        "rating",
        say("rating.title"),
        (_figure(say("rating.caption"), told), Notes((_kindness(rating.get("kindness")),))),
    )


def segments_section(segments: Sequence[Row]) -> Section | None:
    """Draw the rating of each group of customers; None without groups."""
    if not segments:
        return None
    told = [(_group(it), it) for it in segments]
    figure = _figure(say("segments.caption"), told, is_counted=True)
    return Section("segments", say("segments.title"), (figure,), say("segments.lead"))


def _figure(
    caption: Words, told: Sequence[tuple[Words, Row]], *, is_counted: bool = False
) -> Figure:
    drawn = [
        Span(name, it["low"], it["high"], (("main", it["stars"]),), _with_interval(it))
        for name, it in told
    ]
    more = ("people",) if is_counted else ()
    rows = [
        (
            name,
            decimal(it["stars"]),
            _interval(it),
            *((whole(it["customers"]),) if is_counted else ()),
        )
        for name, it in told
    ]
    return Figure(
        caption,
        spans(drawn, domain=_STARS, ticks=_TICKS, form="d"),
        chart_table(caption, columns("value", "stars", "interval", *more), rows),
        note=say("rating.note"),
    )


def _rating(summary: Row) -> dict[str, Any]:
    """Return the ratings; a summary of an older version knows no intervals."""
    if summary.get("rating"):
        return json.loads(summary["rating"])  # type: ignore[no-any-return]
    return {kind: {"stars": summary[f"rating_{kind}"], "low": None} for kind in ("raw", "weighted")}


def _kindness(it: Row | None) -> Words:
    if it is None:
        return say("rating.not_corrected")
    return say(
        "rating.kindness",
        stars=signed(it["stars"]),
        low=signed(it["low"]),
        high=signed(it["high"]),
        items=it["items"],
        gifts=it["gifts"],
        others=it["others"],
    )


def _stars(it: Row) -> str:
    return decimal(it["stars"])


def _group(it: Row) -> Words:
    if it["attribute"] == "is_newcomer":
        return name_of("segment", f"newcomer_{it['value']}")
    return listed((name_of("attribute", it["attribute"]), name_of("value", it["value"])))


def _with_interval(it: Row) -> str:
    return f"{decimal(it['stars'])} ({_interval(it)})"


def _interval(it: Row) -> str:
    return f"{decimal(it['low'])}–{decimal(it['high'])}"
