"""What a unit has caused so far in people like this one, from earlier draws, for the next selection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from quality.database import query
from quality.needs import NEED_GROUP_SQL
from trials.arrays import numbers, texts, truths
from trials.effects.arms import compare
from trials.effects.people import lotteries
from trials.effects.pooling import ENOUGH, shrink, smoothed_variances
from trials.inputs import complete
from trials.intervals import stratified_newcombe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from trials.arrays import Bools, Floats, Ints, Texts
    from trials.intervals import Difference

UPLIFT: Final = pa.schema(
    [
        pa.field("attribute", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("uplift", pa.float64(), nullable=False),
        pa.field("low", pa.float64(), nullable=False),
        pa.field("high", pa.float64(), nullable=False),
        pa.field("n", pa.int64(), nullable=False),
    ]
)
"""Segments with their uplift, its 95 % interval and the people behind it."""
ATTRIBUTES: Final = ("is_newcomer", "need_orders")
"""What people are told apart by: what they did, never who they are, as in all of the score."""


@dataclass(frozen=True, kw_only=True)
class UpliftOptions:
    """Which purchases count, and how many people a segment needs."""

    uplift_outcome: str = "item"
    """What counts as bought: the trial's ``item``, or anything of its ``need_group``."""
    uplift_window_days: int = 30
    """Days after a draw within which a purchase counts; draws younger than that tell nothing."""
    uplift_fewest: int = 30
    """People in both arms together without whom a segment is unknown."""


# The same facts, at the same moment, as the score's own: nothing here is later than the draw.
_SEGMENTS = f"""
with catalogue as (select item_id, {NEED_GROUP_SQL} as item_need_group from items),
drawn as (
    select t.trial_id, (t.closes_on + 1)::timestamptz as cutoff, i.item_need_group
    from trials t left join catalogue i using (item_id)
),
needs as (
    select s.trial_id, s.user_id,
           count(distinct epoch_us(e.occurred_at) // 86400000000) as need_days
    from selection s join drawn d using (trial_id)
    join events e on e.user_id = s.user_id and e.event_type = 'purchase'
        and e.occurred_at < d.cutoff and e.occurred_at >= d.cutoff - interval 365 day
    join catalogue i on i.item_id = e.item_id and i.item_need_group = d.item_need_group
    group by all
)
select s.trial_id, s.user_id,
       not exists (
           select 1 from awards w where w.user_id = s.user_id and w.awarded_at < d.cutoff
       ) as is_newcomer,
       coalesce(n.need_days, 0) as need_days
from selection s join drawn d using (trial_id)
left join needs n on n.trial_id = s.trial_id and n.user_id = s.user_id
where s.arm in ('band', 'holdout', 'waitlist')
order by s.trial_id, s.user_id
"""


def segment_uplift(
    tables: Mapping[str, pa.Table],
    selection: pa.Table,
    *,
    as_of: date,
    options: UpliftOptions | None = None,
) -> pa.Table:
    """Measure, by segment, what a unit added to the chance of buying in earlier draws.

    In each segment, those offered a unit against those held out, inside each trial's strata, over
    all trials whose window has passed. Then each segment is drawn towards the mean of its
    attribute's segments by as much as its estimate is noise (empirical Bayes, ``effects.pooling``);
    where only one segment is known, it stands for itself.

    Args:
        tables: Input tables; nothing at or after ``as_of`` is used.
        selection: Selections of earlier draws.
        as_of: The moment of the next selection.
        options: Purchases that count and fewest people.

    Returns:
        ``UPLIFT`` rows, sorted; none of a segment of which nothing is known, which is what an
        uplift of 0, "unknown", stands for. ``attribute`` is is_newcomer ("true", "false": whether
        they had never had a trial unit) or need_orders (``need_orders_band``).
    """
    options = options or UpliftOptions()
    people = _people(tables, selection, as_of, options)
    rows = [row for attribute in ATTRIBUTES for row in _segments(people, attribute, options)]
    return pa.Table.from_pylist(rows, UPLIFT).sort_by(
        [("attribute", "ascending"), ("value", "ascending")]
    )


