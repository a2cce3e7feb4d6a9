"""What a draw is held by: sure seats, lotteries with their seats and chances, and the quotas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trials.arrays import Bools, Floats, Ints
    from trials.quotas import Quota

NOT_DRAWN = -1


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """One lottery: seats drawn among candidates with the same chance."""

    name: str
    """Arm and quota groups, such as "band|age_band=25-34"; unique in its trial."""
    arm: str
    """What a winner is in: band or open."""
    seats: int
    """Seats by the way of sharing that is drawn by; in a plan, by the first one."""
    candidates: int
    waitlist: int
    """Losers who are put on the waitlist; the others of a band are held out."""
    splits: tuple[int, ...] = ()
    """Seats by each way of sharing; none given stands for ``seats`` alone."""

    @property
    def ways(self) -> tuple[int, ...]:
        """Seats by each way of sharing the drawn seats, all as likely."""
        return self.splits or (self.seats,)

    @property
    def chance(self) -> float:
        """The chance of a seat: the mean of the seats over the ways, by candidates."""
        return sum(self.ways) / (len(self.ways) * self.candidates)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is fixed before the seed is opened; applicants best first."""

    is_best: Bools
    """Who gets a unit for certain by score, shape (n,)."""
    is_core: Bools
    """Who gets a unit for certain: the best, and groups with a unit for everybody, shape (n,)."""
    stratum: Ints
    """The lottery of each applicant, an index into ``strata``; ``NOT_DRAWN`` if in none, (n,)."""
    strata: tuple[Stratum, ...]
    has_door: bool
    """Whether there are units enough for a lottery among those beyond the bands."""

    @property
    def chance(self) -> Floats:
        """The chance of getting a unit, shape (n,); in sum the units."""
        chances = np.array([one.chance for one in self.strata] + [0.0])
        return np.where(self.is_core, 1.0, chances[self.stratum])

    @property
    def n_ways(self) -> int:
        """How many ways of sharing the drawn seats there are."""
        return len(self.strata[0].ways) if self.strata else 1


@dataclass(frozen=True, kw_only=True)
class Limits:
    """A trial's quotas, n_quotas of them, over applicants best first."""

    quotas: tuple[Quota, ...]
    is_member: Bools
    """Who is in each quota's group, shape (n, n_quotas)."""

    @property
    def low(self) -> Ints:
        """Fewest recipients of each group, shape (n_quotas,)."""
        return np.array([quota.low for quota in self.quotas], dtype=np.int64)

    @property
    def high(self) -> Ints:
        """Most recipients of each group, shape (n_quotas,)."""
        return np.array([quota.high for quota in self.quotas], dtype=np.int64)

    def are_slack(self, sure: Ints, drawn: int) -> Bools:
        """Tell which quotas hold whether all or none of the drawn seats go to their group.

        Args:
            sure: Seats that each group has for certain, shape (n_quotas,).
            drawn: Seats drawn for, whoever gets them.

        Returns:
            Truth values, shape (n_quotas,).
        """
        return (sure >= self.low) & (sure + drawn <= self.high)
