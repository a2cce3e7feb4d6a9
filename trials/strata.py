"""Which seats are sure, which are drawn for, and among whom, so that quotas hold whatever is drawn.

A quota that holds even if every drawn seat went to its group, and even if none did, cannot be broken
by the lottery and is ignored. The others cut the applicants into strata, each with as many seats as
the selection gave it; a lottery inside a stratum then cannot change any of those quotas. Nothing
here depends on the seed, so every chance is known before the draw.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from trials.arrays import apportion, place_in_group

if TYPE_CHECKING:
    from trials.arrays import Bools, Floats, Ints
    from trials.quotas import Quota

NOT_DRAWN = -1
_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class DrawOptions:
    """How the units are shared between the best, the lottery among the good, and everybody else."""

    core_share: float = 0.3
    """Share of the units that go to the best scores without a lottery."""
    band_share: float = 0.6
    """Share drawn by lot among the next best; what is left is drawn among all others."""
    band_ratio: int = 3
    """Candidates of the band for each of its seats."""
    waitlist_share: float = 0.2
    """Share of the band's losers who wait for a unit to come back; the others are held out."""


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """One lottery: seats drawn among candidates with the same chance."""

    name: str
    """Arm and quota groups, such as "band|age_band=25-34"; unique in its trial."""
    arm: str
    """What a winner is in: band or open."""
    seats: int
    candidates: int
    waitlist: int
    """Losers who are put on the waitlist; the others of a band are held out."""


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

    @property
    def chance(self) -> Floats:
        """The chance of getting a unit, shape (n,); in sum the units."""
        chances = np.array([one.seats / one.candidates for one in self.strata] + [0.0])
        return np.where(self.is_core, 1.0, chances[self.stratum])


@dataclass(frozen=True, kw_only=True)
class Limits:
    """A trial's quotas, n_quotas of them, over applicants best first."""

    quotas: tuple[Quota, ...]
    is_member: Bools
    """Who is in each quota's group, shape (n, n_quotas)."""

    def are_slack(self, sure: Ints, drawn: int) -> Bools:
        """Tell which quotas hold whether all or none of the drawn seats go to their group.

        Args:
            sure: Seats that each group has for certain, shape (n_quotas,).
            drawn: Seats drawn for, whoever gets them.

        Returns:
            Truth values, shape (n_quotas,).
        """
        low = np.array([quota.low for quota in self.quotas], dtype=np.int64)
        high = np.array([quota.high for quota in self.quotas], dtype=np.int64)
        return (sure >= low) & (sure + drawn <= high)


def plan_draw(is_chosen: Bools, limits: Limits, options: DrawOptions) -> Plan:
    """Divide the seats of the best selection into sure seats and lotteries.

    Args:
        is_chosen: The selection, over the applicants who can still get a unit, best first, (n,).
        limits: The trial's quotas; the selection meets them.
        options: Shares of core and band, odds of the band, share of the waitlist.

    Returns:
        The plan. Every outcome of its lotteries gives as many units as the selection and meets
        the quotas.
    """
    holds_seat = _seat_holders(is_chosen, limits)
    n_core, _, n_open = _shares(int(is_chosen.sum()), options)
    is_best = holds_seat & (np.cumsum(holds_seat) <= n_core)
    is_drawn_for = holds_seat & ~is_best

    sure = limits.is_member[is_best].sum(axis=0)
    is_slack = limits.are_slack(sure, int(is_drawn_for.sum()))
    group, patterns = _patterns(limits.is_member & ~is_slack)
    seats = np.bincount(group, is_drawn_for, len(patterns)).astype(np.int64)
    open_seats = _open_seats(np.bincount(group, ~is_best, len(patterns)), seats, n_open, options)
    band_seats = seats - open_seats
    place = place_in_group(np.where(is_best, NOT_DRAWN, group))
    is_band = ~is_best & (place < (options.band_ratio * band_seats)[group])

    sure = sure + band_seats @ patterns
    is_slack = is_slack | limits.are_slack(sure, int(open_seats.sum()))
    wide, wide_patterns = _patterns(limits.is_member & ~is_slack)
    wide_of_group = np.zeros(len(patterns), dtype=np.int64)
    wide_of_group[group] = wide
    wide_seats = np.bincount(wide_of_group, open_seats, len(wide_patterns)).astype(np.int64)

    lotteries = (
        _Lotteries("band", np.where(is_band, group, NOT_DRAWN), patterns, band_seats),
        _Lotteries("open", np.where(is_best | is_band, NOT_DRAWN, wide), wide_patterns, wide_seats),
    )
    return _number(is_best, lotteries, limits.quotas, options)


