"""Purchases that return: consumables with a cycle of their own, habits without memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from infra.sources.synthetic.catalogue import CONSUMABLES, FIRST_HABIT, HABITS, Catalogue
from infra.sources.synthetic.chance import Floats, Ints, Stream, generator

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.sources.synthetic.options import SyntheticOptions
    from infra.sources.synthetic.people import People

NEVER = np.iinfo(np.int32).max
"""A day that does not come."""

_CYCLE_SPREAD = 0.35
_HABITS_PER_USER = 0.4
_PACKS = (2, 3)


@dataclass(frozen=True)
class Renewals:
    """Purchases that return and the law behind them; a pair is a person with a need."""

    user: Ints
    """By pair: place of the person in the block."""
    need: Ints
    """By pair."""
    cycle_days: Floats
    """By pair: mean days a unit lasts."""
    lapsed_day: Ints
    """By pair: the first day on which the need is no more, ``NEVER`` if it stays."""
    last_day: Ints
    """By pair: last purchase in the history, -1 if none."""
    last_quantity: Ints
    next_day: Ints
    """By pair: the first purchase after the history, ``NEVER`` if the need has lapsed."""
    pair: Ints
    """By purchase: which pair."""
    day: Ints
    """By purchase."""
    quantity: Ints
    """By purchase."""


def consumables(
    people: People, catalogue: Catalogue, options: SyntheticOptions, block: int
) -> Renewals:
    """Draw gamma renewals: gap = cycle x units x Gamma(shape, 1/shape), at least a day.

    A person's cycle is the need's, times a log-normal factor. The first purchase falls evenly
    within one cycle of the first day.
    """
    rng = generator(options.seed, Stream.CONSUMABLES, block)
    chance = np.minimum(1.0, people.activity * options.needs_per_user / CONSUMABLES)
    user, need = np.nonzero(rng.random((len(chance), CONSUMABLES)) < chance[:, None])
    cycle = catalogue.cycle_days[need] * np.exp(rng.normal(0, _CYCLE_SPREAD, len(need)))
    lapses = rng.random(len(need)) < options.lapse_share
    lapsed = np.where(lapses, rng.integers(0, options.days, len(need)), NEVER)
    first = people.first_active[user] + np.floor(rng.random(len(need)) * cycle).astype(np.int64)

    def units(count: int) -> Ints:
        is_stock_up = rng.random(count) < options.stock_up_share
        return np.where(is_stock_up, rng.choice(_PACKS, count), 1)

    def gaps(pairs: Ints, quantity: Ints) -> Ints:
        shape = options.gamma_shape
        days = cycle[pairs] * quantity * rng.gamma(shape, 1 / shape, len(pairs))
        return np.maximum(1, np.round(days)).astype(np.int64)

    return _renew(_Pairs(user, need, cycle, lapsed), first, options.days, units, gaps)


def habits(people: People, catalogue: Catalogue, options: SyntheticOptions, block: int) -> Renewals:
    """Draw memoryless purchases: every day the same chance, whatever was bought yesterday."""
    rng = generator(options.seed, Stream.HABITS, block)
    chance = np.minimum(1.0, people.activity * _HABITS_PER_USER / HABITS)
    user, place = np.nonzero(rng.random((len(chance), HABITS)) < chance[:, None])
    need = place + FIRST_HABIT
    cycle = catalogue.cycle_days[need]
    first = people.first_active[user] + rng.geometric(1 / cycle) - 1
    lapsed = np.full(len(need), NEVER)

    def units(count: int) -> Ints:
        return np.ones(count, np.int64)

    def gaps(pairs: Ints, _: Ints) -> Ints:
        return rng.geometric(1 / cycle[pairs])

    return _renew(_Pairs(user, need, cycle, lapsed), first, options.days, units, gaps)


@dataclass(frozen=True)
class _Pairs:
    user: Ints
    need: Ints
    cycle_days: Floats
    lapsed_day: Ints


def _renew(
    pairs: _Pairs,
    first: Ints,
    days: int,
    units: Callable[[int], Ints],
    gaps: Callable[[Ints, Ints], Ints],
) -> Renewals:
    """Buy again until the history ends; one turn of the loop is one purchase of every pair."""
    ends = np.minimum(pairs.lapsed_day, days)
    due = first.copy()
    last_day, last_quantity = np.full(len(first), -1), np.zeros(len(first), np.int64)
    bought: list[tuple[Ints, Ints, Ints]] = []
    active = np.flatnonzero(due < ends)
    while len(active):
        quantity = units(len(active))
        bought.append((active, due[active], quantity))
        last_day[active], last_quantity[active] = due[active], quantity
        due[active] += gaps(active, quantity)
        active = active[due[active] < ends[active]]
    empty = np.zeros(0, np.int64)
    pair, day, quantity = (
        np.concatenate([empty, *column])
        for column in (zip(*bought, strict=True) if bought else [[]] * 3)
    )
    return Renewals(
        user=pairs.user,
        need=pairs.need,
        cycle_days=pairs.cycle_days,
        lapsed_day=pairs.lapsed_day,
        last_day=last_day,
        last_quantity=last_quantity,
        next_day=np.where(pairs.lapsed_day == NEVER, due, NEVER),
        pair=pair,
        day=day,
        quantity=quantity,
    )
