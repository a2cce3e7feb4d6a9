"""The day: land, check, call, publish. One flow runs all stages or some of them."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact

from flows import stages as stage
from flows.assembly import STAGES, DayRun
from flows.checkpoints import Checkpoints
from flows.corrections import decisions
from flows.ledger import Ledger, file_digests
from flows.publication import Publication
from flows.recall import FRONT_PAGE, Past, recall
from flows.settings import load_settings
from flows.summary import run_summary
from infra.files import PARQUET
from infra.publish import Status, publish_day, put_page, store_once
from infra.store import Store, open_store
from quality.errors import ContractError

logger = logging.getLogger(__name__)

INDEX: Final = "index.html"


@flow(name="day", flow_run_name="day {as_of}", validate_parameters=False)
def run_day(
    data: str,
    store: str,
    as_of: str | None = None,
    stages: Sequence[str] = STAGES,
    config: str | None = None,
) -> dict[str, Any]:
    """Validate the data, run the stages, publish.

    Args:
        data: Folder or ``s3://`` prefix of the input tables.
        store: Folder or ``s3://`` prefix to publish to.
        as_of: Everything before the start of this day (YYYY-MM-DD, UTC) is known, nothing after;
            None is the day on which the flow runs.
        stages: Which of recommend, recruit, review and effect to run; the tables of the others are
            carried over from the current run.
        config: Settings file; None is ``shike.toml`` in the working folder, if there.

    Returns:
        What happened, as plain data: outcome, run_id, as_of, verdict, skipped, tables, index.

    Raises:
        ContractError: If validation blocks; the findings are published, nothing else.
        InfeasibleError: If no selection meets a trial's quotas; nothing is published.
        StoreError: If storage does not answer.
    """
    settings = load_settings(Path(config) if config else None)
    day = date.fromisoformat(as_of) if as_of else datetime.now(UTC).date()
    target = open_store(store, settings.store)
    with tempfile.TemporaryDirectory(prefix="shike-") as work:
        folder = stage.land(data, Path(work) / "inputs", settings)
        inputs = file_digests(folder)
        past = recall(target)
        decided = decisions(target, day, settings.shop.pseudonym_key)
        run = DayRun(settings, day, tuple(stages), past, decided)
        if past and past.ledger.run_id == run.named(inputs):
            return _already_published(past, target)
        corrections = decided.corrections(Path(work) / "replays")
        checked = Path(work) / "checked"
        validation = stage.check(folder, checked, day, settings, corrections, run.histories)
        if validation.verdict == "block":
            run = DayRun(settings, day, (), past, decided)
        edition = run.edition(inputs, validation, Checkpoints(target, run.named(inputs)))
        if edition.ledger.verdict == "block" and run.stages:
            run = DayRun(settings, day, (), past, decided)
            report = edition.outputs["validation_report"]
            checkpoints = Checkpoints(target, run.named(inputs, report=report))
            edition = run.edition(inputs, validation, checkpoints, report=report)
        publication = edition.publication(with_merchants=bool(run.stages))
    status = write(target, publication)
    create_markdown_artifact(run_summary(publication.ledger, edition.outputs), key="run-summary")
    _refuse_if_blocked(publication.ledger, target)
    return _result(publication.ledger, status, target)


@task(**stage.RETRIED)
def write(target: Store, publication: Publication) -> Status:
    """Publish whole or not at all; the page a person opens first comes last."""
    for key, body in publication.state.items():
        store_once(target, key, body, PARQUET)
    ledger = publication.ledger
    outcomes = publish_day(target, ledger.run_id, publication.prefixes, as_of=ledger.as_of)
    status = outcomes["internal"].status
    if status in (Status.PUBLISHED, Status.CURRENT):
        put_page(target, INDEX, publication.index)
    logger.info("publish: %s, %d prefixes", status, len(outcomes))
    return status


def _already_published(past: Past, target: Store) -> dict[str, Any]:
    logger.info("%s is published already; nothing to do", past.ledger.run_id)
    # The run may have been killed between its last pointer and the index.
    put_page(target, INDEX, past.body(FRONT_PAGE))
    _refuse_if_blocked(past.ledger, target)
    return _result(past.ledger, Status.CURRENT, target)


def _refuse_if_blocked(ledger: Ledger, target: Store) -> None:
    if ledger.verdict == "block":
        raise ContractError(
            f"validation blocks the day {ledger.as_of}; the findings are published, nothing else: "
            f"open {target.address}/{INDEX}"
        )


def _result(ledger: Ledger, status: Status, target: Store) -> dict[str, Any]:
    return {
        "outcome": str(status),
        "run_id": ledger.run_id,
        "as_of": ledger.as_of.isoformat(),
        "verdict": ledger.verdict,
        "skipped": list(ledger.skipped),
        "tables": sorted(ledger.origins),
        "index": f"{target.address}/{INDEX}",
    }
