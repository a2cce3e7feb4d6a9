"""Where a cut falls: what is known before it, who is asked about, what turns out to be true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quality.errors import ContractError
from recommender.evaluation.models import Mode
from recommender.evaluation.pairs import PairSet
from recommender.interactions import Interactions, Ints


@dataclass(frozen=True)
class Cut:
    """One day to recommend for, and the window in which the recommendations are judged."""

    day: int
    horizon_days: int
    users: Ints
    """Users with at least one purchase before the cut and one known thing in the window."""
    catalogue_size: int
    """Things bought by anybody before the cut."""
    known: PairSet
    """What each user bought before the cut."""
    truth: PairSet
    """What each user buys in the window, of the things bought by anybody before the cut."""

    def truth_of(self, mode: Mode) -> PairSet:
        """Return the truth that a list of that mode can hit."""
        match mode:
            case "all":
                return self.truth
            case "repeat":
                return self.truth & self.known
            case "novel":
                return self.truth - self.known


def make_cut(interactions: Interactions, day: int, horizon_days: int) -> Cut:
    """Split the interactions at a day.

    Args:
        interactions: All days, at one level.
        day: First day of the window, counted from 1970-01-01.
        horizon_days: Length of the window.

    Raises:
        ContractError: If nothing is known before the day, if the data end before the window
            does, or if nobody bought on both sides.
    """
    train = interactions.before(day)
    window = interactions.between(day, day + horizon_days)
    _must_cover(interactions, day, horizon_days)
    width = len(interactions.thing_ids)
    catalogue = np.unique(train.things)
    is_known_thing = np.isin(window.things, catalogue)
    known = PairSet.of(train.users, train.things, width)
    truth = PairSet.of(window.users[is_known_thing], window.things[is_known_thing], width)
    users = np.intersect1d(train.users, truth.users)
    if not len(users):
        raise ContractError(
            f"nobody bought both before {_date(day)} and something known within {horizon_days} days"
            " of it, so there is nothing to evaluate; choose another cut"
        )
    return Cut(day, horizon_days, users, len(catalogue), known, truth)


def _must_cover(interactions: Interactions, day: int, horizon_days: int) -> None:
    if not len(interactions):
        raise ContractError("events hold no purchase of a known item, so nothing can be evaluated")
    first, last = int(interactions.days.min()), int(interactions.days.max())
    if day <= first or day + horizon_days > last + 1:
        raise ContractError(
            f"cut {_date(day)} with a horizon of {horizon_days} days needs purchases before the "
            f"cut and until {_date(day + horizon_days - 1)}, the data hold {_date(first)} to "
            f"{_date(last)}; choose another cut or a shorter horizon"
        )


def _date(day: int) -> str:
    return str(np.datetime64(day, "D"))
