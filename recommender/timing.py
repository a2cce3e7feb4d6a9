"""How long a purchase lasts: gaps shrunk from person to need to shop, stretched by stock."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recommender.histories import Histories
from recommender.interactions import Bools, Floats, Ints

NEED_PSEUDO_GAPS = 20.0
"""Gaps of the whole shop (or of the merchant's word) that a need's own gaps are mixed with."""
PAIR_PSEUDO_GAPS = 2.0
"""Gaps of the need that a person's own gaps are mixed with."""
FIRST_GUESS_DAYS = 30.0
"""The gap of a shop in which nothing was bought twice."""
FIRST_GUESS_SPREAD = 0.7
"""The spread of such a shop, in log days: gaps between half and twice the usual are common."""
LARGEST_STOCK = 4.0
"""A purchase counts as at most four usual ones, and at least a quarter of one."""


@dataclass(frozen=True)
class Timing:
    """When needs come back; shapes (n_needs,) and (n_pairs,)."""

    need_gaps: Floats
    """Usual days between two purchases of the need, finite."""
    spreads: Floats
    """Standard deviation of a gap's logarithm about its pair's."""
    elasticities: Floats
    """Log days a purchase lasts longer per log unit bought beyond the usual, in [0, 1]."""
    pair_gaps: Floats
    """Usual days between two purchases by this person."""
    stock: Floats
    """Factor by which the last purchase lasts longer (or shorter) than usual."""

    @property
    def expected(self) -> Floats:
        """Days the last purchase of each pair is expected to last, stock counted."""
        return self.pair_gaps * self.stock

    def of_pairs(self, chosen: Bools | slice) -> Timing:
        """Return what is known of some pairs, ``chosen`` of shape (n_pairs,) or a range of them."""
        return replace(self, pair_gaps=self.pair_gaps[chosen], stock=self.stock[chosen])


@dataclass(frozen=True)
class _Gaps:
    """Neighbouring purchases of a pair; shape (n_gaps,)."""

    pairs: Ints
    days: Ints
    """Days between them."""
    logs: Floats
    """Logarithm of the days."""
    stock_logs: Floats
    """Logarithm of the units of the earlier one over the pair's mean."""


def estimate_timing(histories: Histories, told_days: Floats) -> Timing:
    """Estimate gaps, their spread and the effect of stocking up.

    A need's gap is its median gap, shrunk in log space with 20 pseudo-gaps to what the merchant
    told, else to the shop's median. A pair's gap is g = exp((k ln(mean gap) + 2 ln(need gap)) /
    (k + 2)), with k gaps of its own. Elasticity is the slope of ln(gap / mean gap) on ln(units /
    mean units), shrunk to the shop's. A durable's gap is treated here as if nothing was told.

    Args:
        histories: Purchases before a day.
        told_days: The merchant's repurchase days by need, shape (n_needs,); NaN where not told,
            inf for durables.
    """
    gaps = _gaps(histories)
    n_needs = histories.shape[1]
    gap_needs = histories.needs[gaps.pairs]
    need_logs = _need_logs(gaps, gap_needs, told_days)
    own_gaps = pair_gaps(histories, need_logs)
    elasticities = _elasticities(histories, gaps)
    return Timing(
        need_gaps=np.exp(need_logs),
        spreads=_spreads(gaps, gap_needs, np.log(own_gaps), n_needs),
        elasticities=elasticities,
        pair_gaps=own_gaps,
        stock=np.exp(
            elasticities[histories.needs]
            * _stock_logs(histories.last_quantities, histories.mean_quantities)
        ),
    )


def _need_logs(gaps: _Gaps, needs: Ints, told_days: Floats) -> Floats:
    """Return the logarithm of each need's gap, shape (n_needs,)."""
    overall = float(np.exp(np.median(gaps.logs))) if len(gaps.logs) else FIRST_GUESS_DAYS
    anchors = np.where(np.isfinite(told_days), told_days, overall)
    medians, sizes = _median_logs(gaps.days, needs, len(told_days))
    mixed = sizes * medians + NEED_PSEUDO_GAPS * np.log(anchors)
    return np.asarray(mixed / (sizes + NEED_PSEUDO_GAPS))


def pair_gaps(histories: Histories, need_logs: Floats) -> Floats:
    """Return each pair's usual days between purchases, its own gaps mixed with its need's.

    Args:
        histories: Purchases before a day.
        need_logs: Log of each need's gap in days, shape (n_needs,).
    """
    own = histories.counts - 1
    span = histories.last_days - histories.first_days
    mean_logs = np.log(np.where(own > 0, span / np.maximum(own, 1), 1.0))
    mixed = own * mean_logs + PAIR_PSEUDO_GAPS * need_logs[histories.needs]
    return np.asarray(np.exp(mixed / (own + PAIR_PSEUDO_GAPS)))


def _gaps(histories: Histories) -> _Gaps:
    follows = np.ones(len(histories.days), dtype=bool)
    follows[histories.starts] = False
    later = np.flatnonzero(follows)
    pairs = histories.pair_of[later]
    days = histories.days[later] - histories.days[later - 1]
    stock = _stock_logs(histories.quantities[later - 1], histories.mean_quantities[pairs])
    return _Gaps(pairs, days, np.log(days), stock)


def _stock_logs(units: Floats, usual: Floats) -> Floats:
    return np.log(np.clip(units / usual, 1 / LARGEST_STOCK, LARGEST_STOCK))


def _spreads(gaps: _Gaps, gap_needs: Ints, pair_logs: Floats, n_needs: int) -> Floats:
    squares = np.square(gaps.logs - pair_logs[gaps.pairs])
    overall = squares.mean() if len(squares) else FIRST_GUESS_SPREAD**2
    sums = np.bincount(gap_needs, squares, n_needs)
    sizes = np.bincount(gap_needs, minlength=n_needs)
    return np.sqrt((sums + NEED_PSEUDO_GAPS * overall) / (sizes + NEED_PSEUDO_GAPS))


def _elasticities(histories: Histories, gaps: _Gaps) -> Floats:
    n_needs = histories.shape[1]
    own = np.maximum(histories.counts - 1, 1)
    span = np.maximum(histories.last_days - histories.first_days, 1)
    surprise = gaps.logs - np.log(span / own)[gaps.pairs]
    needs = histories.needs[gaps.pairs]
    shared = np.bincount(needs, gaps.stock_logs * surprise, n_needs)
    squares = np.bincount(needs, np.square(gaps.stock_logs), n_needs)
    total = squares.sum()
    if not total:
        return np.zeros(n_needs)
    overall = np.clip(shared.sum() / total, 0.0, 1.0)
    pseudo = NEED_PSEUDO_GAPS * total / len(gaps.pairs)
    return np.asarray(np.clip((shared + pseudo * overall) / (squares + pseudo), 0.0, 1.0))


def _median_logs(days: Ints, groups: Ints, n_groups: int) -> tuple[Floats, Ints]:
    """Return the median logarithm of each group's days, 0 for an empty one, and its size."""
    span = int(days.max(initial=0)) + 1
    ordered = np.sort(groups * span + days) % span
    sizes = np.bincount(groups, minlength=n_groups)
    starts = np.cumsum(sizes) - sizes
    some = sizes > 0
    low = ordered[starts[some] + (sizes[some] - 1) // 2]
    high = ordered[starts[some] + sizes[some] // 2]
    medians = np.zeros(n_groups)
    medians[some] = (np.log(low) + np.log(high)) / 2
    return medians, sizes
