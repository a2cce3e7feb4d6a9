"""Everybody's lists, and where they stand with their needs, as tables: a shard of people at a time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
from threadpoolctl import threadpool_limits

from quality.spreading import Spread, slices
from quality.tables.outputs import NEED_STATES_TABLE, RECOMMENDATIONS
from recommender.day import Day
from recommender.frugal import make_frugal_lists
from recommender.further import add_further_products
from recommender.interactions import Ints
from recommender.lists import recommendations, states_table
from recommender.lookup import key_range
from recommender.products import stock_shelf
from recommender.refill import make_lists
from recommender.shortfall import short_lists
from recommender.slots import Limits, Slots, fill_slots

BLOCK_USERS = 1024
"""People whose lists are made at a time, so that the same bytes come of any number of shards."""


@dataclass(frozen=True)
class Lists:
    """What some people are shown, by user and rank, and where they stand, by user and need."""

    recommendations: pa.Table
    need_states: pa.Table
    short: Counter[str]
    """Lists with free slots, by the reason why."""

    @staticmethod
    def joined(parts: Sequence[Lists]) -> Lists:
        """Put the lists of people that follow each other together."""
        return Lists(
            pa.concat_tables([RECOMMENDATIONS.empty(), *(one.recommendations for one in parts)]),
            pa.concat_tables([NEED_STATES_TABLE.empty(), *(one.need_states for one in parts)]),
            sum((one.short for one in parts), Counter()),
        )


@dataclass(frozen=True)
class _Shared:
    day: Day
    """Nobody's, with all that is the same for all."""
    limits: Limits


@dataclass(frozen=True)
class _Shard:
    day: Day
    withheld: Ints

    def between(self, first: int, last: int) -> _Shard:
        n_needs = self.day.personal.n_needs
        own = key_range(self.withheld, first, last, n_needs)
        return _Shard(self.day.between(first, last), self.withheld[own] - first * n_needs)


def list_people(day: Day, withheld: Ints, limits: Limits, spread: Spread) -> Lists:
    """Make everybody's lists.

    Args:
        day: What is known and on the shelf.
        withheld: Sorted keys user × number of needs + need that are not shown.
        limits: How lists may be filled.
        spread: Where shards of people get theirs.
    """
    # What is not read need not be sent.
    day = day.without_evidence()
    shared = _Shared(day.between(0, 0), limits)
    everybody = _Shard(day, withheld)
    cuts = slices(len(day.people.user_ids), spread.shards, BLOCK_USERS)
    shards = (everybody.between(cut.start, cut.stop) for cut in cuts)
    return Lists.joined(list(spread(_list_shard, shared, shards)))


def _list_shard(shared: _Shared, shard: _Shard) -> Lists:
    # One BLAS thread: sums must not depend on how many there are.
    with threadpool_limits(1, "blas"):
        return Lists.joined([_list_block(block, shared.limits) for block in _blocks(shard)])


def _blocks(shard: _Shard) -> Iterator[_Shard]:
    people = len(shard.day.people.user_ids)
    for first in range(0, people, BLOCK_USERS):
        yield shard.between(first, min(first + BLOCK_USERS, people))


def _list_block(block: _Shard, limits: Limits) -> Lists:
    day, withheld = block.day, block.withheld
    users = np.arange(len(day.people.user_ids))
    slots = _slots(day, users, withheld, limits)
    short = short_lists(slots, day.shelf, users, withheld, limits)
    return Lists(recommendations(day, slots), states_table(day), Counter(short))


def _slots(day: Day, users: Ints, withheld: Ints, limits: Limits) -> Slots:
    """Rank needs within the limits, and fill their places with products."""
    personal, popularity, shelf = day.personal, day.popularity, day.shelf
    k, showable = limits.length, shelf.has_items
    if math.isinf(limits.new_needs):
        ranked = make_lists(personal, popularity, users, k, withheld=withheld, showable=showable)
    else:
        ranked = make_frugal_lists(
            personal, popularity, users, limits, withheld=withheld, showable=showable
        )
    slots = fill_slots(personal, popularity, shelf, ranked, users)
    if limits.per_need == 1:
        return slots
    restock = partial(stock_shelf, day.catalogue, shelf.popular, shelf.products)
    return add_further_products(slots, personal, shelf, restock, limits)
