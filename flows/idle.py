"""A day that is published already: told from the store and the data alone, no flow is started."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from flows.assembly import DayRun
from flows.corrections import decisions
from flows.day import already_published
from flows.ledger import file_digests
from flows.observing import Watch
from flows.operations import recorded
from flows.recall import recall
from flows.report_models import models_in_use
from flows.settings import load_settings
from infra.errors import StoreError
from infra.landing import fetch_inputs
from infra.store import open_store
from quality.errors import ContractError


def nothing_to_do(
    data: str, store: str, day: date, stages: Sequence[str], config: Path | None
) -> dict[str, Any] | None:
    """Return the outcome of a day that stands as it would be made, or None if it must be run.

    Where no Prefect server is up, starting one would take longer than all of this. Whatever goes
    wrong here is left to the flow, which meets it again, tries it again and tells whom it concerns.

    Args:
        data: Folder or ``s3://`` prefix of the input tables; looked at only if the day is current.
        store: Folder or ``s3://`` prefix that is published to.
        day: The as-of day.
        stages: What would be run.
        config: Settings file.
    """
    settings, watch = load_settings(config), Watch(day)
    target = open_store(store, settings.store)
    try:
        past = recall(target)
        if past is None or past.ledger.as_of != day or past.ledger.verdict == "block":
            return None
        with tempfile.TemporaryDirectory(prefix="shike-") as work:
            inputs = file_digests(fetch_inputs(data, Path(work) / "inputs", settings.store))
        decided = decisions(target, day, settings.shop.pseudonym_key)
        models = models_in_use(target, day, decided)
        run = DayRun(settings, day, tuple(stages), past, decided, models, watch)
        watch.knows(run.named(inputs))
        if watch.run_id != past.ledger.run_id:
            return None
        with recorded(target, watch) as told:
            return already_published(past, target, told)
    except (ContractError, StoreError):
        return None
