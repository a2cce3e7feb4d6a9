"""What a trial caused, for its merchant: a sentence, a forest of trials, where purchases came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from infra.pages.blocks import (
    Block,
    Cell,
    DataTable,
    Figure,
    Figures,
    Notes,
    chart_table,
    columns,
    legend,
)
from infra.pages.charts import Span, spans
from infra.pages.figures import UNKNOWN, decimal, percent, points, round_ticks, signed
from infra.pages.privacy import count_or_hidden
from infra.pages.tallies import records, rows_of
from infra.pages.words import Words, name_of, say

Row = Mapping[str, Any]
Tables = Mapping[str, pa.Table]

_TRIALS_DRAWN = 12
_AS_PERCENT = 100


def effect_blocks(trial_id: str, tables: Tables, floor: int) -> Iterator[Block]:
    """Yield what can be said of a trial's effect; nothing before its first window has passed.

    Args:
        trial_id: The trial.
        tables: The merchant's copies by name.
        floor: Rates of fewer people are hidden.
    """
    effects = records(rows_of(tables, "trial_effect", trial_id=trial_id))
    if not effects:
        return
    yield Notes(tuple(_told(effect, floor) for effect in effects) + _remarks(effects))
    split = _split_figure(trial_id, tables, floor)
    figures = (*_forests(trial_id, tables), *([split] if split else []))
    if figures:
        yield Figures(figures)
    yield _effect_table(effects, floor)
    yield _beside_table(effects)


def _told(effect: Row, floor: int) -> Words:
    """Say plainly what a window showed, and what it did not."""
    days, itt = effect["window_days"], effect["itt"]
    if itt is None or _is_few(effect, floor):
        return say("effect.told_nothing", days=days)
    found = {
        "days": days,
        "drawn": percent(effect["rate_treatment"], 1),
        "held_out": percent(effect["rate_holdout"], 1),
        "itt": points(itt),
        "low": points(effect["low"]),
        "high": points(effect["high"]),
    }
    if effect["verdict"] != "cannot tell yet":
        return say("effect.told_more", **found) if itt > 0 else say("effect.told_fewer", **found)
    smallest = effect["smallest_detectable_effect"]
    if smallest is None:
        return say("effect.told_unsure", **found)
    return say("effect.told_unsure_below", **found, smallest=points(smallest).lstrip("+"))


def _remarks(effects: Sequence[Row]) -> tuple[Words, ...]:
    last = effects[-1]
    remarks = [say("effect.rule")]
    if last["estimator"] == "dreo":
        remarks.append(say("effect.dreo"))
    currency, low = last["cost_currency"] or "", last["cost_low"]
    if last["cost_per_buyer"] is not None:
        cost = {name: decimal(last[f"cost_{name}"]) for name in ("low", "high")}
        each = decimal(last["cost_per_buyer"])
        remarks.append(
            say("effect.cost", days=last["window_days"], each=each, currency=currency, **cost)
        )
    elif low is not None:
        remarks.append(
            say(
                "effect.cost_unsure",
                days=last["window_days"],
                low=decimal(low),
                currency=currency,
            )
        )
    return tuple(remarks)


def _forests(trial_id: str, tables: Tables) -> Iterator[Figure]:
    """Draw each window's trials of the merchant, this one marked, and their mean as a diamond."""
    every = [row for row in records(tables.get("trial_effect")) if row["itt"] is not None]
    means = {
        row["window_days"]: row
        for row in records(tables.get("pooled_effect"))
        if row["scope"] == "merchant"
    }
    for days in sorted({row["window_days"] for row in every if row["trial_id"] == trial_id}):
        trials = [row for row in every if row["window_days"] == days]
        mine = [row for row in trials if row["trial_id"] == trial_id]
        others = [row for row in trials if row["trial_id"] != trial_id]
        yield _forest(days, mine[0], others, means.get(days))


def _forest(days: int, mine: Row, others: Sequence[Row], mean: Row | None) -> Figure:
    shown = others[-_TRIALS_DRAWN:]
    drawn = [_span(mine, mine["trial_id"], "main")]
    if mine["shrunken_itt"] is not None:
        seen = {name: mine[f"shrunken_{name}"] for name in ("itt", "low", "high")}
        drawn.append(_span(seen, say("forest.shrunken"), "second"))
    drawn += [_span(row, row["trial_id"], "quiet") for row in shown]
    if mean is not None:
        name = say("forest.mean", n=mean["n_trials"])
        drawn.append(_span(mean, name, "good", is_summary=True))
    caption = say("forest.caption", days=days)
    rows = [(span.label, span.text) for span in drawn]
    table = chart_table(caption, columns("trial", "itt"), rows)
    note = say("forest.note") if mean is not None else say("forest.alone")
    return Figure(caption, _scaled(drawn), table, note=note)


