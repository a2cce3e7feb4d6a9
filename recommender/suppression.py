"""What to withhold from whom, and until when: the other half of a recommendation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quality.tables.outputs import NEED_STATES
from recommender.interactions import Bools, Floats, Ints
from recommender.lookup import floats_at, ints_at, places
from recommender.needs import PersonalNeeds
from recommender.products import Shelf
from recommender.records import Records
from recommender.states import HOLD_SHARE

NEVER = -1
"""Stands for no return."""


@dataclass(frozen=True)
class Held:
    """What is withheld for one reason; arrays of shape (n_rows,), days count from 1970-01-01."""

    reason: str
    """One of ``quality.tables.outputs.WITHHELD_REASONS``, or ``trial_unit`` for a need that a
    trial unit satisfies."""
    users: Ints
    needs: Ints
    items: Ints
    """-1 where the whole need is withheld."""
    since: Ints
    """First day of it."""
    returns: Ints
    """First day it may be shown again; ``NEVER`` for not at all."""
    times: Ints
    """Days bought, stars given or times shown, as the reason has it."""
    days: Floats
    """Usual days between purchases; NaN where that is not the reason."""

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.users)

    def where(self, mask: Bools) -> Held:
        """Return some of the rows."""
        return Held(
            self.reason,
            self.users[mask],
            self.needs[mask],
            self.items[mask],
            self.since[mask],
            self.returns[mask],
            self.times[mask],
            self.days[mask],
        )


def satisfied_needs(personal: PersonalNeeds) -> tuple[Held, Held]:
    """Return the durables and the satisfied needs among what people bought."""
    histories, states = personal.model.snapshot.histories, personal.states
    gaps = personal.model.snapshot.timing.pair_gaps

    def held(reason: str, rows: Ints, returns: Ints, days: Floats) -> Held:
        return Held(
            reason,
            histories.users[rows],
            histories.needs[rows],
            np.full(len(rows), -1),
            histories.last_days[rows],
            returns,
            histories.counts[rows],
            days,
        )

    durable = np.flatnonzero(states.is_held & states.is_durable)
    rest = np.flatnonzero(states.is_held & ~states.is_durable)
    return (
        held("owned_durable", durable, np.full(len(durable), NEVER), np.full(len(durable), np.nan)),
        held("satisfied", rest, states.holds_until[rest], gaps[rest]),
    )


def trial_units(personal: PersonalNeeds, units: Records, pack_share: float, day: int) -> Held:
    """Return the needs that a trial unit satisfies: it is part of a pack, used after the rest.

    The need is held for half of ``pack_share`` of its gap, counted from the later of delivery
    and the end of what was bought before; only where the need satiates.

    Args:
        personal: States of the needs bought.
        units: Trial units delivered before the day; ``days`` are of delivery.
        pack_share: Part of a pack that a unit is, in [0, 1].
        day: The day.
    """
    satiation, timing = personal.satiation, personal.model.snapshot.timing
    histories = personal.model.snapshot.histories
    keys = units.users * personal.n_needs + units.needs
    found = places(histories.keys, keys)
    gaps = np.where(
        found >= 0, floats_at(timing.pair_gaps, found, np.nan), timing.need_gaps[units.needs]
    )
    start = np.maximum(units.days, ints_at(personal.states.holds_until, found, 0))
    until = start + np.ceil(HOLD_SHARE * pack_share * gaps).astype(np.int64)
    is_durable = satiation.is_durable[units.needs]
    held = Held(
        "trial_unit",
        units.users,
        units.needs,
        np.full(len(keys), -1),
        units.days,
        np.where(is_durable, NEVER, until),
        np.ones(len(keys), dtype=np.int64),
        np.where(is_durable, np.nan, gaps),
    )
    return held.where(satiation.is_satiating[units.needs] & (is_durable | (until > day)))


def tired_needs(personal: PersonalNeeds, shown: Records, rest_days: int, day: int) -> Held:
    """Return needs shown often and ignored: neither opened nor bought since; they rest.

    Args:
        personal: Purchases, by which a need counts as taken up.
        shown: Needs shown often lately and not opened.
        rest_days: Days of rest after the last time.
        day: The day.
    """
    histories = personal.model.snapshot.histories
    keys = shown.users * personal.n_needs + shown.needs
    last_bought = ints_at(histories.last_days, places(histories.keys, keys), 0)
    ignored = (last_bought < shown.first_days) & (shown.days + rest_days > day)
    held = Held(
        "fatigued",
        shown.users,
        shown.needs,
        np.full(len(keys), -1),
        shown.days,
        shown.days + rest_days,
        shown.values.astype(np.int64),
        np.full(len(keys), np.nan),
    )
    return held.where(ignored)


def refused_items(reason: str, items: Records) -> Held:
    """Return items that a person sent back or disliked: not shown again."""
    return Held(
        reason,
        items.users,
        items.needs,
        items.items,
        items.days,
        np.full(len(items.users), NEVER),
        items.values.astype(np.int64),
        np.full(len(items.users), np.nan),
    )


def sold_out_needs(personal: PersonalNeeds, shelf: Shelf, day: int) -> Held:
    """Return needs that a person still has, and of which nothing can be shown.

    They are looked at again the next day.
    """
    histories, states = personal.model.snapshot.histories, personal.states
    gone = ~shelf.has_items[histories.needs] | np.isin(histories.keys, shelf.exhausted())
    is_over = np.isin(states.states, [NEED_STATES.index(name) for name in ("lapsed", "one_off")])
    rows = np.flatnonzero(gone & ~is_over & ~states.is_held)
    return Held(
        "unavailable",
        histories.users[rows],
        histories.needs[rows],
        np.full(len(rows), -1),
        np.full(len(rows), day),
        np.full(len(rows), day + 1),
        histories.counts[rows],
        personal.model.snapshot.timing.pair_gaps[rows],
    )


def once_each(held: Sequence[Held], n_needs: int, n_items: int) -> list[Held]:
    """Keep the first reason of each (user, need, item), in the given order of reasons."""
    seen = np.zeros(0, dtype=np.int64)
    kept = []
    for rows in held:
        keys = (rows.users * n_needs + rows.needs) * (n_items + 1) + rows.items + 1
        first = np.zeros(len(keys), dtype=bool)
        first[np.unique(keys, return_index=True)[1]] = True
        kept.append(rows.where(first & ~np.isin(keys, seen)))
        seen = np.union1d(seen, keys)
    return kept


def withheld_keys(held: Sequence[Held], n_needs: int) -> Ints:
    """Return the sorted pair keys of the needs that are withheld as a whole."""
    keys = [(rows.users * n_needs + rows.needs)[rows.items < 0] for rows in held]
    return np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *keys]))