def need_orders_band(need_days: Floats | Ints) -> Texts:
    """Name how often somebody bought in the need group in the 365 days before: 0, 1–2 or 3+ days."""
    names = np.array(["0", "1-2", "3+"], dtype=object)
    return np.asarray(names[np.searchsorted([1, 3], np.asarray(need_days), side="right")])


@dataclass(frozen=True, kw_only=True)
class _People:
    """Everybody in an arm of an earlier draw; arrays of shape (n,)."""

    values: dict[str, Texts]
    """Attribute → its value."""
    stratum: Ints
    """Numbered over all trials."""
    is_treatment: Bools
    has_bought: Bools


def _people(
    tables: Mapping[str, pa.Table], selection: pa.Table, as_of: date, options: UpliftOptions
) -> _People:
    window = [options.uplift_window_days]
    outcome = options.uplift_outcome
    known = list(lotteries(tables, selection, as_of=as_of, windows=window, outcome=outcome))
    arms = [compare(lottery) for lottery in known]
    facts = _facts(tables, selection)
    trials = {lottery.trial_id for lottery in known}
    facts = facts.filter(pa.array([one in trials for one in texts(facts, "trial_id")], pa.bool_()))
    counts = [int(lottery.stratum.max()) + 1 for lottery in known]
    offsets = np.cumsum([0, *counts])[: len(known)]
    in_arm = _joined([one.is_treatment | one.is_holdout for one in arms], np.bool_)
    stratum = _joined([one.stratum + at for one, at in zip(arms, offsets, strict=True)], np.int64)
    is_newcomer = np.where(truths(facts, "is_newcomer"), "true", "false").astype(object)
    values = {
        "is_newcomer": is_newcomer,
        "need_orders": need_orders_band(numbers(facts, "need_days")),
    }
    return _People(
        values={name: value[in_arm] for name, value in values.items()},
        stratum=stratum[in_arm],
        is_treatment=_joined([one.is_treatment for one in arms], np.bool_)[in_arm],
        has_bought=_joined([one.has_bought for one in known], np.bool_)[in_arm],
    )


def _facts(tables: Mapping[str, pa.Table], selection: pa.Table) -> pa.Table:
    """Return the segments of everybody in a lottery, in the order of ``lotteries``."""
    whole = complete(tables)
    names = ("trials", "items", "awards", "events")
    return query(_SEGMENTS, {name: whole[name] for name in names} | {"selection": selection})


def _segments(people: _People, attribute: str, options: UpliftOptions) -> list[dict[str, Any]]:
    value = people.values[attribute]
    found: dict[str, tuple[Difference, int, int]] = {}
    for name in sorted(set(value.tolist())):
        mine = value == name
        difference = _difference(people, mine)
        if difference is not None and mine.sum() >= options.uplift_fewest:
            n1 = int((mine & people.is_treatment).sum())
            found[name] = (difference, n1, int(mine.sum()) - n1)
    if not found:
        return []
    up, low, high = _drawn_together(list(found.values()))
    return [
        {
            "attribute": attribute,
            "value": name,
            "uplift": float(up[place]),
            "low": float(low[place]),
            "high": float(high[place]),
            "n": n1 + n0,
        }
        for place, (name, (_, n1, n0)) in enumerate(found.items())
    ]


def _drawn_together(
    found: Sequence[tuple[Difference, int, int]],
) -> tuple[Floats, Floats, Floats]:
    """Return uplifts with lower and upper ends, each drawn towards their mean."""
    columns = [(one.value, one.rate_treatment, n1, one.rate_holdout, n0) for one, n1, n0 in found]
    estimate, *rates = np.array(columns, dtype=np.float64).T
    if len(found) < ENOUGH:
        only = found[0][0]
        return estimate, np.array([only.low]), np.array([only.high])
    near = shrink(estimate, smoothed_variances(*rates))
    return near.value, near.low, near.high


def _difference(people: _People, mine: Bools) -> Difference | None:
    size = int(people.stratum.max(initial=-1)) + 1

    def count(which: Bools) -> Ints:
        return np.bincount(people.stratum[mine & which], minlength=size)

    treated, bought = people.is_treatment, people.has_bought
    return stratified_newcombe(
        count(treated & bought), count(treated), count(~treated & bought), count(~treated)
    )


def _joined(arrays: list[Any], kind: type) -> Any:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=kind)
