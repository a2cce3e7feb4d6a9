"""Before the draw: what it could show with the applicants so far, and whether its quotas can be met."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from quality.database import query
from quality.tables.outputs import TRIAL_OUTLOOK
from trials.arrays import texts, truths
from trials.facts import AGE_BAND
from trials.plan import Limits
from trials.power import smallest_detectable_effect
from trials.quotas import members, parse_quotas
from trials.strata import DrawOptions, plan_draw

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from trials.plan import Plan
    from trials.quotas import Quota

_NO_MAXIMUM = sys.maxsize
_OPEN = """
select * from trials where opens_on < $as_of and closes_on >= $as_of order by trial_id
"""
_APPLICANTS = f"""
with so_far as (
    select distinct a.trial_id, a.user_id, t.item_id from applications a
    join open using (trial_id) join trials t using (trial_id)
    where a.applied_at >= t.opens_on::timestamptz and a.applied_at < $as_of::timestamptz
)
select s.trial_id, s.user_id, u.* exclude (user_id, age_band),
       {AGE_BAND.format(users="u", year="year($as_of)")} as age_band,
       not exists (
           select 1 from awards w
           where w.user_id = s.user_id and w.awarded_at < $as_of::timestamptz
       ) as is_newcomer,
       exists (
           select 1 from events e
           where e.user_id = s.user_id and e.item_id = s.item_id and e.event_type = 'purchase'
               and e.occurred_at >= $as_of::timestamptz - interval 30 day
               and e.occurred_at < $as_of::timestamptz
       ) as is_recent_buyer
from so_far s left join users u using (user_id) order by s.trial_id, s.user_id
"""


def foresee(plan: Plan, buyers: int, applicants: int) -> float | None:
    """Say before the draw what its band could show.

    Args:
        plan: The plan of the draw.
        buyers: Applicants who bought the item in the last 30 days.
        applicants: All of them: the rate without treatment is (buyers + ½) / (applicants + 1).

    Returns:
        The smallest detectable effect; None if an arm would be empty.
    """
    bands = [one for one in plan.strata if one.arm == "band"]
    seats = sum(one.seats for one in bands)
    held_out = sum(one.candidates - one.seats - one.waitlist for one in bands)
    return smallest_detectable_effect((buyers + 0.5) / (applicants + 1), seats, held_out)


def look_ahead(
    tables: Mapping[str, pa.Table], as_of: date, options: DrawOptions, smallest: int
) -> pa.Table:
    """Describe the trials that take applications on the day.

    All applicants so far are taken as eligible, and the draw as one without quotas: the figures are
    the best that today's applicants allow.

    Args:
        tables: All declared input tables.
        as_of: The day; applications before its start count.
        options: How the units will be shared.
        smallest: Numbers of fewer people are null.

    Returns:
        ``TRIAL_OUTLOOK`` rows, one an open trial.

    Raises:
        ContractError: If quotas cannot be read.
    """
    trials = query(_OPEN, {"trials": tables["trials"]}, as_of=as_of)
    if not len(trials):
        return TRIAL_OUTLOOK.empty()
    names = ("trials", "applications", "users", "awards", "events")
    sources = {name: tables[name] for name in names} | {"open": trials.select(["trial_id"])}
    applicants = query(_APPLICANTS, sources, as_of=as_of)
    found, of = (texts(rows, "trial_id").astype(str) for rows in (trials, applicants))
    starts, ends = (np.searchsorted(of, found, side) for side in ("left", "right"))
    rows = [
        _outlook(trial, applicants.slice(start, end - start), options, smallest)
        for trial, start, end in zip(trials.to_pylist(), starts, ends, strict=True)
    ]
    return TRIAL_OUTLOOK.conform(pa.Table.from_pylist(rows, TRIAL_OUTLOOK.schema))


def _outlook(
    trial: Mapping[str, Any], applicants: pa.Table, options: DrawOptions, smallest: int
) -> dict[str, Any]:
    n, units = len(applicants), trial["units"]
    no_limits = Limits(quotas=(), is_member=np.zeros((n, 0), dtype=np.bool_))
    plan = plan_draw(np.arange(n) < units, no_limits, options)
    buyers = int(truths(applicants, "is_recent_buyer").sum())
    quotas = parse_quotas(trial["trial_id"], trial["quotas"], _NO_MAXIMUM)
    is_told = n >= smallest
    return {
        "trial_id": trial["trial_id"],
        "units": units,
        "applicants": n if is_told else None,
        "smallest_detectable_effect": foresee(plan, buyers, n) if is_told else None,
        "quotas": json.dumps(
            [_so_far(quota, applicants, units, smallest) for quota in quotas],
            ensure_ascii=False,
            separators=(",", ":"),
        ),
    }


def _so_far(quota: Quota, applicants: pa.Table, units: int, smallest: int) -> dict[str, Any]:
    """Count a quota's applicants; None where they, or all the others, are few."""
    found = int(members(applicants, quota).sum())
    few = found < smallest or 0 < len(applicants) - found < smallest
    return {
        "attribute": quota.attribute,
        "value": quota.value,
        "min": quota.low,
        "max": None if quota.high == _NO_MAXIMUM else quota.high,
        "applicants": None if few else found,
        "is_short": min(found, units) < quota.low,
    }
