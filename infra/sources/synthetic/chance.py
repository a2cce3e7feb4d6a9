"""Chance that depends on the seed and on what it is for, never on what was drawn before."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

DAY_SECONDS = 86_400

_OPENING_SECOND = 8 * 3_600
_OPEN_SECONDS = 14 * 3_600


class Stream(IntEnum):
    """What a generator is for; a new member is appended, so that the others draw as before."""

    CATALOGUE = 0
    PEOPLE = 1
    CONSUMABLES = 2
    HABITS = 3
    DURABLES = 4
    ACCESSORIES = 5
    CHOICES = 6
    BROWSING = 7
    TRIALS = 8
    REPORTS = 9
    EXPOSURES = 10


def generator(seed: int, stream: Stream, block: int = 0) -> np.random.Generator:
    """Return the generator of one stream of one block of people."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(int(stream), block)))


def scatter(*keys: Ints | int) -> npt.NDArray[np.uint64]:
    """Mix whole numbers into one evenly spread 64-bit number an element (SplitMix64's finaliser).

    Source:
        Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014,
        doi:10.1145/2660193.2660195.
    """
    mixed = np.zeros(1, np.uint64)
    for key in keys:
        mixed = mixed + np.asarray(key).astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed = mixed ^ (mixed >> np.uint64(31))
    return mixed


def shopping_second(seed: int, user: Ints, day: Ints) -> Ints:
    """Return the second, from the start of the history, at which a person shops on a day.

    One time a person and day, between 8 and 22 o'clock: what is bought on a day is one basket.
    """
    of_day = scatter(seed, user, day) % np.uint64(_OPEN_SECONDS)
    return day * DAY_SECONDS + _OPENING_SECOND + of_day.astype(np.int64)