def _span(row: Row, name: str | Words, tone: str, *, is_summary: bool = False) -> Span:
    low, high = (row[end] * _AS_PERCENT for end in ("low", "high"))
    text = f"{points(row['itt'])} ({points(row['low'])} … {points(row['high'])})"
    return Span(name, low, high, ((tone, row["itt"] * _AS_PERCENT),), text, is_summary)


def _split_figure(trial_id: str, tables: Tables, floor: int) -> Figure | None:
    """Draw where the first month's additional orders came from."""
    split = [
        row
        for row in records(rows_of(tables, "effect_split", trial_id=trial_id))
        if row["value"] is not None and not _is_few(row, floor)
    ]
    everybody = [row for row in _in_order(split) if row["buyers"] == "all"]
    if not everybody:
        return None
    drawn = [_part(row) for row in everybody]
    caption = say("split.caption")
    rows = [
        (name_of("split_of", row["buyers"]), name_of("split_of", row["component"]), _part(row).text)
        for row in _in_order(split)
    ]
    table = chart_table(caption, columns("buyers", "part", "orders_per_hundred"), rows)
    keys = legend(("main", say("split.gain")), ("second", say("split.parts")))
    return Figure(caption, _scaled(drawn), table, keys, say("split.note"))


_PARTS = ("early_gain", "acceleration", "cannibalisation", "expansion")
_BUYERS = ("all", "new", "existing")


def _in_order(split: Sequence[Row]) -> list[Row]:
    return sorted(
        split, key=lambda row: (_BUYERS.index(row["buyers"]), _PARTS.index(row["component"]))
    )


def _part(row: Row) -> Span:
    value, low, high = (row[name] * _AS_PERCENT for name in ("value", "low", "high"))
    tone = "main" if row["component"] == "early_gain" else "second"
    text = f"{signed(value, 1)} ({signed(low, 1)} … {signed(high, 1)})"
    return Span(name_of("split_of", row["component"]), low, high, ((tone, value),), text)


def _scaled(drawn: Sequence[Span]) -> Any:
    """Draw spans over a scale of both signs, with a line where there is no difference."""
    low, high = min(0.0, *(row.low for row in drawn)), max(0.0, *(row.high for row in drawn))
    most = max(high, -low) or 1.0
    room = most * 0.06
    up, down = round_ticks(most), [-tick for tick in round_ticks(most)[:0:-1]]
    ticks = [tick for tick in (*down, *up) if low <= tick <= high]
    return spans(drawn, domain=(low - room, high + room), ticks=ticks, form="~f", upright=0.0)


def _effect_table(effects: Sequence[Row], floor: int) -> DataTable:
    head = columns(
        "window",
        "verdict",
        "drawn",
        "held_out",
        "rate_drawn",
        "rate_held_out",
        "itt",
        "interval",
        "sde",
    )
    rows = tuple(_effect(effect, floor) for effect in effects)
    return DataTable(say("effect.caption"), head, rows, frozenset(range(2, len(head))))


def _effect(effect: Row, floor: int) -> tuple[Cell, ...]:
    few = _is_few(effect, floor)
    rates = (None, None) if few else (effect["rate_treatment"], effect["rate_holdout"])
    return (
        say("effect.days", n=effect["window_days"]),
        name_of("effect", effect["verdict"].replace(" ", "_")),
        count_or_hidden(effect["n_treatment"], floor),
        count_or_hidden(effect["n_holdout"], floor),
        *(percent(rate, 1) for rate in rates),
        points(effect["itt"]),
        _interval(effect["low"], effect["high"]),
        points(effect["smallest_detectable_effect"]).lstrip("+"),
    )


def _beside_table(effects: Sequence[Row]) -> DataTable:
    """Show what stands beside the verdict and does not decide it."""
    head = columns("window", "p_value", "adjusted", "interval", "rho2", "shrunken", "interval")
    rows = tuple(
        (
            say("effect.days", n=effect["window_days"]),
            decimal(effect["p_value"], 3),
            points(effect["cuped_itt"]),
            _interval(effect["cuped_low"], effect["cuped_high"]),
            decimal(effect["cuped_rho2"], 3),
            points(effect["shrunken_itt"]),
            _interval(effect["shrunken_low"], effect["shrunken_high"]),
        )
        for effect in effects
    )
    return DataTable(
        say("effect.beside"), head, rows, frozenset(range(1, len(head))), is_folded=True
    )


def _interval(low: float | None, high: float | None) -> str:
    return UNKNOWN if low is None or high is None else f"{points(low)} … {points(high)}"


def _is_few(row: Row, floor: int) -> bool:
    return bool(min(row["n_treatment"], row["n_holdout"]) < floor)
