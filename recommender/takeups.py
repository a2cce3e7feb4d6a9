"""What people bought in the days and months before and after they took up a need."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from recommender.histories import Histories
from recommender.interactions import Bools, Ints

RUN_IN_DAYS = 28
"""Days after a person's first trip in which a first purchase need not be a take-up: the need may
be an old one that was not seen yet."""


class Lag(NamedTuple):
    """Days from one purchase to another, both ends included."""

    first: int
    last: int
    is_from_onset: bool
    """Whether days count from taking the need up (a stage of life) rather than from any
    purchase of it."""


LAGS = (
    Lag(1, 14, is_from_onset=False),
    Lag(15, 28, is_from_onset=False),
    Lag(29, 56, is_from_onset=False),
    Lag(57, 120, is_from_onset=True),
    Lag(121, 240, is_from_onset=True),
)
"""Lags of weeks count from any purchase, lags of months from the beginning."""


class Around(NamedTuple):
    """What was bought at a lag from each take-up trip; 0/1, shape (n_take_up_trips, n_needs)."""

    before: csr_array
    """So long before, as far back as is known."""
    either: csr_array
    """So long before or after, as far as is known."""
    only_before: csr_array
    """So long before and not so long after, looking as far ahead as back."""
    only_after: csr_array


@dataclass(frozen=True)
class TakeUps:
    """Trips on which a person took something up after the run-in: first bought a need.

    These are the events whose causes are looked for; one row a trip, by user, then day.
    """

    histories: Histories
    trips: Ints
    """The trip of each purchase of the histories, shape (n_purchases,)."""
    users: Ints
    """Shape (n_take_up_trips,), as is ``days``."""
    days: Ints
    taken: csr_array
    """1 where the need was taken up on the trip, shape (n_take_up_trips, n_needs)."""
    bought: csr_array
    """1 where the need was bought on any trip, shape (n_trips, n_needs)."""
    onsets: csr_array
    """1 where the need was taken up on any trip, shape (n_trips, n_needs)."""

    @cached_property
    def begins(self) -> Ints:
        """First day of each user, shape (n_users,)."""
        return _begins(self.histories)

    @cached_property
    def tenures(self) -> Ints:
        """Days from the user's first trip to each trip."""
        return np.asarray(self.days - self.begins[self.users])

    @cached_property
    def reach(self) -> Ints:
        """Days known both before and after each trip."""
        return np.asarray(np.minimum(self.tenures, self.histories.day - 1 - self.days))

    def around(self, lag: Lag) -> Around:
        """Look for purchases at a lag from each trip."""
        things = self.onsets if lag.is_from_onset else self.bought
        far = np.minimum(lag.last, self.reach)
        before = self._within(self.days - lag.last, self.days - lag.first, things)
        after = self._within(self.days + lag.first, self.days + lag.last, things)
        near_before = self._within(self.days - far, self.days - lag.first, things)
        near_after = self._within(self.days + lag.first, self.days + far, things)
        both = near_before.multiply(near_after)
        return Around(
            before,
            before.maximum(after),
            _without(near_before, both),
            _without(near_after, both),
        )

    def _within(self, first_days: Ints, last_days: Ints, things: csr_array) -> csr_array:
        """Say what each row's user bought from one day to another; 0/1."""
        span = np.int64(self.histories.day + 1)
        keys = self.histories.trip_users * span + self.histories.trip_days
        own = self.users * span
        first = np.searchsorted(keys, own + np.maximum(first_days, self.begins[self.users]))
        last = np.searchsorted(keys, own + np.minimum(last_days, span - 1), side="right")
        sizes = np.maximum(last - first, 0)
        bounds = np.append(0, np.cumsum(sizes))
        trips = np.repeat(first - bounds[:-1], sizes) + np.arange(bounds[-1])
        shape = (len(self.users), len(keys))
        found = csr_array((np.ones(len(trips), np.float32), trips, bounds), shape=shape) @ things
        found.data = np.ones_like(found.data)
        return found


def find_take_ups(histories: Histories) -> TakeUps:
    """Find the trips on which people took something up after their run-in."""
    owners = histories.users[histories.pair_of]
    span = np.int64(histories.day + 1)
    trip = np.searchsorted(
        histories.trip_users * span + histories.trip_days, owners * span + histories.days
    )
    is_onset = onset_purchases(histories)
    take_up_trips, rows = np.unique(trip[is_onset], return_inverse=True)
    n_trips, needs = len(histories.trip_days), histories.needs[histories.pair_of]
    return TakeUps(
        histories,
        trip,
        histories.trip_users[take_up_trips],
        histories.trip_days[take_up_trips],
        _ones(rows, needs[is_onset], (len(take_up_trips), histories.shape[1])),
        _ones(trip, needs, (n_trips, histories.shape[1])),
        _ones(trip[is_onset], needs[is_onset], (n_trips, histories.shape[1])),
    )


def onset_purchases(histories: Histories) -> Bools:
    """Say which purchases took a need up: first of their pair, after the run-in."""
    is_first = np.zeros(len(histories.days), dtype=bool)
    is_first[histories.starts] = True
    owners = histories.users[histories.pair_of]
    return is_first & (histories.days >= _begins(histories)[owners] + RUN_IN_DAYS)


def _begins(histories: Histories) -> Ints:
    begins = np.full(histories.shape[0], histories.day)
    # Trips are sorted by day and the last assignment stands, so the first trip does.
    begins[histories.trip_users[::-1]] = histories.trip_days[::-1]
    return begins


def _ones(rows: Ints, columns: Ints, shape: tuple[int, int]) -> csr_array:
    # Sums of ones in float32 are exact up to 16 million people.
    return csr_array((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)


def _without(matrix: csr_array, part: csr_array) -> csr_array:
    rest = csr_array(matrix - part)
    rest.eliminate_zeros()
    return rest
