"""What changed between two batches of reports: mended, worse, or too few to tell."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import hypergeom

from trials.arrays import Floats
from trials.intervals import wilson

_LEVEL = 0.05
_DIGITS = 6


@dataclass(frozen=True)
class Batch:
    """One batch of reports: how many customers, and how many of them blame each aspect."""

    customers: float
    """Effective number of customers."""
    blames: Mapping[str, float]
    """Effective number that blames an aspect; an aspect not blamed may be left out."""

    def share(self, aspect: str) -> float:
        """Return the share of the customers who blame an aspect."""
        return self.blames.get(aspect, 0.0) / self.customers


def changes_between(
    before: Batch, now: Batch, *, least_customers: int, least_blames: int
) -> dict[str, dict[str, float | str | bool | None]]:
    """Compare how many customers blame each aspect in two batches of different reports.

    Fisher's exact test an aspect, on whole effective counts, each corrected over all aspects by
    Holm's step-down method: the chance of any false alarm is at most 5 %. The verdict is

    - ``mended``: significantly fewer, and the upper limit now is under half of the share before;
    - ``better``: significantly fewer, but not surely halved; ``worse``: significantly more;
    - ``no_change``: neither is shown; ``too_few``: a batch has fewer than ``least_customers``, or
      fewer than ``least_blames`` customers blame it in both together.

    ``is_new`` is true of an aspect that nobody blamed before and at least two customers do now.

    Returns:
        ``{aspect: {"share_before", "share_now", "low", "high", "p_value", "verdict", "is_new"}}``;
        ``low`` and ``high`` are the 95 % Newcombe interval of now minus before, ``p_value`` is
        corrected; these three are None where there are too few.

    Source:
        Holm, Scand. J. Statist. 6 (1979) 65–70; Newcombe, Statist. Med. 17 (1998) 873–890.
    """
    aspects = sorted({*before.blames, *now.blames})
    if not aspects:
        return {}
    old, new = (np.array([batch.blames.get(it, 0.0) for it in aspects]) for batch in (before, now))
    are_many = min(before.customers, now.customers) >= least_customers
    enough = (old + new >= least_blames) & are_many
    values = np.ones(len(aspects))
    values[enough] = _holm(_fisher(old[enough], before.customers, new[enough], now.customers))
    rows = {}
    for place, aspect in enumerate(aspects):
        shares = before.share(aspect), now.share(aspect)
        low, high, ceiling = _limits(*shares, before.customers, now.customers)
        is_enough, value = bool(enough[place]), float(values[place])
        verdict = _verdict(*shares, ceiling, value) if is_enough else "too_few"
        rows[aspect] = {
            "share_before": round(shares[0], _DIGITS),
            "share_now": round(shares[1], _DIGITS),
            "low": round(low, _DIGITS) if is_enough else None,
            "high": round(high, _DIGITS) if is_enough else None,
            "p_value": round(value, _DIGITS) if is_enough else None,
            "verdict": verdict,
            "is_new": are_many and not old[place] and bool(new[place] >= 2),  # noqa: PLR2004 - one person is no news
        }
    return rows


def _verdict(before: float, now: float, ceiling: float, value: float) -> str:
    if value >= _LEVEL:
        return "no_change"
    if now > before:
        return "worse"
    return "mended" if ceiling < before / 2 else "better"


def _fisher(old: Floats, customers_before: float, new: Floats, customers_now: float) -> Floats:
    """Two-sided exact p-values: twice the smaller tail, at most 1."""
    n_old, n_new = round(customers_before), round(customers_now)
    k_old, k_new = np.minimum(np.rint(old), n_old), np.minimum(np.rint(new), n_new)
    law = hypergeom(n_old + n_new, k_old + k_new, n_new)
    tails = np.minimum(law.cdf(k_new), law.sf(k_new - 1))
    values: Floats = np.minimum(2 * tails, 1.0)
    return values


def _holm(values: Floats) -> Floats:
    order = np.argsort(values, kind="stable")
    steps = np.arange(len(values), 0, -1)
    corrected = np.empty(len(values))
    corrected[order] = np.minimum(np.maximum.accumulate(values[order] * steps), 1.0)
    return corrected


def _limits(
    before: float, now: float, customers_before: float, customers_now: float
) -> tuple[float, float, float]:
    """Return Newcombe's interval of the difference, and Wilson's upper limit of now."""
    (low, high), (low_now, high_now) = (
        map(float, wilson(share, max(customers, 1.0)))
        for share, customers in ((before, customers_before), (now, customers_now))
    )
    difference = now - before
    return (
        difference - float(np.hypot(now - low_now, high - before)),
        difference + float(np.hypot(high_now - now, before - low)),
        high_now,
    )
