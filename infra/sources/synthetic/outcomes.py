"""What a draw causes in the made-up shop, once somebody has made the draw."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from infra.sources.synthetic import columns
from quality.tables.inputs import EVENTS

_NOON = 12 * 3_600


def outcome_purchases(outcomes: pa.Table, trials: pa.Table, recipients: pa.Table) -> pa.Table:
    """Return the purchases of trial items that follow from who was given a unit, as ``events``.

    Args:
        outcomes: ``truth/outcomes``, or the rows of the trials in question.
        trials: ``trials``.
        recipients: ``trial_id`` and ``user_id`` of those who were given a unit.

    Returns:
        One purchase an applicant who buys: with a unit if they were given one, else without.
    """
    was_given = pc.is_in(_pair(outcomes), value_set=_pair(recipients))
    buys = pc.if_else(was_given, outcomes["buys_treated"], outcomes["buys_untreated"])
    bought = outcomes.filter(buys)
    place = pc.index_in(bought["trial_id"], value_set=trials["trial_id"])
    noon = pc.add(
        pc.cast(bought["outcome_on"], pa.timestamp("us")), pa.scalar(_NOON, pa.duration("s"))
    )
    return EVENTS.conform(
        columns.table(
            EVENTS,
            event_id=_pair(bought),
            user_id=bought["user_id"],
            item_id=trials["item_id"].take(place),
            event_type=["purchase"] * len(bought),
            occurred_at=pc.assume_timezone(pc.cast(noon, pa.timestamp("us")), "UTC"),
            quantity=[1.0] * len(bought),
        )
    )


def _pair(rows: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(rows["trial_id"], rows["user_id"], "-")
