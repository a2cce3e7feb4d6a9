"""Work on parts that do not need each other, without knowing where it is done.

A stage cuts its people, reports or merchants into shards and says what is to be done with each;
whoever runs the stage decides whether that happens here or on other machines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, TypeVar

Shared = TypeVar("Shared")
Shard = TypeVar("Shard")
Made = TypeVar("Made")

_LOCAL_SHARDS = 32


class Spread(Protocol):
    """Applies a function to shards, in whatever order and place, and returns in their order."""

    @property
    def shards(self) -> int:
        """Into how many shards work is best cut; no result may depend on it."""

    def __call__(
        self,
        work: Callable[[Shared, Shard], Made],
        shared: Shared,
        shards: Iterable[Shard],
    ) -> Iterator[Made]:
        """Yield ``work(shared, shard)`` for each shard, in the order of the shards.

        Args:
            work: A pure function of a module; it may be called again for the same shard.
            shared: What every shard is read beside; small, and not changed by ``work``.
            shards: The parts; each is asked for when there is room for it.
        """


@dataclass(frozen=True)
class InTurn:
    """One shard after another, in this process."""

    shards: int = _LOCAL_SHARDS

    def __call__(
        self,
        work: Callable[[Shared, Shard], Made],
        shared: Shared,
        shards: Iterable[Shard],
    ) -> Iterator[Made]:
        """Yield ``work(shared, shard)`` for each shard, when it is asked for."""
        return (work(shared, shard) for shard in shards)


in_turn = InTurn()


def slices(length: int, shards: int, unit: int = 1) -> list[slice]:
    """Cut a range into contiguous shards of nearly even size.

    Sums of floating-point numbers depend on where they are cut. So work that adds up over blocks
    of ``unit`` rows is cut between blocks only: the blocks are the same for any number of shards.

    Args:
        length: Rows to cut.
        shards: How many shards there may be, at least 1; there are never empty ones.
        unit: Rows that stay together, counted from the first.

    Returns:
        The shards in order; all but the last are multiples of ``unit`` long.
    """
    blocks = -(-length // unit)
    count = max(min(shards, blocks), 1)
    bounds = [min(blocks * place // count * unit, length) for place in range(count + 1)]
    return [slice(first, last) for first, last in pairwise(bounds) if first < last]
