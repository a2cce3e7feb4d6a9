"""What each person's purchases of each need look like on one day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from recommender.interactions import Bools, Floats, Interactions, Ints
from recommender.lookup import distinct, places


@dataclass(frozen=True)
class Histories:
    """The purchases before ``day``, gathered by (user, need).

    A *pair* is a (user, need) bought at least once. Pairs are sorted by user, then need;
    purchases by pair, then day; trips (days on which a user bought anything) by user, then day.
    """

    day: int
    shape: tuple[int, int]
    """Number of users and of needs in the vocabularies."""
    users: Ints
    needs: Ints
    counts: Ints
    """Days on which the pair was bought, at least 1; shape (n_pairs,), as are the next two."""
    last_quantities: Floats
    mean_quantities: Floats
    days: Ints
    """The day of each purchase; shape (n_purchases,), as are the quantities."""
    quantities: Floats
    trip_users: Ints
    """The user of each trip; shape (n_trips,), as are the days."""
    trip_days: Ints

    @cached_property
    def starts(self) -> Ints:
        """Where each pair's purchases begin, shape (n_pairs,)."""
        return np.asarray(np.cumsum(self.counts) - self.counts)

    @cached_property
    def pair_of(self) -> Ints:
        """The pair of each purchase, shape (n_purchases,)."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    @property
    def known_users(self) -> Ints:
        """Users who bought anything, ascending."""
        return distinct(self.users)

    @property
    def first_days(self) -> Ints:
        """The first day each pair was bought."""
        return np.asarray(self.days[self.starts])

    @property
    def last_days(self) -> Ints:
        """The last day each pair was bought."""
        return np.asarray(self.days[self.starts + self.counts - 1])

    @property
    def elapsed(self) -> Floats:
        """Days since each pair was last bought, at least 1."""
        return (self.day - self.last_days).astype(np.float64)

    @property
    def keys(self) -> Ints:
        """One sorted number a pair: user × number of needs + need."""
        return self.users * self.shape[1] + self.needs

    def of_users(self, chosen: Bools) -> Histories:
        """Return the purchases of some users, ``chosen`` of shape (n_users,), same vocabularies."""
        pairs, trips = chosen[self.users], chosen[self.trip_users]
        purchases = pairs[self.pair_of]
        return Histories(
            day=self.day,
            shape=self.shape,
            users=self.users[pairs],
            needs=self.needs[pairs],
            counts=self.counts[pairs],
            last_quantities=self.last_quantities[pairs],
            mean_quantities=self.mean_quantities[pairs],
            days=self.days[purchases],
            quantities=self.quantities[purchases],
            trip_users=self.trip_users[trips],
            trip_days=self.trip_days[trips],
        )

    def between(self, first: int, last: int) -> Histories:
        """Return the purchases of the users ``first`` to before ``last``, coded from 0."""
        pairs = slice(*np.searchsorted(self.users, [first, last]))
        trips = slice(*np.searchsorted(self.trip_users, [first, last]))
        start = int(self.counts[: pairs.start].sum())
        bought = slice(start, start + int(self.counts[pairs].sum()))
        return Histories(
            day=self.day,
            shape=(last - first, self.shape[1]),
            users=self.users[pairs] - first,
            needs=self.needs[pairs],
            counts=self.counts[pairs],
            last_quantities=self.last_quantities[pairs],
            mean_quantities=self.mean_quantities[pairs],
            days=self.days[bought],
            quantities=self.quantities[bought],
            trip_users=self.trip_users[trips] - first,
            trip_days=self.trip_days[trips],
        )

    def dates_alone(self) -> Histories:
        """Return which pairs were bought on which days, without any quantity or trip."""
        no_days, no_units = self.days[:0], self.quantities[:0]
        return replace(
            self,
            last_quantities=no_units,
            mean_quantities=no_units,
            quantities=no_units,
            trip_users=no_days,
            trip_days=no_days,
        )

    def before(self, day: int) -> Histories:
        """Return what was known at the start of an earlier day, same vocabularies.

        The same as to gather those purchases anew, but that nothing has to be sorted again.
        """
        known, trips = self.days < day, self.trip_days < day
        counts = np.bincount(self.pair_of[known], minlength=len(self.users))
        pairs = counts > 0
        return _gathered(
            day,
            self.shape,
            (self.users[pairs], self.needs[pairs], counts[pairs]),
            (self.days[known], self.quantities[known]),
            (self.trip_users[trips], self.trip_days[trips]),
        )

    def decayed_counts(self, days: float) -> Floats:
        """Return Σ exp(-age / days) over each pair's purchases, shape (n_pairs,)."""
        weights = np.exp((self.days - self.day) / days)
        return np.asarray(np.bincount(self.pair_of, weights, len(self.users)), dtype=np.float64)

    def decayed_trips(self, days: float) -> Floats:
        """Return Σ exp(-age / days) over each user's trips, shape (n_users,)."""
        weights = np.exp((self.trip_days - self.day) / days)
        return np.asarray(np.bincount(self.trip_users, weights, self.shape[0]), dtype=np.float64)

    def trips_since(self, days: Ints) -> Floats:
        """Count the trips of each pair's user after the given day of the pair."""
        span = np.int64(self.day + 1)
        keys = self.trip_users * span + self.trip_days
        after = np.searchsorted(keys, self.users * span + days, side="right")
        until = np.searchsorted(keys, (self.users + 1) * span)
        return (until - after).astype(np.float64)

    def buyers(self, first_age: int, last_age: int) -> Ints:
        """Count the people who bought each need ``first_age`` to ``last_age`` days ago."""
        ages = self.day - self.days
        chosen = distinct(self.pair_of[(ages >= first_age) & (ages <= last_age)])
        return np.bincount(self.needs[chosen], minlength=self.shape[1])

    def matrix(self, values: Floats) -> csr_array:
        """Return one value a pair as a sparse matrix, shape (n_users, n_needs)."""
        bounds = np.searchsorted(self.users, np.arange(self.shape[0] + 1))
        return csr_array((values, self.needs, bounds), shape=self.shape)


