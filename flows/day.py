"""The day: land, check, call, publish. One flow runs all stages or some of them."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact

from flows import stages as stage
from flows.assembly import STAGES, DayRun
from flows.checkpoints import Checkpoints
from flows.corrections import decisions
from flows.embeddings import check_embeddings
from flows.engine import engine
from flows.inputs import scanned
from flows.ledger import Ledger, file_digests
from flows.notifying import tell
from flows.observing import Watch, rows_of
from flows.operations import Told, people_of, published_of, recorded
from flows.publication import Edition, Publication
from flows.recall import FRONT_PAGE, INTERNAL, Past, recall
from flows.report_models import models_in_use
from flows.settings import Settings, load_settings
from flows.standing import INDEX, superseded
from flows.summary import run_summary
from infra.files import PARQUET
from infra.logs import configure_logging, is_configured
from infra.publish import Outcome, Status, publish_day, put_page, store_once
from infra.store import Store, open_store
from quality.errors import ContractError
from quality.validation import Validation

logger = logging.getLogger(__name__)


@flow(
    name="day",
    flow_run_name="day {as_of}",
    validate_parameters=False,
    on_failure=[tell],
    on_crashed=[tell],
    on_cancellation=[tell],
)
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
        SettingsError: If the settings ask for sentence embeddings that are not installed.
        ContractError: If validation blocks; the findings are published, nothing else.
        InfeasibleError: If no selection meets a trial's quotas; nothing is published.
        StoreError: If storage does not answer.
        ClusterError: If the Dask cluster that was asked for ends.
    """
    settings = load_settings(Path(config) if config else None)
    check_embeddings("[review] second_reading", settings.review.second_reading)
    day = date.fromisoformat(as_of) if as_of else datetime.now(UTC).date()
    target = open_store(store, settings.store)
    if settings.logging.format == "json" and not is_configured():
        # A scheduled run has no command line that would have done it.
        configure_logging(verbose=False, form="json")
    watch = Watch(day)
    with recorded(target, watch) as told:
        return _day(data, target, tuple(stages), settings, watch, told)


def _day(
    data: str,
    target: Store,
    stages: tuple[str, ...],
    settings: Settings,
    watch: Watch,
    told: Told,
) -> dict[str, Any]:
    """Run one attempt at the day; what it comes to know goes to ``told``."""
    day = watch.as_of
    past = recall(target)
    if past and past.ledger.as_of > day:
        told.status = Status.SUPERSEDED
        return superseded(past, day, target)
    with tempfile.TemporaryDirectory(prefix="shike-") as work:
        with watch.stage("land"):
            folder = stage.land(data, Path(work) / "inputs", settings)
        inputs = file_digests(folder)
        decided = decisions(target, day, settings.shop.pseudonym_key)
        models = models_in_use(target, day, decided)
        run = DayRun(settings, day, stages, past, decided, models, watch)
        watch.knows(run.named(inputs))
        if past and past.ledger.run_id == watch.run_id:
            return already_published(past, target, told)
        told.validation = validation = _validated(run, folder, Path(work))
        with engine(settings.run, Path(work)) as run.spread:
            edition = _edition(run, inputs, validation, target)
            told.people = people_of(scanned(validation.tables), edition.outputs)
            told.outputs = rows_of(edition.outputs)
            with watch.stage("pages") as notes:
                notes.read(edition.outputs)
                publication = edition.publication(
                    with_merchants=bool(edition.ledger.stages), spread=run.spread
                )
    return _published(target, publication, watch, told)


def _validated(run: DayRun, folder: Path, work: Path) -> Validation:
    """Check what was delivered, and what was mended since."""
    corrections = run.decided.corrections(work / "replays")
    checked = work / "checked"
    with run.watch.stage("validate") as notes:
        validation = stage.check(folder, checked, run.day, run.settings, corrections, run.histories)
        notes.rows_in = {count.table: count.read for count in validation.counts}
        notes.rows_out = {count.table: count.accepted for count in validation.counts}
    return validation


def _edition(run: DayRun, inputs: dict[str, str], validation: Validation, target: Store) -> Edition:
    """Run the stages; of data or of tables of ours that are not fit only the findings remain."""
    if validation.verdict == "block":
        run = run.without_stages()
    edition = run.edition(inputs, validation, Checkpoints(target, run.named(inputs)))
    if edition.ledger.verdict == "block" and run.stages:
        run = run.without_stages()
        report = edition.outputs["validation_report"]
        checkpoints = Checkpoints(target, run.named(inputs, report=report))
        edition = run.edition(inputs, validation, checkpoints, report=report)
    return edition


def _published(target: Store, publication: Publication, watch: Watch, told: Told) -> dict[str, Any]:
    """Publish, leave a summary in Prefect, and refuse a blocked day once its findings are out."""
    told.ledger = ledger = publication.ledger
    watch.knows(ledger.run_id)
    with watch.stage("publish"):
        outcomes = write(target, publication)
    told.published = published_of(publication, outcomes)
    told.status = status = outcomes[INTERNAL].status
    create_markdown_artifact(run_summary(ledger, told, watch.stages), key="run-summary")
    _refuse_if_blocked(ledger, target)
    return _result(ledger, status, target)


@task(**stage.RETRIED)
def write(target: Store, publication: Publication) -> dict[str, Outcome]:
    """Publish whole or not at all; the page a person opens first comes last."""
    for key, body in publication.state.items():
        store_once(target, key, body, PARQUET)
    ledger = publication.ledger
    outcomes = publish_day(target, ledger.run_id, publication.prefixes, as_of=ledger.as_of)
    if outcomes[INTERNAL].status in (Status.PUBLISHED, Status.CURRENT):
        put_page(target, INDEX, publication.index)
    return outcomes


def already_published(past: Past, target: Store, told: Told) -> dict[str, Any]:
    """Return the outcome of a run that is current; refuse again if its findings block it."""
    told.ledger, told.status, told.outputs = past.ledger, Status.CURRENT, past.rows()
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
