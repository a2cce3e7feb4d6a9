"""Drawings of an item's aspects: blame against praise, impact against reach, the Kano map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from infra.pages.aspects import OVERALL, aspect_name
from infra.pages.blocks import Figure, Figures, Section, chart_table, columns, legend
from infra.pages.bubbles import Bubble, bubbles
from infra.pages.charts import Diverging, Span, diverging, spans
from infra.pages.facts import MerchantFacts
from infra.pages.figures import decimal, interval, percent, round_ticks, whole
from infra.pages.words import Words, name_of, say

Row = Mapping[str, Any]
Named = Sequence[tuple[Words, Row]]

_DRAWN = 12
_ROOM = 1.15
"""How much farther than the farthest value a scale of bubbles reaches."""
_LEAST_SCALE = 0.05
_KANO_TONES = {
    "must_be": "bad",
    "performance": "main",
    "attractive": "good",
    "indifferent": "quiet",
    "cannot_tell": "soft",
}


def overview_section(aspects: Sequence[Row], facts: MerchantFacts) -> Section | None:
    """Draw the definite aspects that enough customers speak of; None without any."""
    chosen = [it for it in aspects if it["aspect"] != OVERALL and not it["is_early_signal"]]
    named = [(aspect_name(it, facts), it) for it in chosen[:_DRAWN]]
    if not named:
        return None
    blocks = (
        Figures((_priority_figure(named), _blame_and_praise(named))),
        Figures((_impact_and_reach(named), _kano_map(named))),
    )
    return Section("overview", say("aspects.title"), blocks, say("aspects.lead"))


def _priority_figure(named: Named) -> Figure:
    drawn = [
        Span(
            name,
            it["priority_low"],
            it["priority_high"],
            ((_dot_tone(it), it["priority"]),),
            f"{decimal(it['priority'])} ({_range(it)})",
        )
        for name, it in named
    ]
    rows = [
        (
            name,
            decimal(it["priority"]),
            _range(it),
            f"{it['rank_low']}–{it['rank_high']}",
            percent(it["first_three_chance"]),
        )
        for name, it in named
    ]
    top = max(_LEAST_SCALE, *(span.high for span in drawn)) * 1.05
    return Figure(
        say("aspects.priority"),
        spans(drawn, domain=(0, top), ticks=round_ticks(top), form="~f"),
        chart_table(
            say("aspects.priority"),
            columns("aspect", "priority", "interval", "place", "first_three"),
            rows,
        ),
        note=say("aspects.priority_note"),
    )


def _blame_and_praise(named: Named) -> Figure:
    drawn = [
        Diverging(
            name,
            it["blame_share"],
            it["praise_share"],
            f"{percent(it['blame_share'])} · {percent(it['praise_share'])}",
        )
        for name, it in named
    ]
    rows = [
        (
            name,
            whole(it["blame_reports"]),
            percent(it["blame_share"]),
            interval(it["blame_low"], it["blame_high"]),
            whole(it["praise_reports"]),
            percent(it["praise_share"]),
        )
        for name, it in named
    ]
    head = columns("aspect", "blamers", "share", "interval", "praisers", "praise_share")
    return Figure(
        say("aspects.both"),
        diverging(drawn),
        chart_table(say("aspects.both"), head, rows),
        legend=legend(("bad", say("aspects.blames")), ("good", say("aspects.praises"))),
    )


def _impact_and_reach(named: Named) -> Figure:
    across = _scale(it["blame_share"] for _, it in named)
    up = _scale(it["impact"] for _, it in named)
    most = max(it["priority"] for _, it in named) or 1.0
    drawn = [
        Bubble(name, it["blame_share"], it["impact"], it["priority"] / most, _dot_tone(it))
        for name, it in named
    ]
    rows = [
        (
            name,
            percent(it["blame_share"]),
            decimal(it["severity"]),
            decimal(it["impact"]),
            decimal(it["priority"]),
        )
        for name, it in named
    ]
    return Figure(
        say("aspects.reach"),
        bubbles(
            drawn,
            across=across,
            up=up,
            ticks=(round_ticks(across), round_ticks(up)),
            form=("~%", "~f"),
        ),
        chart_table(
            say("aspects.reach"),
            columns("aspect", "blame_share", "severity", "impact", "priority"),
            rows,
        ),
        note=say("aspects.reach_note"),
    )


def _kano_map(named: Named) -> Figure:
    most = _scale(max(it["impact"], it["reward"]) for _, it in named)
    drawn = [
        Bubble(name, it["impact"], it["reward"], 0.2, _KANO_TONES[it["kano"]]) for name, it in named
    ]
    rows = [
        (
            name,
            decimal(it["impact"]),
            decimal(it["reward"]),
            name_of("kano", it["kano"]),
            percent(it["kano_chance"]),
        )
        for name, it in named
    ]
    ticks = round_ticks(most)
    present = [kind for kind in _KANO_TONES if any(it["kano"] == kind for _, it in named)]
    return Figure(
        say("aspects.kano"),
        bubbles(drawn, across=most, up=most, ticks=(ticks, ticks), form=("~f", "~f")),
        chart_table(
            say("aspects.kano"), columns("aspect", "impact", "reward", "kano", "chance_of"), rows
        ),
        legend=legend(*((_KANO_TONES[kind], name_of("kano", kind)) for kind in present)),
        note=say("aspects.kano_note"),
    )


def _scale(values: Iterable[float]) -> float:
    return max(_LEAST_SCALE, *values) * _ROOM


def _range(it: Row) -> str:
    return f"{decimal(it['priority_low'])}–{decimal(it['priority_high'])}"


def _dot_tone(it: Row) -> str:
    return "bad" if it["is_safety"] else "main"