@dataclass(frozen=True)
class _Lotteries:
    """The lotteries of one arm: group of each candidate (n,), pattern and seats of each group."""

    arm: str
    group: Ints
    patterns: Bools
    seats: Ints


def _seat_holders(is_chosen: Bools, limits: Limits) -> Bools:
    """Give each cell's seats to its best: inside a cell, quotas tell nobody apart."""
    cell, patterns = _patterns(limits.is_member)
    return place_in_group(cell) < np.bincount(cell, is_chosen, len(patterns))[cell]


def _shares(units: int, options: DrawOptions) -> Ints:
    """Split units into core, band and open seats, whole and in sum the units."""
    open_share = 1 - options.core_share - options.band_share
    if min(options.core_share, options.band_share, open_share) < -_ROUNDING:
        raise ValueError(
            "core_share and band_share must not be negative and sum to at most 1, got "
            f"{options.core_share:g} and {options.band_share:g}"
        )
    shares = np.maximum([options.core_share, options.band_share, open_share], 0).round(9)
    return apportion(units, shares, np.full(3, units))


def _patterns(is_member: Bools) -> tuple[Ints, Bools]:
    """Number the distinct rows of a truth table: number of each row, and the distinct rows."""
    # The constant column lets a table without columns have its one, empty, pattern.
    table = np.column_stack([np.zeros(len(is_member), dtype=np.bool_), is_member])
    distinct, number = np.unique(table, axis=0, return_inverse=True)
    return number.ravel().astype(np.int64), distinct[:, 1:]


def _open_seats(pool: Ints, seats: Ints, n_open: int, options: DrawOptions) -> Ints:
    """Share the open seats among groups whose band leaves somebody out; every band keeps a seat."""
    claims = np.where(pool > options.band_ratio * seats, seats, 0).astype(np.float64)
    return apportion(n_open, claims, np.maximum(seats - 1, 0))


def _number(
    is_best: Bools,
    lotteries: tuple[_Lotteries, ...],
    quotas: tuple[Quota, ...],
    options: DrawOptions,
) -> Plan:
    """Drop lotteries without seats, turn those without losers into sure seats, number the rest."""
    is_core, stratum = is_best.copy(), np.full(len(is_best), NOT_DRAWN, dtype=np.int64)
    strata: list[Stratum] = []
    for lottery in lotteries:
        candidates = np.bincount(lottery.group[lottery.group >= 0], minlength=len(lottery.seats))
        is_core |= (lottery.seats == candidates)[lottery.group] & (lottery.group >= 0)
        for group in np.flatnonzero((lottery.seats > 0) & (lottery.seats < candidates)):
            stratum[lottery.group == group] = len(strata)
            groups = [quotas[index].name for index in np.flatnonzero(lottery.patterns[group])]
            strata.append(
                Stratum(
                    name=f"{lottery.arm}|{';'.join(groups) or '*'}",
                    arm=lottery.arm,
                    seats=int(lottery.seats[group]),
                    candidates=int(candidates[group]),
                    waitlist=0,
                )
            )
    return Plan(
        is_best=is_best,
        is_core=is_core,
        stratum=stratum,
        strata=_with_waitlist(strata, options),
    )


def _with_waitlist(strata: list[Stratum], options: DrawOptions) -> tuple[Stratum, ...]:
    """Share the waitlist over the bands by losers; every band with losers keeps a holdout."""
    losers = np.array(
        [one.candidates - one.seats if one.arm == "band" else 0 for one in strata], dtype=np.int64
    )
    total = round(options.waitlist_share * int(losers.sum()))
    waiting = apportion(total, losers.astype(np.float64), np.maximum(losers - 1, 0))
    return tuple(replace(one, waitlist=int(n)) for one, n in zip(strata, waiting, strict=True))
