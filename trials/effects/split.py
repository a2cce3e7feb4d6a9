"""Where the purchases that a trial caused came from: later days, other products, or nowhere else.

    early gain = acceleration + cannibalisation + expansion

With d the difference between the arms in orders a person, e the item's in days 1–30, l the item's in
days 31–90, o those of the need group's other items in days 1–90:

    early gain d(e) = −d(l) [acceleration] − d(o) [cannibalisation] + d(e + l + o) [expansion]
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from quality.database import query
from trials.arrays import numbers, texts, truths
from trials.effects.means import mean_difference
from trials.effects.people import OBSERVED, runs
from trials.inputs import complete

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    import pyarrow as pa

    from trials.arrays import Floats
    from trials.effects.arms import Arms

EARLY_DAYS, LATE_DAYS = 30, 90
COMPONENTS: Final = ("early_gain", "acceleration", "cannibalisation", "expansion")
BUYERS: Final = ("all", "new", "existing")

# An order is a day on which an item was bought of which, in that part of time, a pack was kept.
_ORDERS = f"""
with {OBSERVED},
moved as (
    select o.trial_id, o.user_id, e.item_id, e.item_id = o.item_id as is_item,
           case when e.occurred_at < o.from_time then 'past'
                when e.occurred_at < o.from_time + to_days($early) then 'early'
                else 'late' end as part,
           count(distinct epoch_us(e.occurred_at) // 86400000000)
               filter (e.event_type = 'purchase') as days,
           sum(case when e.event_type = 'purchase' then 1 else -1 end * coalesce(e.quantity, 1))
               > 1e-6 as is_kept
    from observed o join events e on e.user_id = o.user_id
        and e.event_type in ('purchase', 'return')
        and e.occurred_at >= o.from_time - to_days(365) and e.occurred_at < o.until_time
    left join catalogue i on i.item_id = e.item_id
    where e.item_id = o.item_id or i.item_need_group = o.item_need_group
    group by all
),
orders as (
    select trial_id, user_id,
           sum(days) filter (is_item and part = 'early') as early,
           sum(days) filter (is_item and part = 'late') as late,
           sum(days) filter (not is_item and part <> 'past') as others,
           bool_or(is_item and part = 'past') as is_existing
    from moved where is_kept group by all
)
select o.trial_id, o.user_id, coalesce(early, 0) as early, coalesce(late, 0) as late,
       coalesce(others, 0) as others, coalesce(is_existing, false) as is_existing
from observed o left join orders using (trial_id, user_id)
order by o.trial_id, o.user_id
"""


def split_effects(
    tables: Mapping[str, pa.Table],
    selection: pa.Table,
    arms: Mapping[str, Arms],
    *,
    as_of: date,
) -> list[dict[str, Any]]:
    """Split what each trial caused, for all, for new buyers of the item and for existing ones.

    Somebody is an existing buyer who kept a pack of the item in the 365 days before the draw. A
    negative acceleration means that later purchases grew as well, a negative cannibalisation that
    the need group's other items were bought more. Intervals are Student's, by stratum.

    Args:
        tables: Input tables; ``trials``, ``items`` and ``events`` are read.
        selection: Selections of earlier draws.
        arms: Who is compared with whom, by trial, people in the order of their ids.
        as_of: The day; trials whose 90 days have passed are split.

    Returns:
        Rows of ``effect_split``.

    Source:
        Bawa and Shoemaker, Marketing Science 23 (2004) 345–363, doi:10.1287/mksc.1030.0052, whose
        three effects are read off a control group here instead of a model.
    """
    whole = complete(tables)
    sources = {name: whole[name] for name in ("trials", "items", "events")}
    found = query(
        _ORDERS,
        sources | {"selection": selection},
        as_of=as_of,
        windows=[LATE_DAYS],
        early=EARLY_DAYS,
    )
    trial = texts(found, "trial_id")
    return [
        row
        for start, end in runs(trial)
        for row in _rows(trial[start], found.slice(start, end - start), arms[trial[start]])
    ]


def _rows(trial_id: str, orders: pa.Table, arms: Arms) -> Iterator[dict[str, Any]]:
    components = _components(orders)
    is_existing = truths(orders, "is_existing")
    everybody = np.ones(len(orders), dtype=np.bool_)
    for buyers, who in zip(BUYERS, (everybody, ~is_existing, is_existing), strict=True):
        some = replace(arms, is_treatment=arms.is_treatment & who, is_holdout=arms.is_holdout & who)
        for name, values in components.items():
            difference = mean_difference(some, values)
            yield {
                "trial_id": trial_id,
                "buyers": buyers,
                "component": name,
                "n_treatment": int(some.is_treatment.sum()),
                "n_holdout": int(some.is_holdout.sum()),
                "value": difference and difference.value,
                "low": difference and difference.low,
                "high": difference and difference.high,
            }


def _components(orders: pa.Table) -> dict[str, Floats]:
    early, late, others = (numbers(orders, name) for name in ("early", "late", "others"))
    parts = (early, -late, -others, early + late + others)
    return dict(zip(COMPONENTS, parts, strict=True))
