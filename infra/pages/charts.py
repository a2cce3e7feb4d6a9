"""The charts of the pages; one drawing serves both languages.

Labels stand above their bars, numbers after them, and legends are HTML: a long Chinese or English
name has the whole width, and a phone shows the same drawing as a desk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from infra.pages.labels import cells_of, one_label
from infra.pages.vega import (
    FAINT,
    INK,
    Data,
    Json,
    band,
    colour,
    draw,
    layer,
    marks_at,
    place,
    text_layer,
)
from infra.pages.words import Text

TONES = {
    "main": "#2c6e77",
    "second": "#c58a2a",
    "good": "#4f8a5b",
    "bad": "#b4493a",
    "quiet": "#a9b4b5",
    "soft": "#8db7bb",
    "ink": INK,
    "faint": FAINT,
    "heat-0": "#e4eae8",
    "heat-1": "#f1ddbb",
    "heat-2": "#e6bd86",
    "heat-3": "#d8975a",
    "heat-4": "#c66f47",
    "heat-5": "#a63d2f",
}
_WIDTH = 400
_ROW = 38
_LINE_CELLS = 56
"""Cells of a line, a Chinese character taking two; a label that does not fit is cut."""
_CELL_WIDTH = 7.4
"""Width that a cell may need in the widest of usual fonts, in the drawing's units."""
_WHOLE = (0.0, 1.0)
_ABOVE, _BELOW = -9, 8


@dataclass(frozen=True)
class Bar:
    """One bar from zero."""

    label: Text
    value: float
    text: Text
    tone: str = "main"


@dataclass(frozen=True)
class Diverging:
    """Two bars from the middle, such as blame to the left and praise to the right."""

    label: Text
    left: float
    right: float
    text: Text


@dataclass(frozen=True)
class Stack:
    """One bar cut into parts, each a tone and a value."""

    label: Text
    parts: tuple[tuple[str, float], ...]
    text: Text


@dataclass(frozen=True)
class Fall:
    """One step of a waterfall: a bar from where what is left begins to where it ended."""

    label: Text
    low: float
    high: float
    text: Text
    tone: str = "main"


@dataclass(frozen=True)
class Span:
    """A line from low to high with dots on it, each a tone and a place."""

    label: Text
    low: float
    high: float
    dots: tuple[tuple[str, float], ...]
    text: Text
    is_summary: bool = False
    """Whether its dots are diamonds, as the mean of the other rows is drawn."""


@dataclass(frozen=True)
class Strip:
    """A row of squares, each a heat from 0 to 5; None leaves a gap."""

    label: Text
    heats: tuple[int | None, ...]
    text: Text


def bars(rows: Sequence[Bar], *, domain: tuple[float, float] | None = None) -> Markup:
    """Draw one horizontal bar a row, its label above it and its number after it.

    Args:
        rows: Top to bottom.
        domain: Smallest and largest value of the scale; by default from 0 to the largest bar.
    """
    low, high = domain or (0.0, max((row.value for row in rows), default=0.0) or 1.0)
    # The longest number must find room after the longest bar.
    room = 12 + _CELL_WIDTH * max((cells_of(row.text) for row in rows), default=0)
    wide = (low, low + (high - low) * _WIDTH / (_WIDTH - room))
    data = [
        _texts(number, row.label, row.text)
        | {"zero": 0, "to": row.value, "end": max(row.value, 0.0), "tone": TONES[row.tone]}
        for number, row in enumerate(rows)
    ]
    numbers = {"align": "left", "dx": 6, "dy": _BELOW}
    layers = [
        _lying(data, place("zero", wide), "to"),
        _labels(data),
        text_layer(data, "text", numbers, x=place("end", wide), y=band()),
    ]
    if low < 0:
        upright = layer([{"at": 0}], "rule", {"color": TONES["quiet"]}, x=place("at", wide))
        layers.insert(1, upright)
    return _drawn(layers, len(rows) * _ROW)


