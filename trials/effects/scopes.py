"""Whose trials are pooled: a merchant's, a need group's, the shop's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trials.effects.pooling import ENOUGH, random_effects, shrink, smoothed_variances

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trials.arrays import Floats

Rows = list[dict[str, Any]]

SCOPES = {"shop": None, "merchant": "merchant_id", "need_group": "need_group"}
"""Scope → the column that names it; the shop has one."""


def pool_effects(rows: Sequence[Mapping[str, Any]]) -> Rows:
    """Pool the trials of each scope with at least two, window by window.

    Args:
        rows: One a trial and window, with ``itt``, rates and numbers of both arms,
            ``merchant_id``, ``need_group``; those without an estimate or scope are left out.

    Returns:
        Rows of ``pooled_effect``; only a merchant's own have a ``merchant_id``.
    """
    return [
        _pooled(scope, scope_id, window, some)
        for scope in SCOPES
        for (scope_id, window), some in _groups(rows, scope)
    ]


def with_neighbours(rows: Sequence[Mapping[str, Any]]) -> Rows:
    """Add to each trial its effect in the light of the merchant's other trials.

    Only the merchant's own: an estimate drawn towards other merchants' trials would tell of them.

    Args:
        rows: As ``pool_effects`` takes them.

    Returns:
        The rows, with ``shrunken_itt``, ``shrunken_low`` and ``shrunken_high`` where the merchant
        has several trials.
    """
    found: dict[tuple[str, int], dict[str, float]] = {}
    for (_, window), some in _groups(rows, "merchant"):
        near = shrink(*_estimates(some))
        for row, value, low, high in zip(some, near.value, near.low, near.high, strict=True):
            found[row["trial_id"], window] = {
                "shrunken_itt": float(value),
                "shrunken_low": float(low),
                "shrunken_high": float(high),
            }
    return [dict(row) | found.get((row["trial_id"], row["window_days"]), {}) for row in rows]


def verdict_of(low: float, high: float) -> str:
    """Return what an interval says."""
    if low > 0:
        return "more buyers"
    return "fewer buyers" if high < 0 else "cannot tell yet"


def _groups(
    rows: Sequence[Mapping[str, Any]], scope: str
) -> Iterator[tuple[tuple[str, int], list[Mapping[str, Any]]]]:
    """Yield (scope's id, window) and its rows, where there are enough."""
    column = SCOPES[scope]
    groups: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    for row in rows:
        scope_id = row[column] if column else scope
        if scope_id is not None and row.get("itt") is not None:
            groups.setdefault((scope_id, row["window_days"]), []).append(row)
    yield from (pair for pair in sorted(groups.items()) if len(pair[1]) >= ENOUGH)


def _estimates(rows: Sequence[Mapping[str, Any]]) -> tuple[Floats, Floats]:
    names = ("itt", "rate_treatment", "n_treatment", "rate_holdout", "n_holdout")
    itt, *rates = (np.array([row[name] for row in rows], dtype=np.float64) for name in names)
    return itt, smoothed_variances(*rates)


def _pooled(
    scope: str, scope_id: str, window: int, rows: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    pooled = random_effects(*_estimates(rows))
    assert pooled is not None, "groups are large enough"  # noqa: S101  what _groups promises
    return {
        "scope": scope,
        "scope_id": scope_id,
        "window_days": window,
        "n_trials": pooled.n,
        "itt": pooled.value,
        "low": pooled.low,
        "high": pooled.high,
        "tau2": pooled.tau2,
        "i2": pooled.i2,
        "verdict": verdict_of(pooled.low, pooled.high),
        "merchant_id": scope_id if scope == "merchant" else None,
    }