def gather(train: Interactions, day: int) -> Histories:
    """Gather need-level interactions before ``day`` by pair."""
    train = train.before(day)
    # Interactions are sorted by user and day, so a stable sort by pair keeps days in order.
    order = np.argsort(train.users * len(train.thing_ids) + train.things, kind="stable")
    users, needs, days = train.users[order], train.things[order], train.days[order]
    quantities = train.quantities[order]
    starts = np.flatnonzero(_changes(users, needs))
    counts = np.diff(np.append(starts, len(users)))
    is_trip = _changes(train.users, train.days)
    return _gathered(
        day,
        (len(train.user_ids), len(train.thing_ids)),
        (users[starts], needs[starts], counts),
        (days, quantities),
        (train.users[is_trip], train.days[is_trip]),
    )


def _gathered(
    day: int,
    shape: tuple[int, int],
    pairs: tuple[Ints, Ints, Ints],
    purchases: tuple[Ints, Floats],
    trips: tuple[Ints, Ints],
) -> Histories:
    """Put together users, needs and counts of pairs, days and units of purchases, and trips."""
    users, needs, counts = pairs
    days, quantities = purchases
    pair_of = np.repeat(np.arange(len(counts)), counts)
    return Histories(
        day=day,
        shape=shape,
        users=users,
        needs=needs,
        counts=counts,
        last_quantities=quantities[np.cumsum(counts) - 1],
        mean_quantities=np.bincount(pair_of, quantities, len(counts)) / counts,
        days=days,
        quantities=quantities,
        trip_users=trips[0],
        trip_days=trips[1],
    )


def bought_within(train: Interactions, first: int, last: int, users: Ints, needs: Ints) -> Floats:
    """Say for each pair whether it was bought in the days [first, last): 1 or 0."""
    inside = (train.days >= first) & (train.days < last)
    width = len(train.thing_ids)
    bought = distinct(np.sort(train.users[inside] * width + train.things[inside]))
    return (places(bought, users * width + needs) >= 0).astype(np.float64)


def _changes(first: Ints, second: Ints) -> Bools:
    is_new = np.ones(len(first), dtype=bool)
    is_new[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    return is_new
