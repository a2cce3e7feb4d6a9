"""The made-up shop's needs, items, complements, trials and faults: one world a seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from infra.sources.synthetic.chance import Flags, Floats, Ints, Stream, generator

if TYPE_CHECKING:
    from infra.sources.synthetic.options import SyntheticOptions

CONSUMABLES, HABITS, DURABLES, ACCESSORIES = 60, 16, 30, 14
NEEDS = CONSUMABLES + HABITS + DURABLES + ACCESSORIES
FIRST_HABIT = CONSUMABLES
FIRST_DURABLE = FIRST_HABIT + HABITS
FIRST_ACCESSORY = FIRST_DURABLE + DURABLES
KINDS = ("consumable", "habit", "durable", "accessory")
KIND_OF_NEED = np.repeat(np.arange(4), (CONSUMABLES, HABITS, DURABLES, ACCESSORIES))
"""Place in ``KINDS`` by need: needs are numbered kind by kind."""

NEED_NAMES = tuple(
    f"{kind}-{number:02d}"
    for kind, count in zip(KINDS, (CONSUMABLES, HABITS, DURABLES, ACCESSORIES), strict=True)
    for number in range(1, count + 1)
)
MERCHANTS = 10
ASPECTS = 5
"""Aspects a report can speak of, by family of goods; see ``phrases.yaml``."""

OPEN_DAYS, AWARD_AFTER, DELIVERY_AFTER, DUE_AFTER = 7, 7, 10, 31
"""Days of application, and days from a trial's opening to award, delivery and report."""

_FAULTY_SHARE = 0.5
_MENDED_SHARE = 0.25


@dataclass(frozen=True)
class Catalogue:
    """Columns of the world; needs and items are numbered from 0, days from the first day."""

    variants: int
    """Items a need; item ``i`` serves need ``i // variants``."""
    reserved: int
    """Variants at the end of each habit that nobody buys unless a trial made them known."""
    cycle_days: Floats
    """Mean days a unit lasts, by need; for habits the mean gap."""
    is_told: Flags
    """By need: whether the merchant tells that it is a durable."""
    price: Floats
    """By item."""
    trigger: Ints
    """By accessory: the need after which it is bought."""
    trigger_share: Floats
    """By accessory: the chance that it is."""
    lag_low: Ints
    lag_high: Ints
    """By accessory: days after the trigger, both inclusive."""
    trial_opens: Ints
    """By trial, the last one not drawn."""
    trial_item: Ints
    fault_aspect: Ints
    """By item: the aspect that is at fault, -1 for none."""
    fault_mended: Ints
    """By item: the day from which the fault is gone, far in the future if never."""

    @property
    def item_count(self) -> int:
        """How many items there are."""
        return NEEDS * self.variants


def build_catalogue(options: SyntheticOptions) -> Catalogue:
    """Draw the world of a seed.

    Raises:
        ValueError: If there are too few items for a choice beside each trial's item.
    """
    rng = generator(options.seed, Stream.CATALOGUE)
    opens = _trial_days(options)
    reserved = -(-len(opens) // HABITS)
    variants = options.items // NEEDS
    if variants <= reserved:
        raise ValueError(
            f"items must be at least {NEEDS * (reserved + 1)} for {NEEDS} needs and "
            f"{len(opens)} trials, got {options.items}"
        )
    trial = np.arange(len(opens))
    faults = _faults(variants, options, rng)
    low = rng.integers(1, 6, ACCESSORIES)
    return Catalogue(
        variants=variants,
        reserved=reserved,
        cycle_days=_cycle_days(rng),
        is_told=_told_durables(),
        price=_prices(variants, rng),
        trigger=np.concatenate(
            [
                FIRST_DURABLE + rng.choice(DURABLES, ACCESSORIES // 2, replace=False),
                rng.choice(CONSUMABLES, ACCESSORIES - ACCESSORIES // 2, replace=False),
            ]
        ),
        trigger_share=rng.uniform(0.25, 0.6, ACCESSORIES),
        lag_low=low,
        lag_high=low + rng.integers(5, 21, ACCESSORIES),
        trial_opens=opens,
        trial_item=(FIRST_HABIT + trial % HABITS + 1) * variants - 1 - trial // HABITS,
        fault_aspect=faults[0],
        fault_mended=faults[1],
    )


def _trial_days(options: SyntheticOptions) -> Ints:
    last = options.days - OPEN_DAYS - 1
    return np.arange(last, -1, -options.trial_every_days, dtype=np.int64)[::-1]


def _told_durables() -> Flags:
    is_told = np.zeros(NEEDS, bool)
    is_told[FIRST_DURABLE:FIRST_ACCESSORY:2] = True
    return is_told


def _cycle_days(rng: np.random.Generator) -> Floats:
    cycles = np.full(NEEDS, np.inf)
    cycles[:CONSUMABLES] = np.exp(rng.uniform(np.log(14), np.log(90), CONSUMABLES))
    cycles[FIRST_HABIT:FIRST_DURABLE] = rng.uniform(8, 40, HABITS)
    return cycles


def _prices(variants: int, rng: np.random.Generator) -> Floats:
    typical = np.exp(rng.normal(np.log([5.0, 3.0, 120.0, 25.0])[KIND_OF_NEED], 0.4))
    tier = np.exp(rng.normal(0, 0.25, (NEEDS, variants)))
    return np.round(typical[:, None] * tier, 2).ravel()


def _faults(
    variants: int, options: SyntheticOptions, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    items = NEEDS * variants
    aspect = rng.integers(0, ASPECTS, items)
    aspect[rng.random(items) >= _FAULTY_SHARE] = -1
    never = np.iinfo(np.int32).max
    mended = np.where(rng.random(items) < _MENDED_SHARE, options.days // 2, never)
    return aspect, mended
