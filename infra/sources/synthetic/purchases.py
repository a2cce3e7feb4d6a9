"""Everything a block of people buys and returns, with the truth about what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from infra.sources.synthetic import columns
from infra.sources.synthetic.catalogue import (
    ACCESSORIES,
    DURABLES,
    FIRST_ACCESSORY,
    FIRST_DURABLE,
    FIRST_HABIT,
    KIND_OF_NEED,
    KINDS,
    NEED_NAMES,
    Catalogue,
)
from infra.sources.synthetic.chance import Ints, Stream, generator, scatter
from infra.sources.synthetic.renewals import NEVER, Renewals, consumables, habits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.sources.synthetic.options import SyntheticOptions
    from infra.sources.synthetic.people import People

RETURN_DAYS = 14
"""A return comes 1 to this many days after its purchase."""

_LOYAL_SHARE = 0.8
_DURABLES_A_YEAR = 1.0
_BACKGROUND_A_YEAR = 0.05
"""Purchases of one accessory that no other purchase brought about."""


class Lines(NamedTuple):
    """Columns of lines of receipts, one entry a line."""

    user: Ints
    """Place of the person in the block."""
    need: Ints
    day: Ints
    quantity: Ints


class Purchases(NamedTuple):
    """Columns of what a block bought, one entry a line of a receipt."""

    user: Ints
    """Place of the person in the block."""
    need: Ints
    item: Ints
    day: Ints
    quantity: Ints
    return_day: Ints
    """``NEVER`` if it was kept, or its return falls after the history."""


def draw_purchases(
    people: People, catalogue: Catalogue, options: SyntheticOptions, block: int
) -> tuple[Purchases, pa.Table]:
    """Return a block's purchases and the truth ``truth/cycles``: one row a person and need."""
    renewals = (
        consumables(people, catalogue, options, block),
        habits(people, catalogue, options, block),
    )
    repeated = [
        Lines(law.user[law.pair], law.need[law.pair], law.day, law.quantity) for law in renewals
    ]
    causes = _together([*repeated, _durables(people, options, block)])
    lines = _together([causes, _accessories(people, catalogue, options, block, causes)])
    rng = generator(options.seed, Stream.CHOICES, block)
    item = _choose_items(people.number[lines.user], lines.need, catalogue, options, rng)
    returned = lines.day + rng.integers(1, RETURN_DAYS + 1, len(item))
    is_returned = (
        (lines.need >= FIRST_DURABLE)
        & (rng.random(len(item)) < options.return_share)
        & (returned < options.days)
    )
    return_day = np.where(is_returned, returned, NEVER)
    bought = Purchases(lines.user, lines.need, item, lines.day, lines.quantity, return_day)
    cycles = pa.concat_tables([_cycles(law, people, options) for law in renewals])
    return bought, cycles


def _together(parts: Sequence[Lines]) -> Lines:
    return Lines(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _durables(people: People, options: SyntheticOptions, block: int) -> Lines:
    """Buy a durable at most once, on any day since joining."""
    rng = generator(options.seed, Stream.DURABLES, block)
    share = np.minimum(1.0, people.activity * _DURABLES_A_YEAR / DURABLES * options.days / 365)
    user, place = np.nonzero(rng.random((len(share), DURABLES)) < share[:, None])
    first = people.first_active[user]
    day = first + np.floor(rng.random(len(user)) * (options.days - first)).astype(np.int64)
    return Lines(user, place + FIRST_DURABLE, day, np.ones(len(user), np.int64))


def _accessories(
    people: People, catalogue: Catalogue, options: SyntheticOptions, block: int, causes: Lines
) -> Lines:
    """Buy accessories after what triggers them, and now and then without a reason."""
    rng = generator(options.seed, Stream.ACCESSORIES, block)
    share = np.minimum(1.0, people.activity * _BACKGROUND_A_YEAR * options.days / 365)
    user, place = np.nonzero(rng.random((len(share), ACCESSORIES)) < share[:, None])
    first = people.first_active[user]
    day = first + np.floor(rng.random(len(user)) * (options.days - first)).astype(np.int64)
    users, needs, days = [user], [place + FIRST_ACCESSORY], [day]
    for accessory in range(ACCESSORIES):
        after = np.flatnonzero(causes.need == catalogue.trigger[accessory])
        after = after[rng.random(len(after)) < catalogue.trigger_share[accessory]]
        low, high = catalogue.lag_low[accessory], catalogue.lag_high[accessory]
        later = causes.day[after] + rng.integers(low, high + 1, len(after))
        is_inside = later < options.days
        users.append(causes.user[after][is_inside])
        days.append(later[is_inside])
        needs.append(np.full(int(is_inside.sum()), FIRST_ACCESSORY + accessory))
    bought = np.concatenate(users)
    one = np.ones(len(bought), np.int64)
    return Lines(bought, np.concatenate(needs), np.concatenate(days), one)


def _choose_items(
    number: Ints,
    need: Ints,
    catalogue: Catalogue,
    options: SyntheticOptions,
    rng: np.random.Generator,
) -> Ints:
    """Choose a person's own item of the need, or now and then any other one."""
    is_habit = (need >= FIRST_HABIT) & (need < FIRST_DURABLE)
    choices = catalogue.variants - np.where(is_habit, catalogue.reserved, 0)
    own = scatter(options.seed, number, need).astype(np.int64) & NEVER
    other = rng.integers(0, NEVER, len(need))
    picked: Ints = np.where(rng.random(len(need)) < _LOYAL_SHARE, own, other) % choices
    return need * catalogue.variants + picked


def _cycles(law: Renewals, people: People, options: SyntheticOptions) -> pa.Table:
    bought = law.last_day >= 0
    last = columns.dates(np.where(bought, law.last_day, NEVER), options)
    return pa.table(
        {
            "user_id": columns.user_ids(people.number[law.user]),
            "need_group": columns.named(NEED_NAMES, law.need),
            "kind": columns.named(KINDS, KIND_OF_NEED[law.need]),
            "cycle_days": law.cycle_days,
            "lapsed_on": columns.dates(law.lapsed_day, options),
            "last_bought_on": last,
            "last_quantity": columns.optional(law.last_quantity, bought),
            "next_on": columns.dates(law.next_day, options),
        }
    )
