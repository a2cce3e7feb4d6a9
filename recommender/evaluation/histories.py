"""What a pair's purchases look like at a cut: how many, when, and the gaps between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.interactions import Interactions, Ints


@dataclass(frozen=True)
class Histories:
    """One row a (user, thing) ever bought, sorted by user, then thing."""

    users: Ints
    things: Ints
    purchases: Ints
    """Distinct days of purchase, at least 1."""
    first_days: Ints
    last_days: Ints
    gaps: Ints
    """Days between neighbouring purchases of a pair, at least 1; shape (n_gaps,), in pair order."""
    gap_things: Ints
    """The thing of each gap."""


def histories(train: Interactions) -> Histories:
    """Gather each pair's purchases from interactions sorted by user and day."""
    # Stable, so that the days of a pair stay in order.
    order = np.argsort(train.users * len(train.thing_ids) + train.things, kind="stable")
    users, things, days = train.users[order], train.things[order], train.days[order]
    is_first = np.ones(len(train), dtype=bool)
    is_first[1:] = (users[1:] != users[:-1]) | (things[1:] != things[:-1])
    starts = np.flatnonzero(is_first)
    purchases = np.diff(np.append(starts, len(train)))
    follows = np.flatnonzero(~is_first)
    return Histories(
        users=users[starts],
        things=things[starts],
        purchases=purchases,
        first_days=days[starts],
        last_days=days[starts + purchases - 1],
        gaps=days[follows] - days[follows - 1],
        gap_things=things[follows],
    )
