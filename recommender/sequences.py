"""Which needs go together at a lag, and whether one of them truly comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array, csr_array
from scipy.stats import binom, poisson

from recommender.baskets import fill_at_random
from recommender.discoveries import discoveries
from recommender.interactions import Bools, Floats, Ints
from recommender.takeups import LAGS, Around, Lag, TakeUps

MIN_SUPPORT = 10
"""People who bought both at a lag, below which nothing is tested."""
MIN_LIFT = 1.5
"""How many times as often as expected a pair must be seen."""
PSEUDO_PEOPLE = 5.0
"""Expected people added to both sides of a ratio."""
DISCOVERY_RATE = 0.05
"""Share of false rules that is put up with."""
_TINY = 1e-9


@dataclass(frozen=True)
class Sequences:
    """Pairs of needs that go together at a lag; shape (n_sequences,)."""

    before: Ints
    after: Ints
    lags: Ints
    """Index into ``LAGS``."""
    people: Floats
    """Who bought the former at the lag before or after taking up the latter, or both."""
    one_sided: Floats
    """Those of them who bought it on one side only, which is as well known as the other."""
    earlier: Floats
    """Those of these who bought it before."""
    followers: Floats
    """Everybody who took up the latter at the lag after the former."""
    lifts: Floats
    """Followers over followers expected, shrunk to 1."""
    is_ordered: Bools
    """Whether the former coming first is a discovery."""


def find_sequences(taken: TakeUps) -> Sequences:
    """Test every ordered pair of needs at every lag.

    *Together*: people with A at the lag before or after taking up B are compared with what would
    be seen if every basket of take-ups were filled at random with what people of like tenure take
    up in the same fortnight (``RandomBaskets``), so that neither a full basket nor a season nor
    being new makes a pair. A Poisson tail gives the p-value: baskets are trials with small,
    unequal chances, for which it is conservative.

    *In order*: of the people with A on one side only, the number who had it before is binomial.
    Everybody is their own control, so that taste, which has no direction, cancels: sequence
    symmetry analysis (Hallas, Epidemiology 7:478, 1996). The chance of "before" is not a half but
    what the shop's sales of A in the days around the take-ups of B would give (the null-effect
    ratio of Tsiropoulos, Andersen & Hallas, Pharmacoepidemiol. Drug Saf. 18:483, 2009).

    Both tests control the false-discovery rate. The second is tried on pairs that passed the
    first, which looked at both orders alike and therefore favours neither (independent filtering;
    Bourgon, Gentleman & Huber, PNAS 107:9546, 2010).
    """
    arounds = [taken.around(lag) for lag in LAGS]
    baskets = fill_at_random(taken)
    lags, before, after, people = _seen(taken, arounds)
    expected = np.zeros(len(lags))
    for number, around in enumerate(arounds):
        rows = lags == number
        expected[rows] = baskets.expected(around.either, before[rows], after[rows])
    kept = discoveries(poisson.sf(people - 1, expected), _n_tests(taken), DISCOVERY_RATE)
    kept &= _lifts(people, expected) >= MIN_LIFT
    lags, before, after, people = lags[kept], before[kept], after[kept], people[kept]
    one_sided, earlier, followers, by_chance, usual = np.zeros((5, len(lags)))
    for number, (lag, around) in enumerate(zip(LAGS, arounds, strict=True)):
        rows = lags == number
        causes, effects = before[rows], after[rows]
        earlier[rows] = _people(around.only_before, causes, taken.taken, effects)
        one_sided[rows] = earlier[rows] + _people(around.only_after, causes, taken.taken, effects)
        followers[rows] = _people(around.before, causes, taken.taken, effects)
        by_chance[rows] = baskets.expected(around.before, causes, effects)
        usual[rows] = _usual_share(taken, lag, causes, effects)
    is_ordered = discoveries(binom.sf(earlier - 1, one_sided, usual), len(lags), DISCOVERY_RATE)
    lifts = _lifts(followers, by_chance)
    return Sequences(before, after, lags, people, one_sided, earlier, followers, lifts, is_ordered)


def _seen(taken: TakeUps, arounds: Sequence[Around]) -> tuple[Ints, Ints, Ints, Floats]:
    """Return lag, A, B and people of the pairs that enough people show."""
    columns: list[tuple[Ints, Ints, Ints, Floats]] = []
    for number, around in enumerate(arounds):
        seen = csr_array(around.either.T @ taken.taken).tocoo()
        often = (seen.data >= MIN_SUPPORT) & (seen.row != seen.col)
        before, after = seen.row[often].astype(np.int64), seen.col[often].astype(np.int64)
        people = seen.data[often].astype(np.float64)
        columns.append((np.full(len(before), number), before, after, people))
    lags, before, after, people = (np.concatenate(column) for column in zip(*columns, strict=True))
    order = np.lexsort((after, before, lags))
    return lags[order], before[order], after[order], people[order]


def _n_tests(taken: TakeUps) -> int:
    """Count the pairs and lags that could have had enough people, seen or not."""
    n_needs = taken.histories.shape[1]
    buyers = np.bincount(taken.histories.needs, minlength=n_needs)
    takers = taken.taken.sum(axis=0)
    return int((buyers >= MIN_SUPPORT).sum() * (takers >= MIN_SUPPORT).sum() * len(LAGS))


def _people(have: csr_array, before: Ints, taken: csr_array, after: Ints) -> Floats:
    """Count the take-up trips of B by people who have A, pair by pair."""
    chosen = csc_array(have)[:, before].multiply(csc_array(taken)[:, after])
    return np.asarray(chosen.sum(axis=0), dtype=np.float64)


def _usual_share(taken: TakeUps, lag: Lag, before: Ints, after: Ints) -> Floats:
    """Return the share of "A before B" that the shop's sales of A would give.

    The rate of A is its purchases (or onsets) a trip, day by day; it is added up over the lag
    before and after each take-up of B, as far as is known on both sides. Days are counted once by
    the calendar and once by tenure, since newcomers take up staples first; the larger share counts.
    """
    histories = taken.histories
    start = histories.trip_days.min(initial=histories.day - 1)
    by_calendar = (histories.trip_days - start, taken.days - start)
    by_tenure = (histories.trip_days - taken.begins[histories.trip_users], taken.tenures)
    things = taken.onsets if lag.is_from_onset else taken.bought
    shares = []
    for trip_days, take_up_days in (by_calendar, by_tenure):
        n_days = histories.day - int(start)
        trips = np.bincount(trip_days, minlength=n_days)
        rates = _by_day(trip_days, things, before, n_days) / np.maximum(trips, 1)[:, None]
        takers = _by_day(take_up_days, taken.taken, after, n_days)
        shares.append(_share_before(lag, rates, takers))
    return np.maximum(*shares)


def _share_before(lag: Lag, rates: Floats, takers: Floats) -> Floats:
    """Return what rates a day add up to before the takers' days, as a share of before and after.

    Args:
        lag: How long before and after.
        rates: Of A, shape (n_days, n_pairs).
        takers: Of B, the same shape.
    """
    until = np.vstack([np.zeros(rates.shape[1]), np.cumsum(rates, axis=0)])
    days = np.arange(len(rates))
    far = np.minimum(lag.last, np.minimum(days, len(rates) - 1 - days))
    near = np.minimum(lag.first, far + 1)
    earlier = (takers * (until[days - near + 1] - until[days - far])).sum(axis=0)
    later = (takers * (until[days + far + 1] - until[days + near])).sum(axis=0)
    return np.asarray((earlier + _TINY) / (earlier + later + 2 * _TINY))


def _by_day(days: Ints, things: csr_array, needs: Ints, n_days: int) -> Floats:
    """Add up rows by day, for some needs; shape (n_days, n_some_needs)."""
    in_day = csr_array(
        (np.ones(len(days)), (days, np.arange(len(days)))), shape=(n_days, len(days))
    )
    return np.asarray(csc_array(in_day @ things)[:, needs].toarray(), dtype=np.float64)


def _lifts(seen: Floats, expected: Floats) -> Floats:
    return (seen + PSEUDO_PEOPLE) / (expected + PSEUDO_PEOPLE)
