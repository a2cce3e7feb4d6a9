"""What people like this one buy, and what everybody buys: for those of whom little is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recommender.interactions import Floats, Interactions, Ints

RECENT_DAYS = 28
"""Days in which buyers count."""


@dataclass(frozen=True)
class Popularity:
    """Buyers of each need in the last four weeks, by segment and in all."""

    shares: Floats
    """Share of shoppers who bought each need, (n_segments + 1, n_needs); the last row is all."""
    buyers: Ints
    """Number of those shoppers, same shape."""
    row_of: Ints
    """The row that speaks for each user, shape (n_users,)."""

    def between(self, first: int, last: int) -> Popularity:
        """Speak for the users ``first`` to before ``last``, coded from 0."""
        return replace(self, row_of=self.row_of[first:last])

    @property
    def everybody(self) -> int:
        """The row of everybody."""
        return len(self.shares) - 1


def measure_popularity(
    interactions: Interactions, day: int, segments: Ints, min_people: int
) -> Popularity:
    """Count recent buyers by segment.

    Args:
        interactions: Need level, of everybody.
        day: The day; buyers are those of the ``RECENT_DAYS`` before it.
        segments: Segment of each user, -1 for none; such users are told what everybody buys.
        min_people: Shoppers of a segment below which everybody speaks for it.
    """
    recent = interactions.between(day - RECENT_DAYS, day)
    n_segments, n_needs = int(segments.max(initial=-1)) + 1, len(interactions.thing_ids)
    pairs = np.unique(recent.users * n_needs + recent.things)
    users, needs = pairs // n_needs, pairs % n_needs
    buyers = np.zeros((n_segments + 1, n_needs), dtype=np.int64)
    np.add.at(buyers, (segments[users], needs), 1)
    buyers[-1] = np.bincount(needs, minlength=n_needs)
    shoppers = np.unique(users)
    people = np.bincount(segments[shoppers] + 1, minlength=n_segments + 1)
    people = np.append(people[1:], len(shoppers))
    speaks = (segments >= 0) & (people[segments] >= min_people)
    return Popularity(
        shares=buyers / np.maximum(people, 1)[:, None],
        buyers=buyers,
        row_of=np.where(speaks, segments, n_segments),
    )
