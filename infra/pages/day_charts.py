"""Rows a day as a chart: a bar a day over the band that is usual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from infra.pages.charts import TONES
from infra.pages.figures import round_ticks
from infra.pages.vega import colour, draw, layer, marks_at, place, text_layer

_WIDTH, _HEIGHT = 350, 110
_TICK_DAYS = 14
_GAP = 0.12
"""Share of a day's width that is left free on either side of its bar."""


@dataclass(frozen=True)
class DayBar:
    """One day's rows, and the fewest and most that are usual; None where nothing is."""

    day: date
    rows: int
    low: int | None = None
    high: int | None = None

    @property
    def is_unusual(self) -> bool:
        """Whether the rows lie outside the band."""
        below = self.low is not None and self.rows < self.low
        return below or (self.high is not None and self.rows > self.high)


def daily(bars: Sequence[DayBar], *, first: date, last: date) -> Markup:
    """Draw one bar a day, those outside the band in another colour.

    Args:
        bars: The days that have rows, in any order.
        first: The day at the left edge.
        last: The day at the right edge.
    """
    across = (0.0, float((last - first).days + 1))
    largest = max(max(bar.rows, bar.high or 0) for bar in bars) or 1
    up = (0.0, largest * 1.05)
    at = [((bar.day - first).days, bar) for bar in bars]
    band = [
        {"from": day, "to": day + 1, "low": bar.low, "high": bar.high}
        for day, bar in at
        if bar.low is not None and bar.high is not None
    ]
    drawn = [
        {"from": day + _GAP, "to": day + 1 - _GAP, "zero": 0, "rows": bar.rows}
        | {"tone": TONES["bad" if bar.is_unusual else "main"]}
        for day, bar in at
    ]
    start, end = place("from", across), {"field": "to"}
    axis = marks_at(round_ticks(largest), "~s")
    usual, every = {"color": TONES["second"], "opacity": 0.28}, {"opacity": 1}
    low, high = place("low", up, axis), {"field": "high"}
    zero, rows = {"field": "zero"}, place("rows", up, axis)
    name = {"fontSize": 11, "align": "center"}
    layers = [
        layer(band, "rect", usual, x=start, x2=end, y=low, y2=high),
        layer(drawn, "rect", every, x=start, x2=end, y=rows, y2=zero, color=colour()),
        text_layer(
            _marks(first, last), "label", name, x=place("at", across), y={"value": _HEIGHT + 14}
        ),
    ]
    return draw(layers, _WIDTH, _HEIGHT, {"left": 44, "right": 16, "top": 6, "bottom": 26})


def _marks(first: date, last: date) -> list[dict[str, object]]:
    """Return a mark every other week back from the last day, its middle and its name."""
    days = range((last - first).days, -1, -_TICK_DAYS)
    return [
        {"at": at + 0.5, "label": (first + timedelta(days=at)).strftime("%m-%d")} for at in days
    ]
