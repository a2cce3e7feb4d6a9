"""The way to an application: who viewed, followed, favourited, shared, applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.tables.outputs import TRIAL_FUNNEL
from trials.engine import query

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pyarrow as pa

STEPS = ("view", "follow", "favourite", "share", "apply")

_FUNNEL = """
with steps as (
    select unnest($steps) as step, generate_subscripts($steps, 1) as position
),
opened as (
    select trial_id, item_id, opens_on::timestamptz as from_time,
           least(closes_on + 1, $as_of)::timestamptz as until_time
    from trials where opens_on < $as_of
),
acts as (
    select o.trial_id, e.event_type as step, e.user_id from opened o
    join events e on e.item_id = o.item_id
        and e.occurred_at >= o.from_time and e.occurred_at < o.until_time
    union all
    select o.trial_id, 'apply' as step, a.user_id from opened o
    join applications a on a.trial_id = o.trial_id
        and a.applied_at >= o.from_time and a.applied_at < o.until_time
),
counted as (
    select o.trial_id, s.step, s.position, count(distinct a.user_id) as unique_users
    from opened o cross join steps s
    left join acts a on a.trial_id = o.trial_id and a.step = s.step
    group by all
)
select *, unique_users / nullif(
    first_value(unique_users) over (
        partition by trial_id order by unique_users = 0, position
    ), 0) as rate
from counted order by trial_id, step
"""


def count_funnel(tables: Mapping[str, pa.Table], as_of: date) -> pa.Table:
    """Count different people a step, on the trial's item, while applications were open.

    Args:
        tables: All declared input tables.
        as_of: The day; trials that opened before it are counted, up to its start.

    Returns:
        ``TRIAL_FUNNEL`` rows, every step of every such trial; the rate is the share of the people
        of the first step that has any, and can exceed 1 where people skip that step.
    """
    sources = {name: tables[name] for name in ("trials", "events", "applications")}
    return TRIAL_FUNNEL.conform(query(_FUNNEL, sources, as_of=as_of, steps=list(STEPS)))
