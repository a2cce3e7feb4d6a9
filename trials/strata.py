"""Which seats are sure, which are drawn for, and among whom, so that quotas hold whatever is drawn.

A quota that holds even if every drawn seat went to its group, and even if none did, cannot be broken
by the lottery and is ignored. The others cut the applicants into strata, each with as many seats as
the selection gave it; a lottery inside a stratum then cannot change any of those quotas. Where that
would leave groups without a chance, the seats have several ways of being shared, of which one is
drawn. Nothing here depends on the seed, so every chance is known before the draw.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from trials.arrays import apportion, place_in_group
from trials.plan import NOT_DRAWN, Limits, Plan, Stratum
from trials.splits import Sharing, ways_to_share

if TYPE_CHECKING:
    from trials.arrays import Bools, Ints
    from trials.quotas import Quota

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


def plan_draw(
    is_chosen: Bools, limits: Limits, options: DrawOptions, is_given: Bools | None = None
) -> Plan:
    """Divide the seats of the best selection into sure seats and lotteries.

    Args:
        is_chosen: The selection, over the applicants who can still get a unit, best first, (n,).
        limits: The trial's quotas; the selection meets them.
        options: Shares of core and band, odds of the band, share of the waitlist.
        is_given: Who has a sure seat by decision of people, among the selected, (n,); None: nobody.

    Returns:
        The plan. Every outcome of its lotteries gives as many units as the selection and meets
        the quotas. Whoever has no chance could have none: the units are too few for an open
        lottery, or the quotas leave no drawn seat for their group, the sure seats being as they are.
    """
    given = np.zeros(len(is_chosen), dtype=np.bool_) if is_given is None else is_given
    holds_seat = _seat_holders(is_chosen, given, limits)
    n_core, _, n_open = _shares(int(is_chosen.sum()), options)
    earned = holds_seat & ~given
    is_best = given | (earned & (np.cumsum(earned) <= n_core - given.sum()))
    is_drawn_for = holds_seat & ~is_best

    sure = limits.is_member[is_best].sum(axis=0)
    is_slack = limits.are_slack(sure, int(is_drawn_for.sum()))
    group, patterns = _patterns(limits.is_member & ~is_slack)
    seats = np.bincount(group, is_drawn_for, len(patterns)).astype(np.int64)
    open_seats = _open_seats(np.bincount(group, ~is_best, len(patterns)), seats, n_open, options)
    band_seats = seats - open_seats
    place = place_in_group(np.where(is_best, NOT_DRAWN, group))
    is_band = ~is_best & (place < (options.band_ratio * band_seats)[group])

    with_bands = sure + band_seats @ patterns
    is_wider = is_slack | limits.are_slack(with_bands, n_open)
    wide, wide_patterns = _patterns(limits.is_member & ~is_wider)
    wide_of_group = np.zeros(len(patterns), dtype=np.int64)
    wide_of_group[group] = wide
    wide_seats = np.bincount(wide_of_group, open_seats, len(wide_patterns)).astype(np.int64)

    lotteries = (
        _Lotteries("band", np.where(is_band, group, NOT_DRAWN), patterns, band_seats),
        _Lotteries("open", np.where(is_best | is_band, NOT_DRAWN, wide), wide_patterns, wide_seats),
    )
    sharing = _sharing(lotteries, limits, sure, is_slack, is_wider, n_open)
    return _number(is_best, lotteries, ways_to_share(sharing), limits.quotas, options, bool(n_open))


@dataclass(frozen=True)
class _Lotteries:
    """The lotteries of one arm: group of each candidate (n,), pattern and seats of each group."""

    arm: str
    group: Ints
    patterns: Bools
    seats: Ints

    @property
    def candidates(self) -> Ints:
        """People in each group."""
        return np.bincount(self.group[self.group >= 0], minlength=len(self.seats))


def _sharing(
    lotteries: tuple[_Lotteries, _Lotteries],
    limits: Limits,
    sure: Ints,
    is_slack: Bools,
    is_wider: Bools,
    n_open: int,
) -> Sharing:
    """State the limits of sharing the drawn seats in other ways.

    A quota that cuts the open lotteries counts their seats exactly. One that cuts the bands alone
    must hold whether all or none of the open seats go to its group. One that cuts nothing holds.
    """
    band, door = lotteries
    n_band = len(band.seats)
    surely = np.hstack([band.patterns.T, door.patterns.T]).astype(np.float64)
    perhaps = surely.copy()
    perhaps[:, n_band:][is_wider & ~is_slack] = 1.0
    return Sharing(
        seats=np.concatenate([band.seats, door.seats]),
        candidates=np.concatenate([band.candidates, door.candidates]),
        is_open=np.arange(n_band + len(door.seats)) >= n_band,
        most_open=n_open,
        surely=surely[~is_slack],
        perhaps=perhaps[~is_slack],
        low=(limits.low - sure)[~is_slack],
        high=(limits.high - sure)[~is_slack],
    )


def _seat_holders(is_chosen: Bools, given: Bools, limits: Limits) -> Bools:
    """Give each cell's seats to its best: inside a cell, quotas tell nobody apart."""
    cell, patterns = _patterns(limits.is_member)
    place = np.empty(len(cell), dtype=np.int64)
    first = np.argsort(~given, kind="stable")
    place[first] = place_in_group(cell[first])
    return place < np.bincount(cell, is_chosen, len(patterns))[cell]


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
    ways: Ints,
    quotas: tuple[Quota, ...],
    options: DrawOptions,
    has_door: bool,
) -> Plan:
    """Drop lotteries without seats, turn those without losers into sure seats, number the rest."""
    is_core, stratum = is_best.copy(), np.full(len(is_best), NOT_DRAWN, dtype=np.int64)
    strata: list[Stratum] = []
    first = 0
    for lottery in lotteries:
        seats = ways[:, first : first + len(lottery.seats)]
        first += len(lottery.seats)
        candidates = lottery.candidates
        is_sure = (seats == candidates).all(axis=0)
        is_core |= is_sure[lottery.group] & (lottery.group >= 0)
        for group in np.flatnonzero(seats.any(axis=0) & ~is_sure):
            stratum[lottery.group == group] = len(strata)
            groups = [quotas[index].name for index in np.flatnonzero(lottery.patterns[group])]
            strata.append(
                Stratum(
                    name=f"{lottery.arm}|{';'.join(groups) or '*'}",
                    arm=lottery.arm,
                    seats=int(seats[0, group]),
                    candidates=int(candidates[group]),
                    waitlist=0,
                    splits=tuple(seats[:, group].tolist()),
                )
            )
    return Plan(
        is_best=is_best,
        is_core=is_core,
        stratum=stratum,
        strata=_with_waitlist(strata, options),
        has_door=has_door,
    )


def _with_waitlist(strata: list[Stratum], options: DrawOptions) -> tuple[Stratum, ...]:
    """Share the waitlist over the bands by losers; every band with losers keeps a holdout."""
    losers = np.array(
        [one.candidates - max(one.ways) if one.arm == "band" else 0 for one in strata],
        dtype=np.int64,
    )
    total = round(options.waitlist_share * int(losers.sum()))
    waiting = apportion(total, losers.astype(np.float64), np.maximum(losers - 1, 0))
    return tuple(replace(one, waitlist=int(n)) for one, n in zip(strata, waiting, strict=True))
