"""What is bought next: after A, more people than expected take up B for the first time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, diags_array

from recommender.histories import Histories
from recommender.interactions import Floats, Ints
from recommender.lookup import floats_at, ints_at, places

LAG_DAYS = 14
"""B follows in the fortnight after the fortnight of A."""
MIN_SUPPORT = 10
"""People who took up B after A, below which there is no rule."""
MIN_LIFT = 2.0
"""How many times as often as expected B must follow."""
PSEUDO_PEOPLE = 5.0
"""Expected followers added to both sides of the ratio."""


@dataclass(frozen=True)
class Complements:
    """Rules A → B, sorted by A, then B; shape (n_rules,)."""

    before: Ints
    after: Ints
    lifts: Floats
    lag_days: int = LAG_DAYS


def find_complements(histories: Histories, parents: Ints) -> Complements:
    """Find directional rules in periods of a fortnight, counted back from the day.

    With X the (user, fortnight) × need matrix of purchases and F that of first purchases in the
    following fortnight, followers = XᵀF. Expected are those of the follower's basket filled at
    random with what the shop's people take up in that same fortnight, so that neither a full
    basket nor a season looks like a rule: Σ (Xᵀ · size of the basket) × share of B. Needs under
    one parent category are substitutes rather than complements, and make no rule.

    Args:
        histories: Purchases before a day.
        parents: Parent category of each need, shape (n_needs,).
    """
    bought, taken_up, n_periods = _periods(histories)
    followers = csr_array(bought.T @ taken_up).tocoo()
    often = followers.data >= MIN_SUPPORT
    before, after = followers.row[often].astype(np.int64), followers.col[often].astype(np.int64)
    expected = _expected(bought, taken_up, n_periods, before, after)
    lifts = (followers.data[often] + PSEUDO_PEOPLE) / (expected + PSEUDO_PEOPLE)
    holds = (lifts >= MIN_LIFT) & (parents[before] != parents[after])
    order = np.lexsort((after[holds], before[holds]))
    return Complements(before[holds][order], after[holds][order], lifts[holds][order])


def _expected(
    bought: csr_array, taken_up: csr_array, n_periods: int, before: Ints, after: Ints
) -> Floats:
    """Return the followers expected of each rule, added up over the periods."""
    n_rows = bought.shape[0]
    in_period = csr_array(
        (np.ones(n_rows), (np.arange(n_rows) % n_periods, np.arange(n_rows))),
        shape=(n_periods, n_rows),
    )
    sizes = taken_up.sum(axis=1)
    offered = (in_period @ (diags_array(sizes) @ bought)).toarray()
    shares = (in_period @ taken_up).toarray()
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1.0)
    expected = np.zeros(len(before))
    for period in range(n_periods):
        expected += offered[period, before] * shares[period, after]
    return expected


def _periods(histories: Histories) -> tuple[csr_array, csr_array, int]:
    """Return purchases, the next period's first purchases, and the number of periods.

    Both matrices have the shape (n_users · n_periods, n_needs).
    """
    n_users, n_needs = histories.shape
    period = (histories.day - 1 - histories.days) // LAG_DAYS
    n_periods = int(period.max(initial=0)) + 1
    users = histories.users[histories.pair_of]
    needs = histories.needs[histories.pair_of]
    is_first = np.zeros(len(users), dtype=bool)
    is_first[histories.starts] = True
    is_first &= period < n_periods - 1
    shape = (n_users * n_periods, n_needs)
    bought = csr_array((np.ones(len(users)), (users * n_periods + period, needs)), shape=shape)
    bought.sum_duplicates()
    bought.data = np.ones_like(bought.data)
    rows = (users * n_periods + period + 1)[is_first]
    taken_up = csr_array((np.ones(len(rows)), (rows, needs[is_first])), shape=shape)
    return bought, taken_up, n_periods


@dataclass(frozen=True)
class Hints:
    """Rules that apply to a person today, the strongest of each (user, need); sorted by key."""

    keys: Ints
    """user × number of needs + need, ascending."""
    lifts: Floats
    because: Ints
    """The need bought lately."""

    def lookup(self, keys: Ints) -> tuple[Floats, Ints]:
        """Return lift and cause of each key; 1 and -1 where no rule applies."""
        found = places(self.keys, keys)
        return floats_at(self.lifts, found, 1.0), ints_at(self.because, found, -1)


def hints_today(complements: Complements, histories: Histories) -> Hints:
    """Apply the rules to what everybody bought in the last ``lag_days``."""
    n_needs = histories.shape[1]
    recent = histories.elapsed <= complements.lag_days
    users, causes = histories.users[recent], histories.needs[recent]
    first = np.searchsorted(complements.before, causes, side="left")
    sizes = np.searchsorted(complements.before, causes, side="right") - first
    rule = np.repeat(first - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
    keys = np.repeat(users, sizes) * n_needs + complements.after[rule]
    lifts = complements.lifts[rule]
    order = np.lexsort((rule, -lifts, keys))
    best = order[np.append(True, np.diff(keys[order]) > 0)[: len(order)]]
    return Hints(keys[best], lifts[best], complements.before[rule][best])
