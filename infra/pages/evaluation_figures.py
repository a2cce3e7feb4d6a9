"""The charts of the evaluation: leads with their intervals, reliability, and the timing curve."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from infra.pages.blocks import Figure, chart_table, columns, legend
from infra.pages.charts import TONES, Span, spans
from infra.pages.figures import percent, round_ticks, signed, whole
from infra.pages.vega import Data, colour, draw, layer, marks_at, place
from infra.pages.words import Words, day_words, name_of, say

Row = Mapping[str, Any]

_PLACES = 4
_STRONGEST = 10
_VERDICT_TONES = {"ahead": "main", "undecided": "second", "behind": "bad"}
_CUT_TONES = ("main", "second", "good", "bad")
_LAST_STEP = 3.5
"""Where the open last step of the timing curve is drawn, in gaps."""
_SIZE = (356, 260)
_PADDING = {"left": 46, "right": 8, "top": 8, "bottom": 26}


def model_name(row: Row) -> Words:
    """Return the display name of a model or of a variant of it."""
    name = name_of("contender", row["model"])
    match row["variant"]:
        case "unheld":
            return say("evaluation.unheld", model=name)
        case "suppressed":
            return say("evaluation.suppressed", model=name)
        case "filtered":
            return say("evaluation.filtered", model=name)
        case _:
            return name


def lead_figure(metric: Words, leads: Sequence[Row]) -> Figure:
    """Draw by how much shike leads over its strongest rivals, with intervals."""
    strongest = sorted(leads, key=lambda lead: lead["value"])[:_STRONGEST]
    drawn = [
        Span(
            model_name(lead),
            lead["low"],
            lead["high"],
            ((_VERDICT_TONES[_verdict(lead)], lead["value"]),),
            signed(lead["value"], _PLACES),
        )
        for lead in strongest
    ]
    low = min(0.0, *(lead["low"] for lead in strongest))
    high = max(0.0, *(lead["high"] for lead in strongest))
    room = 0.06 * (high - low) or 1.0
    svg = spans(drawn, domain=(low - room, high + room), ticks=_ticks(low, high), form="~f")
    table = chart_table(metric, columns("model", "lead", "interval"), [_row(it) for it in leads])
    seen = {_verdict(lead) for lead in strongest}
    keys = legend(
        *((tone, name_of("lead", it)) for it, tone in _VERDICT_TONES.items() if it in seen)
    )
    note = say("evaluation.strongest", n=_STRONGEST) if len(leads) > len(strongest) else None
    return Figure(metric, svg, table, keys, note)


def reliability_figure(points: Sequence[Row]) -> Figure:
    """Draw the share that came true against the mean chance, bin by bin, a colour a cut."""
    cuts = sorted({point["cut"] for point in points})
    tones = {cut: _CUT_TONES[number % len(_CUT_TONES)] for number, cut in enumerate(cuts)}
    top = max(max(point["chance"], point["rate"]) for point in points) * 1.05
    scale = (0.0, top)
    axis = marks_at(round_ticks(top), "~%")
    dots = [
        {"x": point["chance"], "y": point["rate"], "tone": TONES[tones[point["cut"]]]}
        for point in points
    ]
    x, y = place("x", scale, axis), place("y", scale, axis)
    diagonal = [{"x": 0.0, "y": 0.0}, {"x": top, "y": top}]
    layers = [
        layer(diagonal, "line", {"color": TONES["quiet"], "strokeWidth": 1.5}, x=x, y=y),
        layer(dots, "circle", {"size": 36, "opacity": 0.85}, x=x, y=y, color=colour()),
    ]
    caption = say("evaluation.reliability")
    rows = [
        (
            day_words(point["cut"]),
            percent(point["chance"], 1),
            percent(point["rate"], 1),
            whole(point["pairs"]),
        )
        for point in points
    ]
    table = chart_table(caption, columns("cut", "mean_chance", "bought", "pairs"), rows)
    keys = legend(*((tones[cut], day_words(cut)) for cut in cuts))
    svg = draw(layers, *_SIZE, _PADDING)
    return Figure(caption, svg, table, keys, say("evaluation.reliability_note"))


def curve_figure(caption: Words, steps: Sequence[Row]) -> Figure:
    """Draw the share bought within a week and the expected share as the wait goes on."""
    bought = [{"x": _middle(it), "y": it["rate"]} for it in steps]
    expected = [{"x": _middle(it), "y": it["expected"]} for it in steps]
    top = max(max(it["rate"], it["expected"]) for it in steps) * 1.08 or 1.0
    layers = [*_line(expected, "second", top), *_line(bought, "main", top)]
    rows = [
        (
            _gaps(it),
            percent(it["rate"], 1),
            percent(it["expected"], 1),
            whole(it["pairs"]),
        )
        for it in steps
    ]
    table = chart_table(caption, columns("gaps", "bought", "expected", "pairs"), rows)
    keys = legend(("main", say("column.bought")), ("second", say("column.expected")))
    svg = draw(layers, *_SIZE, _PADDING)
    return Figure(caption, svg, table, keys, say("evaluation.curve_note"))


def _line(points: Data, tone: str, top: float) -> list[Mapping[str, object]]:
    x = place("x", (0.0, _LAST_STEP + 0.2), marks_at((0, 1, 2, 3), "~f"))
    y = place("y", (0.0, top), marks_at(round_ticks(top), "~%"))
    line = {"color": TONES[tone], "strokeWidth": 1.5}
    return [
        layer(points, "line", line, x=x, y=y),
        layer(points, "circle", {"color": TONES[tone], "size": 40, "opacity": 1}, x=x, y=y),
    ]


def _middle(step: Row) -> float:
    return _LAST_STEP if step["end"] is None else (step["start"] + step["end"]) / 2


def _gaps(step: Row) -> str:
    return f"{step['start']:g}–" if step["end"] is None else f"{step['start']:g}–{step['end']:g}"


def _ticks(low: float, high: float) -> list[float]:
    """Return round marks from low to high, 0 among them."""
    step = round_ticks(high - low or 1.0)[1]
    return [
        round(step * place, 6)
        for place in range(math.ceil(low / step), math.floor(high / step) + 1)
    ]


def _verdict(lead: Row) -> str:
    return "ahead" if lead["low"] > 0 else "behind" if lead["high"] < 0 else "undecided"


def _row(lead: Row) -> tuple[Words, str, str]:
    interval = f"{signed(lead['low'], _PLACES)} – {signed(lead['high'], _PLACES)}"
    return model_name(lead), signed(lead["value"], _PLACES), interval
