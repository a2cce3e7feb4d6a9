"""What a column holds, as rows by value or bin, beside what it is compared with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from quality.measures.distances import Counts, ks

OTHER = "(other)"
"""Stands for the values after the most frequent ones."""
_MOST_VALUES = 20
_BINS = 10
_DECIMALS = 6

Label = str | float | None
Kind = Literal["value", "to", "hour"]


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Rows of one column by value or bin; rows without a value are not among them."""

    kind: Kind
    """``value``: of text; ``to``: numbers up to a bin's upper edge; ``hour``: of a moment."""
    labels: tuple[Label, ...]
    """Values, upper edges (None: no limit) or hours, shape (n_bins,)."""
    recent: Counts
    """Rows looked at, shape (n_bins,)."""
    usual: Counts | None = None
    """Rows compared with, same shape; None where there are none."""
    gap: float | None = None
    """Kolmogorov-Smirnov distance of the values themselves, where they were at hand."""

    def as_json(self) -> str:
        """Return each bin's share of the recent rows, and of the usual ones."""
        recent = self.recent / max(self.recent.sum(), 1)
        usual = [None] * len(recent) if self.usual is None else _rounded(self.usual)
        bins = [
            {self.kind: label, "share": round(float(share), _DECIMALS), "usual": past}
            for label, share, past in zip(self.labels, recent, usual, strict=True)
        ]
        return json.dumps(bins, ensure_ascii=False)


def shares_of_values(recent: Mapping[str, float], usual: Mapping[str, float] | None) -> Shares:
    """Count by value: the twenty most frequent on both sides together, then all others.

    Args:
        recent: Rows by value.
        usual: The same of the rows compared with, which may have pooled values as ``OTHER``; what
            it does not name may then be among those.
    """
    sides = [recent] if usual is None else [recent, usual]
    pooled = usual is not None and OTHER in usual
    names = (usual or {}) if pooled else {name for side in sides for name in side}
    totals = [max(sum(side.values()), 1.0) for side in sides]
    weights = {
        name: sum(side.get(name, 0.0) / rows for side, rows in zip(sides, totals, strict=True))
        for name in names
        if name != OTHER
    }
    named = sorted(weights, key=lambda name: (-weights[name], name))[:_MOST_VALUES]
    labels = (*named, OTHER) if pooled or len(weights) > len(named) else tuple(named)
    counts = [_pooled(side, named, labels) for side in sides]
    return Shares(
        kind="value",
        labels=labels,
        recent=counts[0],
        usual=counts[1] if usual is not None else None,
    )


def shares_of_numbers(values: Counts, recent: Counts, usual: Counts | None) -> Shares:
    """Count by decile of the usual values, or of the recent ones if nothing is usual.

    Args:
        values: Distinct values, ascending, shape (n_values,).
        recent: Rows of each, same shape.
        usual: Rows of each among those compared with.
    """
    edges = _edges(values, recent if usual is None else usual)
    binned = binned_numbers(values, recent, edges)
    if usual is None:
        return binned
    past = binned_numbers(values, usual, edges).recent
    return replace(binned, usual=past, gap=ks(recent, usual) if recent.sum() else None)


def binned_numbers(values: Counts, counts: Counts, edges: Sequence[float]) -> Shares:
    """Count by given upper edges, ascending; one more bin takes what is above them."""
    bins = np.searchsorted(np.asarray(edges), values, side="left")
    rows = np.bincount(bins, weights=counts, minlength=len(edges) + 1).astype(np.float64)
    return Shares(kind="to", labels=(*edges, None), recent=rows)


def shares_of_hours(recent: Counts, usual: Counts | None) -> Shares:
    """Count by hour of the day, shape (24,)."""
    return Shares(kind="hour", labels=tuple(range(24)), recent=recent, usual=usual)


def bins_of(shares: Shares, values: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Return the bin of each value, shape (n_values,); values not named are in the last one."""
    if shares.kind == "hour":
        return values.astype(np.intp)
    if shares.kind == "to":
        return np.searchsorted(np.array(shares.labels[:-1], dtype=np.float64), values, side="left")
    places = {label: place for place, label in enumerate(shares.labels)}
    return np.array([places.get(value, len(places) - 1) for value in values], dtype=np.intp)


def read_shares(written: str, rows: float) -> Shares | None:
    """Return the shares an earlier run wrote, as counts of that many rows; None if it had none."""
    bins: list[dict[str, Any]] = json.loads(written)
    if not bins:
        return None
    kind: Kind = next(kind for kind in ("value", "to", "hour") if kind in bins[0])
    counts = np.array([part["share"] for part in bins], dtype=np.float64) * rows
    return Shares(kind=kind, labels=tuple(part[kind] for part in bins), recent=counts)


def _edges(values: Counts, counts: Counts) -> tuple[float, ...]:
    """Return the distinct deciles below the largest value that has rows."""
    held = values[counts > 0]
    if not len(held):
        return ()
    cumulated = np.cumsum(counts[counts > 0])
    wanted = np.arange(1, _BINS) / _BINS * cumulated[-1]
    deciles = np.unique(held[np.searchsorted(cumulated, wanted)])
    return tuple(float(edge) for edge in deciles[deciles < held[-1]])


def _pooled(side: Mapping[str, float], named: Sequence[str], labels: Sequence[str]) -> Counts:
    counts = [side.get(name, 0.0) for name in named]
    if len(labels) > len(named):
        counts.append(sum(side.values()) - sum(counts))
    return np.array(counts, dtype=np.float64)


def _rounded(counts: Counts) -> list[float]:
    return [round(float(share), _DECIMALS) for share in counts / max(counts.sum(), 1)]
