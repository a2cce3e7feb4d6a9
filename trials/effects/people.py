"""What everybody in a trial's lottery did in a window before the draw and in one after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from quality.database import query
from quality.needs import NEED_GROUP_SQL
from trials.arrays import numbers, texts, truths
from trials.inputs import complete

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from trials.arrays import Bools, Ints, Texts

OUTCOMES = ("item", "need_group")

OBSERVED = f"""
catalogue as (select *, {NEED_GROUP_SQL} as item_need_group from items),
drawn as (
    select t.trial_id, t.merchant_id, t.item_id, i.item_need_group, i.list_price, i.currency,
           t.closes_on + 1 as drawn_on
    from trials t left join catalogue i using (item_id)
),
observed as (
    select s.trial_id, s.user_id, s.stratum, s.arm, s.waitlist_position, w.window_days,
           d.merchant_id, d.item_id, d.item_need_group, d.list_price, d.currency, d.drawn_on,
           (d.drawn_on - w.window_days)::timestamptz as before_time,
           d.drawn_on::timestamptz as from_time,
           (d.drawn_on + w.window_days)::timestamptz as until_time
    from selection s join drawn d using (trial_id)
    cross join (select unnest($windows)::integer as window_days) w
    where s.arm in ('band', 'holdout', 'waitlist') and d.drawn_on + w.window_days <= $as_of
)"""
"""Everybody in the lottery of a band, by window that has passed.

The windows start on the day after applications closed, so all before them was fixed by the draw.
"""

# Quantities may be fractions, whose sums differ in the last places from thread to thread.
_PEOPLE = f"""
with {OBSERVED},
moved as (
    select o.trial_id, o.user_id, o.window_days, e.item_id,
           e.occurred_at >= o.from_time as is_after,
           sum(case when e.event_type = 'purchase' then 1 else -1 end * coalesce(e.quantity, 1))
               > 1e-6 as is_kept
    from observed o join events e on e.user_id = o.user_id
        and e.event_type in ('purchase', 'return')
        and e.occurred_at >= o.before_time and e.occurred_at < o.until_time
    left join catalogue i on i.item_id = e.item_id
    where case when $outcome = 'item' then e.item_id = o.item_id
        else i.item_need_group = o.item_need_group end
    group by all
),
bought as (
    select trial_id, user_id, window_days, bool_or(is_kept and is_after) as has_bought,
           bool_or(is_kept and not is_after) as had_bought
    from moved group by all
),
given as (select distinct trial_id, user_id from awards where awarded_at < $as_of)
select o.trial_id, o.window_days, o.user_id, o.stratum, o.arm, o.waitlist_position,
       o.merchant_id, o.item_need_group as need_group, o.list_price, o.currency,
       coalesce(b.has_bought, false) as has_bought, coalesce(b.had_bought, false) as had_bought,
       g.user_id is not null as is_given
from observed o
left join bought b on b.trial_id = o.trial_id and b.user_id = o.user_id
    and b.window_days = o.window_days
left join given g on g.trial_id = o.trial_id and g.user_id = o.user_id
order by o.trial_id, o.window_days, o.user_id
"""


@dataclass(frozen=True, kw_only=True)
class Lottery:
    """Everybody in the lottery of one trial's band, over one window; arrays of shape (n,)."""

    trial_id: str
    window_days: int
    merchant_id: str
    need_group: str | None
    """Of the trial's item; None if the item is not in the catalogue."""
    list_price: float | None
    """Of the trial's item, in ``currency``."""
    currency: str | None
    stratum: Ints
    """Numbered from 0."""
    is_winner: Bools
    """Drawn in the band; the others wait or are held out."""
    is_waiting: Bools
    """On the waitlist."""
    place: Ints
    """Place on the waitlist, from 1; 0 if not on it."""
    is_given: Bools
    """Whether an award is on record."""
    has_bought: Bools
    """Kept a purchase made in the window after the draw."""
    had_bought: Bools
    """Kept a purchase made in the window of the same length before it."""


def lotteries(
    tables: Mapping[str, pa.Table],
    selection: pa.Table,
    *,
    as_of: date,
    windows: Sequence[int],
    outcome: str,
) -> Iterator[Lottery]:
    """Yield the lotteries whose window has passed, by trial and window.

    Somebody has bought who kept a pack: purchases less returns of an item, both inside the window,
    are above 0. So a figure, once stated, does not change with what comes back later.

    Args:
        tables: Input tables; ``trials``, ``items``, ``events`` and ``awards`` are read.
        selection: Selections of earlier draws.
        as_of: The day; purchases and awards before its start count.
        windows: Days after the draw.
        outcome: What counts as bought: the trial's ``item``, or anything of its ``need_group``.
    """
    whole = complete(tables)
    sources = {name: whole[name] for name in ("trials", "items", "events", "awards")}
    people = query(
        _PEOPLE,
        sources | {"selection": selection},
        as_of=as_of,
        windows=list(windows),
        outcome=outcome,
    )
    for start, end in runs(texts(people, "trial_id"), people["window_days"].to_numpy()):
        yield _lottery(people.slice(start, end - start))


def _lottery(people: pa.Table) -> Lottery:
    first = people.slice(0, 1).to_pylist()[0]
    arm, place = texts(people, "arm"), numbers(people, "waitlist_position")
    strata = np.array([str(name) for name in texts(people, "stratum")])
    return Lottery(
        trial_id=first["trial_id"],
        window_days=first["window_days"],
        merchant_id=first["merchant_id"],
        need_group=first["need_group"],
        list_price=first["list_price"],
        currency=first["currency"],
        stratum=np.unique(strata, return_inverse=True)[1].astype(np.int64),
        is_winner=arm == "band",
        is_waiting=arm == "waitlist",
        place=np.nan_to_num(place).astype(np.int64),
        **{name: truths(people, name) for name in ("is_given", "has_bought", "had_bought")},
    )


def runs(*keys: Texts | Ints) -> Iterator[tuple[int, int]]:
    """Yield the first row of each combination of sorted keys, and the row after its last."""
    if not len(keys[0]):
        return
    is_first = np.r_[True, np.any([key[1:] != key[:-1] for key in keys], axis=0)]
    starts = np.flatnonzero(is_first)
    yield from zip(starts.tolist(), [*starts[1:].tolist(), len(keys[0])], strict=True)