def diverging(rows: Sequence[Diverging], tones: tuple[str, str] = ("bad", "good")) -> Markup:
    """Draw two bars a row from a common upright: one to the left, one to the right.

    Args:
        rows: Top to bottom; the longest bar of all fills its half.
        tones: Colours of the left and the right bars.
    """
    most = max((max(row.left, row.right) for row in rows), default=0.0) or 1.0
    wide = (-most, most)
    data = [_texts(number, row.label, row.text, is_beside=True) for number, row in enumerate(rows)]
    bars_of = [
        {"row": number, "from": 0, "to": end, "tone": TONES[tone]}
        for number, row in enumerate(rows)
        for end, tone in zip((-row.left, row.right), tones, strict=True)
    ]
    upright = layer([{"at": 0}], "rule", {"color": TONES["quiet"]}, x=place("at", wide))
    lying = _lying(bars_of, place("from", wide), "to")
    return _drawn([upright, lying, _labels(data), _numbers_above(data)], len(rows) * _ROW)


def stacks(rows: Sequence[Stack], *, whole: float | None = None) -> Markup:
    """Draw one bar a row, cut by share, its label and its number above it.

    Args:
        rows: Top to bottom.
        whole: What the full width stands for; by default each row's own sum.
    """
    data = [_texts(number, row.label, row.text, is_beside=True) for number, row in enumerate(rows)]
    parts = [part for number, row in enumerate(rows) for part in _parts(number, row, whole)]
    layers = [_lying(parts, place("from", _WHOLE), "to"), _labels(data), _numbers_above(data)]
    return _drawn(layers, len(rows) * _ROW)


def falls(rows: Sequence[Fall]) -> Markup:
    """Draw a waterfall from top to bottom, over one scale from zero to the largest end."""
    across = (0.0, max((row.high for row in rows), default=0.0) or 1.0)
    data = [_texts(number, row.label, row.text, is_beside=True) for number, row in enumerate(rows)]
    steps = [
        {"row": number, "from": row.low, "to": row.high, "tone": TONES[row.tone]}
        for number, row in enumerate(rows)
    ]
    layers = [_lying(steps, place("from", across), "to"), _labels(data), _numbers_above(data)]
    return _drawn(layers, len(rows) * _ROW)


def strips(rows: Sequence[Strip]) -> Markup:
    """Draw one row of squares a row, all of one width, its label and its number above it."""
    across = (0.0, float(max(len(row.heats) for row in rows)))
    data = [_texts(number, row.label, row.text, is_beside=True) for number, row in enumerate(rows)]
    squares = [
        {"row": number, "from": at, "to": at + 0.9, "tone": TONES[f"heat-{heat}"]}
        for number, row in enumerate(rows)
        for at, heat in enumerate(row.heats)
        if heat is not None
    ]
    layers = [_lying(squares, place("from", across), "to"), _labels(data), _numbers_above(data)]
    return _drawn(layers, len(rows) * _ROW)


def spans(
    rows: Sequence[Span],
    *,
    domain: tuple[float, float],
    ticks: Sequence[float],
    form: str,
    upright: float | None = None,
) -> Markup:
    """Draw one interval a row with its dots, over a common scale.

    Args:
        rows: Top to bottom.
        domain: Smallest and largest value of the scale.
        ticks: Where the scale is marked.
        form: How a mark is written, as a d3 format.
        upright: Where a line stands that intervals may cross, such as no difference.
    """
    data = [
        _texts(number, row.label, row.text, is_beside=True) | {"from": row.low, "to": row.high}
        for number, row in enumerate(rows)
    ]
    dots, diamonds = (
        [
            {"row": number, "at": at, "tone": TONES[tone]}
            for number, row in enumerate(rows)
            if row.is_summary == is_summary
            for tone, at in row.dots
        ]
        for is_summary in (False, True)
    )
    axis = marks_at(ticks, form)
    line = {"strokeWidth": 3, "yOffset": _BELOW, "color": TONES["soft"]}
    dot = {"size": 90, "yOffset": _BELOW, "opacity": 1}
    start, at = place("from", domain, axis), place("at", domain, axis)
    layers = [
        layer(data, "rule", line, x=start, x2={"field": "to"}, y=band()),
        layer(dots, "circle", dot, x=at, y=band(), color=colour()),
        _labels(data),
        _numbers_above(data),
    ]
    if diamonds:
        look = dot | {"shape": "diamond", "filled": True, "size": 180}
        layers.append(layer(diamonds, "point", look, x=at, y=band(), color=colour()))
    if upright is not None:
        stands = layer([{"at": upright}], "rule", {"color": TONES["quiet"]}, x=at)
        layers.insert(0, stands)
    return _drawn(layers, len(rows) * _ROW, foot=26)


