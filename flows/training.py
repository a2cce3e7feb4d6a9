"""Training of the models that read trial reports: a flow of its own, beside the day."""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows import stages as stage
from flows.corrections import Decisions, decisions
from flows.embeddings import check_embeddings
from flows.ledger import file_digests, name_run
from flows.notifying import tell
from flows.packaged_texts import packaged_texts
from flows.recall import recall
from flows.report_models import CARD, PREFIX, ReportModels, models_in_use, objects_of
from flows.settings import Settings, load_settings
from infra.logs import configure_logging, is_configured
from infra.publish import Outcome, PublishedObject, publish, read_object, read_pointer
from infra.store import Store, open_store
from quality.errors import ContractError
from trials.identities import by_person
from trials.reports.own_texts import OwnText, ReportText, doubtful_texts, own_texts
from trials.reports.retraining import Comparison, Learned, Teaching, retrain
from trials.reports.sentence_embeddings import E5Embedder
from trials.reports.tutoring import Tutor, retrain_tutored

logger = logging.getLogger(__name__)

STAGE = "train"


@flow(
    name="report-models",
    flow_run_name="report models {as_of}",
    validate_parameters=False,
    on_failure=[tell],
    on_crashed=[tell],
    on_cancellation=[tell],
)
def train_models(
    data: str, store: str, as_of: str | None = None, config: str | None = None
) -> dict[str, Any]:
    """Learn polarity anew from the shop's stars; later days read with what is no worse.

    Args:
        data: Folder or ``s3://`` prefix of the input tables.
        store: Folder or ``s3://`` prefix to publish to.
        as_of: Reports before the start of this day (YYYY-MM-DD, UTC) are learned from; days after
            it read with the models. None is the day on which the flow runs.
        config: Settings file; None is ``shike.toml`` in the working folder, if there.

    Returns:
        What happened, as plain data: outcome, run_id, as_of, and comparisons, one a language as
        :class:`~trials.reports.retraining.Comparison` describes them.

    Raises:
        SettingsError: If the settings ask for a teacher that is not installed.
        ContractError: If validation blocks; nothing is learned.
        StoreError: If storage does not answer.
    """
    settings = load_settings(Path(config) if config else None)
    check_embeddings("[train] teacher", settings.train.teacher)
    day = date.fromisoformat(as_of) if as_of else datetime.now(UTC).date()
    target = open_store(store, settings.store)
    if settings.logging.format == "json" and not is_configured():
        # A scheduled run has no command line that would have done it.
        configure_logging(verbose=False, form="json")
    return _train(data, target, day, settings)


def _train(data: str, target: Store, day: date, settings: Settings) -> dict[str, Any]:
    decided = decisions(target, day, settings.shop.pseudonym_key)
    current = models_in_use(target, day, decided)
    with tempfile.TemporaryDirectory(prefix="shike-") as work:
        folder = stage.land(data, Path(work) / "inputs", settings)
        seen = decided.fingerprint() + current.fingerprint()
        run_id = name_run(file_digests(folder), day, (STAGE,), settings, seen)
        pointer = read_pointer(target, PREFIX)
        if pointer is not None and pointer.run_id == run_id:
            return _told(run_id, day, "current", read_object(target, PREFIX, CARD))
        own, doubtful = _own_texts(folder, Path(work), target, day, settings, decided)
    packaged = packaged_texts(with_texts=settings.train.with_packaged)
    teaching = {language: each.teaching for language, each in packaged.items()}
    replacing, comparisons = learn(own, doubtful, teaching, current, settings)
    sources = {language: each.source for language, each in packaged.items() if each.source}
    objects = objects_of(current.after(replacing, run_id, decided), comparisons, sources)
    outcome = put(target, run_id, objects, day)
    return _told(run_id, day, str(outcome.status), bytes(objects[CARD].body))


def _own_texts(
    folder: Path, work: Path, target: Store, day: date, settings: Settings, decided: Decisions
) -> tuple[list[OwnText], list[ReportText]]:
    """Return accepted reports with clear stars and without; erased persons have none."""
    past = recall(target)
    corrections = decided.corrections(work / "replays")
    histories = past.histories(day) if past else {}
    validation = stage.check(folder, work / "checked", day, settings, corrections, histories)
    if validation.verdict == "block":
        raise ContractError(
            f"validation blocks the day {day}; nothing is learned from its data: run the day to "
            "see the findings"
        )
    needed = ("identities", "reports")
    told = {name: validation.tables[name] for name in needed if name in validation.tables}
    persons = by_person(told).tables
    if "reports" not in persons:
        return [], []
    return own_texts(persons["reports"], day), doubtful_texts(persons["reports"], day)


@task(cache_policy=NO_CACHE)
def learn(
    own: Sequence[OwnText],
    doubtful: Sequence[ReportText],
    packaged: Mapping[str, Teaching],
    current: ReportModels,
    settings: Settings,
) -> tuple[dict[str, Learned], list[Comparison]]:
    """Train a model a language, and compare it with the one in use."""
    if settings.train.teacher == "none":
        replacing, comparisons = retrain(own, packaged, current.load(), settings.train)
    else:
        tutor = Tutor(E5Embedder(), doubtful)
        replacing, comparisons = retrain_tutored(
            own, packaged, current.load(), settings.train, tutor
        )
    for each in comparisons:
        seen = each.language, each.verdict, each.own, each.tutored, each.compared
        logger.info("model of %s: %s; %d own reports teach, %d by a teacher, %d compare", *seen)
    return replacing, comparisons


@task(**stage.RETRIED)
def put(target: Store, run_id: str, objects: Mapping[str, PublishedObject], day: date) -> Outcome:
    """Publish what was learned, whole or not at all."""
    return publish(target, PREFIX, run_id, objects, as_of=day)


def _told(run_id: str, day: date, outcome: str, card: bytes) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "run_id": run_id,
        "as_of": day.isoformat(),
        "comparisons": json.loads(card)["comparisons"],
    }
