"""Where each person stands with each need: satisfied, due, overdue, or done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from quality.tables.outputs import NEED_STATES
from recommender.histories import Histories
from recommender.interactions import Bools, Floats, Ints
from recommender.satiation import Satiation
from recommender.timing import Timing

QUARTILE = 0.6745
"""Standard deviations that hold the middle half of a normal distribution."""
EARLIEST_TENTH = 1.2816
"""Standard deviations below which the earliest tenth lies."""
HOLD_SHARE = 0.5
"""Share of the gap for which a purchase satisfies at least."""
LEAD_DAYS = 7
"""Days before the earliest tenth at which a need may be shown again: a list lasts a week."""
LAPSED_RATIO = 3.0
"""Gaps passed in silence after which a person counts as having stopped."""
ONE_OFF_SHARE = 0.2
"""Share of a need's buyers who come back, below which a first purchase counts as the last."""


@dataclass(frozen=True)
class NeedStates:
    """One row a pair, in the order of the histories; days count from 1970-01-01."""

    states: Ints
    """Index into ``NEED_STATES``."""
    holds_until: Ints
    """First day on which the last purchase no longer satisfies."""
    window_starts: Ints
    window_mids: Ints
    window_ends: Ints
    """The middle half of the expected returns."""
    has_window: Bools
    is_early: Bools
    """Whether the last purchase still satisfies, as far as its need tells."""
    is_held: Bools
    """Whether the need is withheld from the person: satisfied, or a durable."""
    is_satiating: Bools
    is_durable: Bools

    def of_pairs(self, chosen: slice) -> NeedStates:
        """Return the states of a range of the pairs."""
        return NeedStates(*(getattr(self, field.name)[chosen] for field in fields(self)))

    @staticmethod
    def joined(parts: Sequence[NeedStates]) -> NeedStates:
        """Put ranges of pairs together again."""
        names = [field.name for field in fields(NeedStates)]
        return NeedStates(*(np.concatenate([getattr(p, n) for p in parts]) for n in names))


def judge_needs(
    histories: Histories,
    timing: Timing,
    satiation: Satiation,
    return_shares: Floats,
    is_likely: Bools,
) -> NeedStates:
    """Place every pair.

    A satiating need is satisfied for half its gap, or until a week before the earliest tenth of
    gaps if that is later; a gap's logarithm is taken as normal about the pair's. Where the need
    was learned (not told) to satiate, a likely purchase overrules: whoever buys milk daily is not
    satisfied by yesterday's.

    Args:
        histories: Purchases before the day.
        timing: Gaps, spreads and stock.
        satiation: Which needs a purchase satisfies.
        return_shares: Of everybody, see :func:`return_shares`.
        is_likely: Whether each pair is likely to be bought all the same, shape (n_pairs,).
    """
    needs, elapsed, expected = histories.needs, histories.elapsed, timing.expected
    spread = timing.spreads[needs]
    tenth = expected * np.exp(-EARLIEST_TENTH * spread)
    hold = np.ceil(np.maximum(HOLD_SHARE * expected, tenth - LEAD_DAYS))
    start = np.ceil(expected * np.exp(-QUARTILE * spread))
    end = np.ceil(expected * np.exp(QUARTILE * spread))
    is_durable = satiation.is_durable[needs]
    is_early = satiation.is_satiating[needs] & (elapsed < hold)
    is_satisfied = is_early & (satiation.is_told[needs] | ~is_likely)
    is_lapsed = elapsed > np.maximum(LAPSED_RATIO * expected, end)
    is_one_off = (histories.counts == 1) & (return_shares < ONE_OFF_SHARE)[needs]
    name = np.select(
        [is_durable, is_satisfied, is_lapsed, is_one_off, elapsed < start, elapsed <= end],
        [NEED_STATES.index(state) for state in _ORDER],
        NEED_STATES.index("overdue"),
    )
    last = histories.last_days
    return NeedStates(
        states=name,
        holds_until=last + hold.astype(np.int64),
        window_starts=last + start.astype(np.int64),
        window_mids=last + np.ceil(expected).astype(np.int64),
        window_ends=last + end.astype(np.int64),
        has_window=~(is_durable | ~is_satisfied & (is_lapsed | is_one_off)),
        is_early=is_early,
        is_held=is_satisfied | is_durable,
        is_satiating=satiation.is_satiating[needs],
        is_durable=is_durable,
    )


_ORDER = ("one_off", "satisfied", "lapsed", "one_off", "due_soon", "due")
"""The states of the conditions above, the first that holds."""


def return_shares(histories: Histories) -> Floats:
    """Return the share of each need's buyers who bought it on a second day, shrunk; (n_needs,)."""
    n_needs = histories.shape[1]
    buyers = np.bincount(histories.needs, minlength=n_needs)
    back = np.bincount(histories.needs[histories.counts > 1], minlength=n_needs)
    overall = (back.sum() + 1) / (buyers.sum() + 2)
    return np.asarray((back + 5 * overall) / (buyers + 5))
