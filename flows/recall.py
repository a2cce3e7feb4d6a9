"""What is already in the store: the current run's ledger, its tables, and what earlier days left."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from flows.history import LAST_DAYS, before
from flows.ledger import Ledger
from infra.errors import StoreError
from infra.files import parquet_bytes, read_parquet
from infra.publish import Manifest, read_manifest, read_pointer
from infra.publish.reading import understood, verified
from infra.publish.records import manifest_key
from infra.store.base import Store
from quality.tables import OUTPUTS

INTERNAL = "internal"
LEDGER = "run.json"
FRONT_PAGE = "front_page.html"
"""The store's index as this run wrote it."""


@dataclass(frozen=True)
class Past:
    """The current run as one whole: everything is read through the manifest seen first."""

    store: Store
    manifest: Manifest
    ledger: Ledger

    def has(self, name: str) -> bool:
        """Tell whether the current run published an output table."""
        return f"{name}.parquet" in self.manifest.objects

    def rows(self) -> dict[str, int]:
        """Return the rows of every output table that the current run published."""
        return {
            name: self.manifest.objects[f"{name}.parquet"].rows or 0
            for name in sorted(OUTPUTS)
            if self.has(name)
        }

    def table(self, name: str) -> pa.Table:
        """Return an output table of the current run."""
        return read_parquet(self.body(f"{name}.parquet"))

    def histories(self, day: date) -> dict[str, pa.Table]:
        """Return what days before ``day`` left, by table name."""
        known = {
            name: before(
                read_parquet(verified(self.store, place["key"], place["sha256"])),
                day,
                LAST_DAYS.get(name),
            )
            for name, place in sorted(self.ledger.state.items())
        }
        # A history without a row is none: a day run again must find what it found at first.
        return {name: history for name, history in known.items() if len(history)}

    def origins(self, made: frozenset[str]) -> dict[str, str]:
        """Return which run made each table that a run making ``made`` would carry over."""
        return {
            name: run
            for name, run in sorted(self.ledger.origins.items())
            if name not in made and name in OUTPUTS
        }

    def body(self, name: str) -> bytes:
        """Return an object of the current run."""
        record = self.manifest.objects[name]
        return verified(self.store, record.key, record.sha256)


def recall(store: Store) -> Past | None:
    """Return the current run of the store, or None if nothing was ever published there."""
    if read_pointer(store, INTERNAL) is None:
        return None
    return _past(store, read_manifest(store, INTERNAL))


def run_ids(store: Store) -> list[str]:
    """Return the runs whose manifest stands in the store, whether or not they are current."""
    keys = (key.split("/") for key in store.list(f"{INTERNAL}/runs"))
    return sorted(parts[2] for parts in keys if parts[-1] == "_manifest.json")


def recall_run(store: Store, run_id: str) -> Past:
    """Return one run of the store.

    Raises:
        StoreError: If it has no manifest, or what it names is missing or damaged.
    """
    key = manifest_key(INTERNAL, run_id)
    stored = store.get(key)
    if stored is None:
        raise StoreError(f"{store.address}/{key} is missing")
    return _past(store, understood(store, key, stored.body, Manifest.from_bytes))


def _past(store: Store, manifest: Manifest) -> Past:
    record = manifest.objects[LEDGER]
    ledger = Ledger.from_bytes(verified(store, record.key, record.sha256))
    return Past(store, manifest, ledger)


def fingerprint(histories: dict[str, pa.Table], origins: dict[str, str]) -> str:
    """Return a digest of everything a run takes from the past."""
    digest = hashlib.sha256(repr(sorted(origins.items())).encode())
    for name, history in sorted(histories.items()):
        digest.update(name.encode() + b"\0" + parquet_bytes(history))
    return digest.hexdigest()
