"""Who has been promised a unit already, though the shop's own records may not show it yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.database import query
from quality.tables.inputs import AWARDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

_WITH_EARLIER = """
select trial_id, user_id, awarded_at, delivered_on from awards
union all
select s.trial_id, s.user_id, (t.closes_on + 1)::timestamptz as awarded_at, null as delivered_on
from selection s join trials t using (trial_id)
anti join awards w on w.trial_id = s.trial_id and w.user_id = s.user_id
where s.arm in ('core', 'band', 'open')
order by trial_id, user_id
"""


def with_earlier_winners(
    tables: Mapping[str, pa.Table], earlier_selection: pa.Table | None
) -> dict[str, pa.Table]:
    """Count the winners of earlier draws as recipients, from the day after applications closed.

    So a trial is drawn once, and nobody is chosen twice in the days until awards are recorded.

    Args:
        tables: All declared input tables.
        earlier_selection: Selections published on earlier days; None if there are none.

    Returns:
        The tables, with the winners who are not recorded yet added to ``awards``.
    """
    if earlier_selection is None:
        return dict(tables)
    sources = {"awards": tables["awards"], "trials": tables["trials"]}
    awards = query(_WITH_EARLIER, sources | {"selection": earlier_selection})
    return dict(tables) | {"awards": AWARDS.conform(awards)}
