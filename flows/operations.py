"""Each attempt at a day leaves its record in the store, however it ended."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from flows.exits import Exit, exit_for
from flows.ledger import Ledger
from flows.observing import Watch
from flows.publication import Publication
from infra.logs import PACKAGES, log_about
from infra.operations import PAGE, Attempt, Published, remember
from infra.pages import render_operations
from infra.publish import Outcome, Status, put_page
from infra.store import Store
from quality.database import query
from quality.scanning import Rows
from quality.validated import TableCount
from quality.validation import Validation

logger = logging.getLogger(__name__)


@dataclass
class Told:
    """What an attempt comes to know of its run; all of it stays empty if it ends before."""

    validation: Validation | None = None
    ledger: Ledger | None = None
    status: Status | None = None
    outputs: dict[str, int] = field(default_factory=dict)
    """Rows of every output table."""
    people: dict[str, int] = field(default_factory=dict)
    published: Published | None = None


@contextmanager
def recorded(store: Store, watch: Watch) -> Iterator[Told]:
    """Remember the attempt made within; whether that succeeds changes nothing about the attempt.

    Args:
        store: Where the day is published.
        watch: Of the attempt.

    Yields:
        What the attempt is to fill in as it comes to know it.
    """
    told, error = Told(), None
    with log_about(watch.about):
        try:
            yield told
        except Exception as found:
            error = found
            raise
        finally:
            _keep(store, _attempt(watch, told, error))


def people_of(inputs: Mapping[str, Rows], outputs: Mapping[str, Rows]) -> dict[str, int]:
    """Count the different people at each step, for the tables that there are."""
    tables = {
        "seen": inputs.get("events"),
        "recommended": outputs.get("recommendations"),
        "withheld": outputs.get("do_not_recommend"),
    }
    return {step: _people(table) for step, table in tables.items() if table is not None}


def published_of(publication: Publication, outcomes: Mapping[str, Outcome]) -> Published:
    """Sum up what publishing did."""
    bodies = (made.body for objects in publication.prefixes.values() for made in objects.values())
    return Published(
        prefixes=len(outcomes),
        objects=sum(outcome.objects for outcome in outcomes.values()),
        created=sum(outcome.created for outcome in outcomes.values()),
        bytes=sum(map(len, bodies)),
    )


def _people(rows: Rows) -> int:
    counted = query("SELECT count(DISTINCT user_id) AS people FROM rows", {"rows": rows})
    return int(counted["people"][0].as_py())


def _attempt(watch: Watch, told: Told, error: Exception | None) -> Attempt:
    verdict, rows = _checked(told)
    return Attempt(
        started=watch.started,
        seconds=round(watch.seconds, 3),
        as_of=watch.as_of,
        run_id=watch.run_id,
        outcome=_outcome(told, error),
        exit_code=exit_for(error).value if error else Exit.DONE.value,
        error=_sentence(error) if error else None,
        verdict=verdict,
        stages=tuple(watch.stages),
        rows=rows,
        outputs=told.outputs,
        people=told.people,
        published=told.published,
    )


def _checked(told: Told) -> tuple[str | None, tuple[TableCount, ...]]:
    """Return the verdict and the row counts, as far as the attempt came."""
    if told.ledger:
        return told.ledger.verdict, tuple(TableCount(**count) for count in told.ledger.counts)
    if told.validation:
        return told.validation.verdict, told.validation.counts
    return None, ()


def _outcome(told: Told, error: Exception | None) -> str:
    if error is None:
        return str(told.status)
    is_blocked = told.ledger is not None and told.ledger.verdict == "block"
    return "blocked" if is_blocked else "failed"


def _sentence(error: Exception) -> str:
    """Say what went wrong; a message that is not ours may quote data, so only its place is told."""
    if exit_for(error) is not Exit.FAULT:
        return str(error)
    ours = [
        f"{frame.f_globals['__name__']}:{line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if _package(frame) in PACKAGES and frame.f_globals["__name__"] != __name__
    ]
    return f"{type(error).__name__} at {ours[-1] if ours else 'an unknown place'}"


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__")).partition(".")[0]


def _keep(store: Store, attempt: Attempt) -> None:
    try:
        attempts = remember(store, attempt)
        put_page(store, PAGE, render_operations(attempts, home_href="../index.html"))
    except Exception as error:  # noqa: BLE001 - a record of the day must never decide the day
        logger.warning("the attempt is not recorded below operations/: %s", error)
