"""The shop's own models of trial reports: where trainings leave them, and which one a day reads with.

Every training publishes a run below ``internal/report_models``: a card in JSON, and the models in
use from then on, as far as they are the shop's own. A day reads with the newest of a day before it,
so that running a day again finds what it found at first, and with the packaged models where the
shop has none. It does so, too, if a person was erased from whose reports a model learned, or if
other code made it, until models are trained again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from flows.code import digest_of_code
from flows.corrections import Decisions
from infra.publish import Manifest, PublishedObject, read_pointer
from infra.publish.inventory import day_of
from infra.publish.reading import understood, verified
from infra.publish.records import manifest_key
from infra.store import Store
from trials.reports.polarity import Polarity, PolarityModel, PolarityModels, load_models
from trials.reports.retraining import Comparison, Learned

logger = logging.getLogger(__name__)

PREFIX: Final = "internal/report_models"
CARD: Final = "card.json"
PACKAGED: Final = "packaged"
_JSON: Final = "application/json"
_NPZ: Final = "application/zip"


@dataclass(frozen=True)
class OwnModel:
    """A model the shop trained, as it is stored."""

    version: str
    """The run that trained it."""
    authors: tuple[str, ...]
    """Marks of those whose reports it learned from."""
    body: bytes


@dataclass(frozen=True)
class ReportModels:
    """What a day reads trial reports with."""

    own: Mapping[str, OwnModel] = field(default_factory=dict)
    """By language; a language without one is read by the packaged model."""

    @property
    def versions(self) -> dict[str, str]:
        """Return what reads each language."""
        return {
            language: self.own[language].version if language in self.own else PACKAGED
            for language in ("zh", "en")
        }

    def fingerprint(self) -> str:
        """Return what a run's name must depend on; empty where the packaged models read."""
        return " ".join(f"{language}:{one.version}" for language, one in sorted(self.own.items()))

    def load(self) -> PolarityModels:
        """Return the models."""
        packaged = load_models()
        found: dict[str, Polarity] = {"zh": packaged.zh, "en": packaged.en}
        with tempfile.TemporaryDirectory(prefix="shike-") as folder:
            for language, one in self.own.items():
                path = Path(folder) / f"{language}.npz"
                path.write_bytes(one.body)
                found[language] = PolarityModel.load(path)
        return PolarityModels(**found)

    def after(
        self, replacing: Mapping[str, Learned], run_id: str, decided: Decisions
    ) -> ReportModels:
        """Return the models in use from a training on."""
        new = {
            language: OwnModel(
                version=run_id,
                authors=tuple(decided.marks(learned.authors)),
                body=_body(learned.model),
            )
            for language, learned in replacing.items()
        }
        return ReportModels({**self.own, **new})


def models_in_use(store: Store, day: date, decided: Decisions) -> ReportModels:
    """Return what reads the trial reports of a day.

    Args:
        store: Where trainings publish.
        day: The as-of day; trainings of this day or later ones are not known to it.
        decided: Who is erased.

    Raises:
        StoreError: If storage did not answer, or what is published is damaged.
    """
    manifest = _newest(store, day)
    if manifest is None:
        return ReportModels()
    card = json.loads(_object(store, manifest, CARD))
    if card["code"] != code_of_reading():
        logger.info("%s was trained by other code; the packaged models read", manifest.run_id)
        return ReportModels()
    own = {}
    for language, about in sorted(card["models"].items()):
        if not decided.spares(about["authors"]):
            logger.info("%s learned from a person erased since; the packaged one reads", language)
            continue
        body = _object(store, manifest, f"{language}.npz")
        own[language] = OwnModel(about["version"], tuple(about["authors"]), body)
    return ReportModels(own)


def objects_of(
    models: ReportModels, comparisons: Sequence[Comparison], packaged: Mapping[str, str]
) -> dict[str, PublishedObject]:
    """Return what a training publishes, by name.

    Args:
        models: The models in use from then on.
        comparisons: What became of each language.
        packaged: What was learned from beside the shop's own reports: language to its source.
    """
    card: dict[str, Any] = {
        "code": code_of_reading(),
        "packaged": dict(packaged),
        "comparisons": [asdict(each) for each in comparisons],
        "models": {
            language: {
                "version": one.version,
                "sha256": hashlib.sha256(one.body).hexdigest(),
                "authors": list(one.authors),
            }
            for language, one in sorted(models.own.items())
        },
    }
    body = (json.dumps(card, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    return {CARD: PublishedObject(body=body, content_type=_JSON)} | {
        f"{language}.npz": PublishedObject(body=one.body, content_type=_NPZ)
        for language, one in models.own.items()
    }


@cache
def code_of_reading() -> str:
    """Return a digest of the code that makes features of texts: a model fits no other."""
    root = Path(str(files("trials.reports")))
    return digest_of_code((path.name, path) for path in sorted(root.iterdir()))


def _newest(store: Store, day: date) -> Manifest | None:
    """Return the training that days see: the current one, or the last of a day before."""
    pointer = read_pointer(store, PREFIX)
    if pointer is None:
        return None
    if pointer.as_of < day:
        body = verified(store, pointer.manifest_key, pointer.manifest_sha256)
        return understood(store, pointer.manifest_key, body, Manifest.from_bytes)
    listed = (key.split("/") for key in store.list(f"{PREFIX}/runs"))
    runs = sorted(parts[-2] for parts in listed if parts[-1] == "_manifest.json")
    known = [run_id for run_id in runs if day_of(run_id) < day]
    if not known:
        return None
    key = manifest_key(PREFIX, known[-1])
    stored = store.get(key)
    return None if stored is None else understood(store, key, stored.body, Manifest.from_bytes)


def _object(store: Store, manifest: Manifest, name: str) -> bytes:
    record = manifest.objects[name]
    return verified(store, record.key, record.sha256)


def _body(model: PolarityModel) -> bytes:
    with tempfile.TemporaryDirectory(prefix="shike-") as folder:
        path = Path(folder) / "model.npz"
        model.save(path)
        return path.read_bytes()
