"""Bubbles on two scales, each with its name beside it where there is room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from infra.pages.charts import TONES
from infra.pages.labels import cells_of, one_label
from infra.pages.vega import Json, colour, draw, layer, marks_at, place, text_layer
from infra.pages.words import Text

_WIDTH, _HEIGHT = 372.0, 250.0
_LEFT, _FOOT = 34, 26
_CELL = 7.0
"""Width of a cell of a label, in the drawing's units."""
_LINE = 16.0
_MOST_CELLS = 22
_LARGEST = 700.0
"""Area of the largest bubble."""
_SMALLEST = 40.0

_SIDES: dict[str, Json] = {side: {"align": side} for side in ("left", "right", "center")}

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True)
class Bubble:
    """One bubble."""

    label: Text
    across: float
    up: float
    weight: float = 1.0
    """Its area, as a share of the largest."""
    tone: str = "main"


def bubbles(
    them: Sequence[Bubble],
    *,
    across: float,
    up: float,
    ticks: tuple[Sequence[float], Sequence[float]],
    form: tuple[str, str],
) -> Markup:
    """Draw bubbles over scales that begin at zero; a name without room is left to the table.

    Args:
        them: The bubbles; names are placed in the order given.
        across: Largest value of the horizontal scale.
        up: Largest value of the vertical scale.
        ticks: Marks of the horizontal and of the vertical scale.
        form: How they are written, as d3 formats.
    """
    spots = [(_WIDTH * it.across / across, _HEIGHT * (1 - it.up / up)) for it in them]
    data = [{"x": it.across, "y": it.up, "size": _area(it), "tone": TONES[it.tone]} for it in them]
    names = [
        (side, {"x": end / _WIDTH * across, "y": (1 - middle / _HEIGHT) * up, "label": label})
        for side, end, middle, label in _names(spots, them)
    ]
    x = place("x", (0, across), marks_at(ticks[0], form[0]))
    y = place("y", (0, up), marks_at(ticks[1], form[1]))
    size: Json = {"field": "size", "type": "quantitative", "scale": None}
    layers = [
        layer(data, "circle", {"opacity": 0.75}, x=x, y=y, size=size, color=colour()),
        *(
            text_layer([name for at, name in names if at == side], "label", look, x=x, y=y)
            for side, look in _SIDES.items()
        ),
    ]
    padding = {"left": _LEFT, "right": 8, "top": 8, "bottom": _FOOT}
    return draw(layers, _WIDTH, _HEIGHT, padding)


def _area(it: Bubble) -> float:
    return max(_LARGEST * it.weight, _SMALLEST)


def _names(
    spots: Sequence[tuple[float, float]], them: Sequence[Bubble]
) -> Iterator[tuple[str, float, float, str]]:
    """Yield how each name is set, from where, its middle and itself: beside its bubble, on none."""
    taken = [
        (x - radius, y - radius, x + radius, y + radius)
        for (x, y), radius in ((spot, _radius(it)) for spot, it in zip(spots, them, strict=True))
    ]
    for number, (spot, it) in enumerate(zip(spots, them, strict=True)):
        others = taken[:number] + taken[number + 1 :]
        for side, end, middle, box in _places(spot, it):
            if _fits(box, others):
                taken.append(box)
                yield side, end, middle, one_label(it.label, _MOST_CELLS)
                break


def _places(spot: tuple[float, float], it: Bubble) -> Iterator[tuple[str, float, float, Box]]:
    """Yield the places for a name, the best first: right, left, above and below the bubble."""
    (x, y), width, away = spot, min(cells_of(it.label), _MOST_CELLS) * _CELL, _radius(it) + 3
    beyond = away + _LINE / 2
    for side, end, left, middle in (
        ("left", x + away, x + away, y),
        ("right", x - away, x - away - width, y),
        ("center", x, x - width / 2, y - beyond),
        ("center", x, x - width / 2, y + beyond),
    ):
        yield side, end, middle, (left, middle - _LINE / 2, left + width, middle + _LINE / 2)


def _radius(it: Bubble) -> float:
    radius: float = (_area(it) / 3.1416) ** 0.5
    return radius


def _fits(box: Box, others: Iterable[Box]) -> bool:
    left, top, right, bottom = box
    if left < 0 or top < 0 or right > _WIDTH or bottom > _HEIGHT:
        return False
    return all(
        right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
        for other in others
    )
