"""The way to an application: who viewed, followed, favourited, shared, applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.database import query
from quality.tables.outputs import TRIAL_FUNNEL, TRIAL_FUNNEL_PARTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pyarrow as pa

STEPS = ("view", "follow", "favourite", "share", "apply")

_ACTS = """
with steps as (
    select unnest($steps) as step, generate_subscripts($steps, 1) as position
),
opened as (
    select trial_id, item_id, opens_on::timestamptz as from_time,
           least(closes_on + 1, $as_of)::timestamptz as until_time
    from trials where opens_on < $as_of
),
acts as (
    select o.trial_id, e.event_type as step, e.user_id, e.occurred_at as acted_at,
           null as source
    from opened o join events e on e.item_id = o.item_id
        and e.occurred_at >= o.from_time and e.occurred_at < o.until_time
    where list_contains($steps[:-2], e.event_type)
    union all
    select o.trial_id, $steps[-1] as step, a.user_id, a.applied_at as acted_at, a.source
    from opened o join applications a on a.trial_id = o.trial_id
        and a.applied_at >= o.from_time and a.applied_at < o.until_time
),
"""
_FUNNEL = """
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

# Cells are merged as those of the applicants' profile are (``trials/profile.py``), step by step: so
# neither a cell nor what is left of the step's people is small.
_PARTS = """
taken as (
    select trial_id, step, user_id, min(acted_at)::date as day from acts group by all
),
came as (
    select trial_id, user_id, coalesce(arg_min(source, acted_at), 'unknown') as source
    from acts where step = $steps[-1] group by all
),
placed as (
    select trial_id, step, 'day' as part, strftime(day, '%Y-%m-%d') as value from taken
    union all
    select trial_id, step, 'source' as part, source as value
    from taken join came using (trial_id, user_id) where $has_sources
),
cells as (
    select trial_id, part, step, value, count(*) as people from placed group by all
),
ordered as (
    select *, sum(people) over (
        partition by trial_id, part, step order by people, value
        rows between unbounded preceding and 1 preceding
    ) as smaller
    from cells
),
merged as (
    select trial_id, part, step,
           case when people < $smallest or coalesce(smaller, 0) between 1 and $smallest - 1
               then 'other' else value end as value,
           sum(people)::bigint as unique_users
    from ordered group by all
    having sum(people) >= $smallest
),
told as (
    select * from merged
    qualify value <> 'other' or count(*) over (partition by trial_id, part, step) > 1
),
based as (
    select m.*, s.position, case part when 'source' then len($steps)
        else min(s.position) over (partition by trial_id, part) end as base
    from told m join steps s using (step)
)
select *, case when value <> 'other' then unique_users / max(unique_users)
    filter (where position = base) over (partition by trial_id, part, value) end as rate
from based order by trial_id, part, value, step
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
    return TRIAL_FUNNEL.conform(query(_ACTS + _FUNNEL, _sources(tables), as_of=as_of, steps=STEPS))


def count_funnel_parts(tables: Mapping[str, pa.Table], as_of: date, smallest: int) -> pa.Table:
    """Count the people of each step by the day they first took it and by where they came from.

    The source is that of the person's first application, so it is known of applicants alone:
    by source, the steps are counted among those who applied. Cells of few people are merged into
    ``other``; a step that fewer people took altogether is left out.

    Args:
        tables: All declared input tables.
        as_of: The day; trials that opened before it are counted, up to its start.
        smallest: Fewest people in a cell.

    Returns:
        ``TRIAL_FUNNEL_PARTS`` rows. The rate of a day is over the people of that day at the first
        step told of, that of a source over its applicants; null for ``other``, and where the cell
        it would be divided by was merged.
    """
    return TRIAL_FUNNEL_PARTS.conform(
        query(
            _ACTS + _PARTS,
            _sources(tables),
            as_of=as_of,
            steps=STEPS,
            smallest=smallest,
            has_sources=tables["applications"]["source"].null_count < len(tables["applications"]),
        )
    )


def _sources(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    return {name: tables[name] for name in ("trials", "events", "applications")}
