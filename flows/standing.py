"""What stands in a store already, and leaves a day nothing to do."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any, Final

from flows.recall import Past, run_ids
from infra.publish import Status
from infra.publish.inventory import day_of
from infra.store import Store

logger = logging.getLogger(__name__)

INDEX: Final = "index.html"


def superseded(past: Past, day: date, target: Store) -> dict[str, Any]:
    """Return the outcome of a day before the store's current one: nothing is done.

    Args:
        past: The current run.
        day: The day that was asked for, before the current run's.
        target: The store.
    """
    ledger = past.ledger
    stands = any(day_of(run_id) == day for run_id in run_ids(target))
    note = (
        f"{day} {'stands as it was published' if stands else 'was never published'}: "
        f"{ledger.as_of} is current (run {ledger.run_id}), and a store never goes back to an older "
        f"day. Rows that came late count in the next day that runs, or in {ledger.as_of} run again"
    )
    logger.info("%s", note)
    return {
        "outcome": str(Status.SUPERSEDED),
        "run_id": ledger.run_id,
        "as_of": day.isoformat(),
        "verdict": ledger.verdict,
        "skipped": [],
        "tables": [],
        "index": f"{target.address}/{INDEX}",
        "note": note,
    }
