"""What a trial caused: buyers among those whom the lottery chose against those it held out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from quality.needs import NEED_GROUP_SQL
from quality.tables.outputs import TRIAL_EFFECT
from trials.arrays import numbers, texts
from trials.engine import complete, query
from trials.intervals import smallest_detectable_effect, stratified_newcombe

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

OUTCOMES = ("item", "need_group")

_COUNTS = f"""
with catalogue as (select *, {NEED_GROUP_SQL} as item_need_group from items),
drawn as (
    select t.trial_id, t.item_id, i.item_need_group, t.closes_on + 1 as drawn_on
    from trials t left join catalogue i using (item_id)
),
windows as (select unnest($windows)::integer as window_days),
observed as (
    select s.trial_id, s.user_id, s.stratum, s.arm = 'band' as is_treatment, w.window_days,
           d.item_id, d.item_need_group, d.drawn_on::timestamptz as from_time,
           (d.drawn_on + w.window_days)::timestamptz as until_time
    from selection s join drawn d using (trial_id) cross join windows w
    where s.arm in ('band', 'holdout') and d.drawn_on + w.window_days <= $as_of
),
bought as (
    select distinct o.trial_id, o.user_id, o.window_days
    from observed o join events e on e.user_id = o.user_id and e.event_type = 'purchase'
        and e.occurred_at >= o.from_time and e.occurred_at < o.until_time
    left join catalogue i on i.item_id = e.item_id
    where case when $outcome = 'item' then e.item_id = o.item_id
        else i.item_need_group = o.item_need_group end
)
select o.trial_id, o.window_days, o.stratum,
       count(*) filter (o.is_treatment) as n_treatment,
       count(*) filter (not o.is_treatment) as n_holdout,
       count(b.user_id) filter (o.is_treatment) as buyers_treatment,
       count(b.user_id) filter (not o.is_treatment) as buyers_holdout
from observed o left join bought b
    on b.trial_id = o.trial_id and b.user_id = o.user_id and b.window_days = o.window_days
group by o.trial_id, o.window_days, o.stratum
order by o.trial_id, o.window_days, o.stratum
"""


@dataclass(frozen=True, kw_only=True)
class EffectOptions:
    """Whose purchases are counted."""

    outcome: str = "item"
    """What counts as bought: the trial's ``item``, or anything of its ``need_group``."""


WINDOWS_DAYS = (30, 90)
"""Days after the draw; an effect is stated once they have all passed."""


def measure_effect(
    tables: Mapping[str, pa.Table],
    selection: pa.Table,
    *,
    as_of: date,
    options: EffectOptions | None = None,
) -> pa.Table:
    """Measure by intention to treat: everybody counts in the arm the lottery put them in.

    Only the band's lottery is used: winners against holdout, inside strata. The core was chosen for
    its scores, the waitlist may still have received a unit. The windows start on the day after
    applications closed.

    Args:
        tables: Input tables; ``trials``, ``events`` and ``items`` are read.
        selection: Selections of earlier draws.
        as_of: The day; purchases before its start count.
        options: The outcome.

    Returns:
        ``TRIAL_EFFECT`` rows, one a trial with a band and window that has passed; none if there
        was no such draw.

    Raises:
        ValueError: If the outcome is unknown.
    """
    options = options or EffectOptions()
    if options.outcome not in OUTCOMES:
        raise ValueError(f"outcome must be one of {', '.join(OUTCOMES)}, got {options.outcome!r}")
    whole = complete(tables)
    sources = {name: whole[name] for name in ("trials", "events", "items")}
    counts = query(
        _COUNTS,
        sources | {"selection": selection},
        as_of=as_of,
        windows=list(WINDOWS_DAYS),
        outcome=options.outcome,
    )
    trial, window = texts(counts, "trial_id"), counts["window_days"].to_numpy()
    keys = sorted(set(zip(trial.tolist(), window.tolist(), strict=True)))
    rows = [_row(counts.filter(pa.array((trial == t) & (window == w))), t, w) for t, w in keys]
    return TRIAL_EFFECT.conform(pa.Table.from_pylist(rows, TRIAL_EFFECT.schema))


def _row(strata: pa.Table, trial_id: str, window_days: int) -> dict[str, Any]:
    n1, n0, buyers1, buyers0 = (
        numbers(strata, name).astype(np.int64)
        for name in ("n_treatment", "n_holdout", "buyers_treatment", "buyers_holdout")
    )
    row: dict[str, Any] = {
        "trial_id": trial_id,
        "window_days": window_days,
        "n_treatment": int(n1.sum()),
        "n_holdout": int(n0.sum()),
        "verdict": "cannot tell yet",
    }
    difference = stratified_newcombe(buyers1, n1, buyers0, n0)
    if difference is None:
        return row
    base_rate = (float(buyers0.sum()) + 0.5) / (float(n0.sum()) + 1)
    return row | {
        "rate_treatment": difference.rate_treatment,
        "rate_holdout": difference.rate_holdout,
        "itt": difference.value,
        "low": difference.low,
        "high": difference.high,
        "smallest_detectable_effect": smallest_detectable_effect(
            base_rate, int(n1.sum()), int(n0.sum())
        ),
        "verdict": _verdict(difference.low, difference.high),
    }


def _verdict(low: float, high: float) -> str:
    if low > 0:
        return "more buyers"
    return "fewer buyers" if high < 0 else "cannot tell yet"
