"""Many days, one after the other: each builds on the day before it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from prefect import flow

from flows.day import run_day
from flows.errors import SettingsError
from flows.notifying import tell
from flows.recall import recall
from flows.settings import load_settings
from flows.standing import superseded
from infra.store import open_store

logger = logging.getLogger(__name__)


@flow(
    name="backfill",
    flow_run_name="backfill {first} to {last}",
    validate_parameters=False,
    on_crashed=[tell],
    on_cancellation=[tell],
)
def run_days(
    data: str, store: str, first: str, last: str, config: str | None = None
) -> list[dict[str, Any]]:
    """Run the days in order, each as a flow run of its own, up to the first that fails.

    The store never goes back: a day before its current one is passed over, whether it was
    published in its time or not. The current day is looked at again and published again only if
    its data are others; days after it are run. So the same call may be repeated until all is done.

    Args:
        data: Folder or ``s3://`` prefix of the input tables.
        store: Folder or ``s3://`` prefix to publish to.
        first: The first as-of day, YYYY-MM-DD.
        last: The last one; it is run too.
        config: Settings file; None is ``shike.toml`` in the working folder, if there.

    Returns:
        What happened on each day; see :func:`flows.day.run_day`.

    Raises:
        SettingsError: If the days are no range.
        Exception: What stopped the first day that failed, with a note about the days before it.
    """
    days = days_between(date.fromisoformat(first), date.fromisoformat(last))
    done: list[dict[str, Any]] = []
    for day in days:
        try:
            done.append(_run(day, data, store, config))
        except Exception as error:
            error.add_note(_how_to_go_on(done, days))
            raise
        outcome = done[-1]["outcome"]
        logger.info("backfill: %s %s, %d of %d days", day, outcome, len(done), len(days))
    return done


def days_between(first: date, last: date) -> list[date]:
    """Return the days from the first to the last, both included.

    Raises:
        SettingsError: If the last is before the first.
    """
    if last < first:
        raise SettingsError(f"the last day must not be before the first, found {first} to {last}")
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def _run(day: date, data: str, store: str, config: str | None) -> dict[str, Any]:
    settings = load_settings(Path(config) if config else None)
    target = open_store(store, settings.store)
    past = recall(target)
    if past is None or past.ledger.as_of <= day:
        return run_day(data=data, store=store, as_of=day.isoformat(), config=config)
    return superseded(past, day, target)


def _how_to_go_on(done: Sequence[dict[str, Any]], days: Sequence[date]) -> str:
    failed = days[len(done)]
    before = ", ".join(f"{day['as_of']} {day['outcome']}" for day in done) or "none"
    return (
        f"The backfill stopped at {failed}, day {len(done) + 1} of {len(days)}; before it: "
        f"{before}. Mend what is named and run the same command again, or with --from {failed}: "
        "what is published stays, and nothing is published twice."
    )