def scatter(
    dots: Sequence[tuple[float, float, str]],
    *,
    across: tuple[float, float],
    up: tuple[float, float],
    ticks: tuple[Sequence[float], Sequence[float]],
) -> Markup:
    """Draw dots (across, up, tone) in the order given.

    Args:
        dots: The dots; later ones lie on top.
        across: Domain of the horizontal scale.
        up: Domain of the vertical scale.
        ticks: Marks of the horizontal and of the vertical scale.
    """
    data = [{"x": x, "y": y, "tone": TONES[tone]} for x, y, tone in dots]
    x = place("x", across, marks_at(ticks[0], ",~f"))
    y = place("y", up, marks_at(ticks[1], ".2~f"))
    layers = [layer(data, "circle", {"size": 20, "opacity": 0.85}, x=x, y=y, color=colour())]
    return _drawn(layers, 200, left=44, foot=26)


def spark(values: Sequence[float], *, low: float = 0.0) -> Markup:
    """Draw a small line without scale, its last value as a dot.

    Args:
        values: Left to right.
        low: What lies at the bottom.
    """
    data = [{"x": number, "y": value} for number, value in enumerate(values)]
    x = place("x", (0, max(len(values) - 1, 1)))
    y = place("y", (low, max([*values, low + 1])))
    line = {"color": TONES["main"], "strokeWidth": 1.5}
    dot = {"color": TONES["main"], "size": 24, "opacity": 1}
    layers = [layer(data, "line", line, x=x, y=y), layer(data[-1:], "circle", dot, x=x, y=y)]
    return draw(layers, 90, 18, {"left": 4, "right": 6, "top": 5, "bottom": 5})


def _drawn(layers: Sequence[Json], height: int, *, left: int = 2, foot: int = 2) -> Markup:
    padding = {"left": left, "right": 8, "top": 2, "bottom": foot}
    return draw(layers, _WIDTH - left + 2, height, padding)


def _lying(data: Data, start: Json, end: str) -> Json:
    look = {"height": 11, "yOffset": _BELOW}
    return layer(data, "bar", look, x=start, x2={"field": end}, y=band(), color=colour())


def _labels(data: Data) -> Json:
    return text_layer(data, "label", {"align": "left", "dy": _ABOVE, "x": 0}, y=band())


def _numbers_above(data: Data) -> Json:
    return text_layer(data, "text", {"align": "right", "dy": _ABOVE, "x": _WIDTH}, y=band())


def _parts(number: int, row: Stack, whole: float | None) -> list[Json]:
    total, at = whole or sum(value for _, value in row.parts) or 1.0, 0.0
    parts: list[Json] = []
    for tone, value in row.parts:
        parts.append({"row": number, "from": at, "to": at + value / total, "tone": TONES[tone]})
        at += value / total
    return parts


def _texts(number: int, label: Text, text: Text, *, is_beside: bool = False) -> dict[str, object]:
    """Return a row's texts; a label beside its number leaves room for it."""
    left = _LINE_CELLS - (cells_of(text) + 2 if is_beside else 0)
    return {"row": number, "label": one_label(label, left), "text": one_label(text, _LINE_CELLS)}
