"""How a number is written, the same in both languages; an unknown one is a dash."""

from __future__ import annotations

UNKNOWN = "–"
_MOST_STEPS = 5


def whole(number: float | None) -> str:
    """Write a count: 1,234."""
    return UNKNOWN if number is None else f"{number:,.0f}"


def decimal(number: float | None, places: int = 2) -> str:
    """Write a number with a fixed number of places."""
    return UNKNOWN if number is None else f"{number:,.{places}f}".replace("-", "−")


def signed(number: float | None, places: int = 2) -> str:
    """Write a number with its sign."""
    return UNKNOWN if number is None else f"{number:+,.{places}f}".replace("-", "−")


def percent(share: float | None, places: int = 0) -> str:
    """Write a share of 1 as a percentage; only nothing is written as 0 and only all as 100."""
    if share is None:
        return UNKNOWN
    if share in {0, 1}:
        return f"{share:.0%}"
    smallest = 10.0**-places
    written = f"{share * 100:.{places}f}%"
    if share > 0 and written == f"{0:.{places}f}%":
        return f"<{smallest:.{places}f}%"
    if share < 1 and written == f"{100:.{places}f}%":
        return f">{100 - smallest:.{places}f}%"
    return written.replace("-", "−")


def interval(low: float | None, high: float | None) -> str:
    """Write an interval of shares as percentages."""
    if low is None or high is None:
        return UNKNOWN
    return f"{percent(low)}–{percent(high)}"


def points(difference: float | None) -> str:
    """Write a difference of shares in percentage points."""
    return UNKNOWN if difference is None else signed(difference * 100, 1)


def round_ticks(high: float) -> list[float]:
    """Return up to six round marks from zero to a value: steps of 1, 2 or 5."""
    steps = (step * 10.0**power for power in range(-4, 12) for step in (1, 2, 5))
    step = next(step for step in steps if high / step <= _MOST_STEPS)
    return [round(step * place, 6) for place in range(int(high / step) + 1)]
