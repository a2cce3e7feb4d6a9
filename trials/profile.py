"""Whom a trial attracts: its applicants against the buyers of its category."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from quality.database import query
from quality.needs import NEED_GROUP_SQL
from quality.tables.outputs import APPLICANT_PROFILE
from trials.arrays import numbers
from trials.facts import AGE_BAND
from trials.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from trials.arrays import Floats

_INDEX = 100
_NEEDS = {
    "age_band": ("users.age_band", "users.birth_year"),
    "region": ("users.region",),
    "is_newcomer": ("awards.user_id",),
    "source": ("applications.source",),
}

# A cell is merged while the cells up to it, smallest first, hold fewer than the smallest allowed: so
# "other" is never small itself, and the one next in size cannot be told from the rest.
_PROFILE = f"""
with catalogue as (select *, {NEED_GROUP_SQL} as item_need_group from items),
opened as (
    select t.trial_id, i.item_need_group, t.opens_on::timestamptz as from_time,
           least(t.closes_on + 1, $as_of) as until_day,
           least(t.closes_on + 1, $as_of)::timestamptz as until_time
    from trials t left join catalogue i using (item_id) where t.opens_on < $as_of
),
people as (
    select o.trial_id, true as is_applicant, a.user_id, arg_min(a.source, a.applied_at) as source
    from opened o join applications a on a.trial_id = o.trial_id
        and a.applied_at >= o.from_time and a.applied_at < o.until_time
    group by all
    union all
    select distinct o.trial_id, false as is_applicant, e.user_id, null as source
    from opened o join catalogue i on i.item_need_group = o.item_need_group
    join events e on e.item_id = i.item_id and e.event_type = 'purchase'
        and e.occurred_at >= o.until_time - interval 365 day and e.occurred_at < o.until_time
),
described as (
    select p.trial_id, p.is_applicant,
           {AGE_BAND.format(users="u", year="year(o.until_day)")} as age_band, u.region,
           case when exists (
               select 1 from awards w where w.user_id = p.user_id and w.awarded_at < o.until_time
           ) then 'false' else 'true' end as is_newcomer,
           case when p.is_applicant then coalesce(p.source, 'unknown') end as source
    from people p join opened o using (trial_id) left join users u using (user_id)
),
cells as (
    select trial_id, attribute, coalesce(value, 'unknown') as value,
           count(*) filter (is_applicant) as applicants,
           case when attribute <> 'source' then count(*) filter (not is_applicant) end as buyers
    from described unpivot include nulls (
        value for attribute in (age_band, region, is_newcomer, source)
    )
    where list_contains($attributes, attribute) and (attribute <> 'source' or is_applicant)
    group by 1, 2, 3
),
ordered as (
    select *, sum(applicants) over (
        partition by trial_id, attribute order by applicants, value
        rows between unbounded preceding and 1 preceding
    ) as smaller
    from cells
)
,
merged as (
    select trial_id, attribute,
           case when applicants < $smallest or coalesce(smaller, 0) between 1 and $smallest - 1
               then 'other' else value end as value,
           sum(applicants)::bigint as applicants, sum(buyers)::bigint as buyers
    from ordered group by 1, 2, 3
)
select *, sum(applicants) over (partition by trial_id, attribute)::bigint as all_applicants,
       sum(buyers) over (partition by trial_id, attribute)::bigint as all_buyers
from merged
qualify all_applicants >= $smallest
    and not (value = 'other' and count(*) over (partition by trial_id, attribute) = 1)
order by trial_id, attribute, value
"""


def describe_applicants(
    tables: Mapping[str, pa.Table], known: frozenset[str], as_of: date, smallest: int
) -> pa.Table:
    """Compare a trial's applicants with the buyers of its need group in the last 365 days.

    The index is 100 × applicant share / buyer share; its interval is Wilson's for the applicant
    share, the buyers being taken as they are. An attribute without data is left out, and so is
    one whose bands all had to be merged.

    Args:
        tables: All declared input tables.
        known: The input columns that hold anything, as ``table.column``.
        as_of: The day; trials that opened before it are described.
        smallest: Fewest applicants in a published band; smaller ones are merged into ``other``.

    Returns:
        ``APPLICANT_PROFILE`` rows. People with no value are the band ``unknown``.
    """
    names = ("trials", "items", "users", "applications", "awards", "events")
    cells = query(
        _PROFILE,
        {name: tables[name] for name in names},
        as_of=as_of,
        attributes=[name for name, needs in _NEEDS.items() if not known.isdisjoint(needs)],
        smallest=smallest,
    )
    share = numbers(cells, "applicants") / numbers(cells, "all_applicants")
    buyer_share = _ratio(numbers(cells, "buyers"), numbers(cells, "all_buyers"))
    low, high = wilson(share, numbers(cells, "all_applicants"))
    columns = {
        "applicant_share": share,
        "buyer_share": buyer_share,
        "index": _INDEX * _ratio(share, buyer_share),
        "low": _INDEX * _ratio(low, buyer_share),
        "high": _INDEX * _ratio(high, buyer_share),
    }
    for name, values in columns.items():
        cells = cells.append_column(name, pa.array(values, from_pandas=True))
    return APPLICANT_PROFILE.conform(cells)


def _ratio(over: Floats, under: Floats) -> Floats:
    """Divide; what cannot be known, because there is nothing to divide by, is NaN."""
    ratio: Floats = np.divide(over, under, out=np.full(len(over), np.nan), where=under > 0)
    return ratio
