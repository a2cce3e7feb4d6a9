"""Which needs satiate: those that are bought less often just after a purchase than when due.

Most needs do not: who bought lately is on average likelier to buy again. So a need counts as
satiating only where training data show it, and the doubtful ones are left out.
"""

from dataclasses import dataclass

import numpy as np

from recommender.evaluation.histories import histories
from recommender.evaluation.pairs import PairSet
from recommender.evaluation.satisfied import need_gaps, pair_gaps
from recommender.interactions import Bools, Floats, Interactions, Ints

WEEKS = 12
"""Weekly snapshots before the first cut; each is judged by the seven days after it."""
MIN_PURCHASES = 3
EARLY_BELOW = 0.35
"""Elapsed share of the gap below which a purchase would be early."""
DUE_FROM, DUE_BELOW = 0.7, 1.4
"""Elapsed share of the gap between which a purchase is due."""
PRIOR_VARIANCE = 0.12
"""Spread of the needs' log ratios about the overall one."""
DOUBT = 0.5
"""Posterior standard deviations added before the ratio is judged."""
LARGEST_RATIO = 0.9
"""Early to due purchase-rate ratio under which a need satiates."""

_DAYS = 7


@dataclass(frozen=True)
class _Tally:
    """How many pairs stood at a snapshot, and how many of them bought; shape (n_needs,)."""

    pairs: Floats
    bought: Floats

    @property
    def log_rate(self) -> Floats:
        """Smoothed so that a need without pairs has a rate too."""
        return np.asarray(np.log((self.bought + 0.5) / (self.pairs + 1)))


def satiating_needs(interactions: Interactions, first_cut: int) -> Bools:
    """Find the needs whose early purchase rate is credibly below their due rate.

    At snapshots ``first_cut`` - 7k, k = 1…12, among pairs with at least three purchases of users
    who shop in the week that follows: the rate of buying in that week where elapsed / gap is
    below .35 against where it is in [.7, 1.4). The log ratio of the smoothed rates
    (bought + ½) / (pairs + 1), with sampling variance 1/(early + ½) + 1/(due + ½), is shrunk to
    the precision-weighted mean over needs with prior variance .12; satiating is a posterior mean
    plus half a standard deviation below ln .9.

    The gap is that of ``satisfied.pair_gaps``: the pair's part is what the snapshot knows, the
    need's part is fixed at the earliest snapshot. On Complete Journey with the first cut
    2017-10-09 this gives 128 of 3,305 needs and 19 % of events, as the protocol states; need gaps
    taken anew at each snapshot give 129, taken at the cut 139.

    Args:
        interactions: Need level; days from ``first_cut`` on are not looked at.
        first_cut: First test cut, so that one set of needs serves every cut.

    Returns:
        Whether each need satiates, shape (n_needs,).
    """
    known = interactions.before(first_cut)
    n_needs = len(known.thing_ids)
    start = histories(known.before(first_cut - _DAYS * WEEKS))
    gaps = need_gaps(start, n_needs)
    zero = np.zeros(n_needs)
    early, due = _Tally(zero, zero), _Tally(zero, zero)
    for week in range(1, WEEKS + 1):
        needs, elapsed, bought = _snapshot(known, first_cut - _DAYS * week, gaps)
        early = _add(early, needs, bought, elapsed < EARLY_BELOW)
        due = _add(due, needs, bought, (elapsed >= DUE_FROM) & (elapsed < DUE_BELOW))
    return _credibly_low(early, due)


def _snapshot(known: Interactions, day: int, gaps_of_needs: Floats) -> tuple[Ints, Floats, Bools]:
    """Return need, elapsed share of the gap and whether bought, of the pairs that count."""
    history = histories(known.before(day))
    week = known.between(day, day + _DAYS)
    n_needs = len(known.thing_ids)
    counts = (history.purchases >= MIN_PURCHASES) & np.isin(history.users, week.users)
    gaps = pair_gaps(history, gaps_of_needs)
    users, needs = history.users[counts], history.things[counts]
    bought = PairSet.of(week.users, week.things, n_needs).contains(users, needs)
    return needs, (day - history.last_days[counts]) / gaps[counts], bought


def _add(tally: _Tally, needs: Ints, bought: Bools, chosen: Bools) -> _Tally:
    n_needs = len(tally.pairs)
    return _Tally(
        tally.pairs + np.bincount(needs[chosen], minlength=n_needs),
        tally.bought + np.bincount(needs[chosen], bought[chosen], n_needs),
    )


def _credibly_low(early: _Tally, due: _Tally) -> Bools:
    log_ratio = early.log_rate - due.log_rate
    precision = 1 / (1 / (early.bought + 0.5) + 1 / (due.bought + 0.5))
    overall = (log_ratio * precision).sum() / precision.sum()
    posterior_precision = precision + 1 / PRIOR_VARIANCE
    mean = (log_ratio * precision + overall / PRIOR_VARIANCE) / posterior_precision
    return np.asarray(mean + DOUBT / np.sqrt(posterior_precision) < np.log(LARGEST_RATIO))
