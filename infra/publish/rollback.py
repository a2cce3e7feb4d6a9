"""Making an earlier run current again, for good: what was current after it does not come back."""

from __future__ import annotations

import dataclasses
import logging

from infra.errors import StoreError
from infra.publish.inventory import Inventory, day_of, take_inventory
from infra.publish.protocol import store_once
from infra.publish.reading import understood, verified
from infra.publish.records import (
    Manifest,
    Pointer,
    describe,
    manifest_key,
    pointer_key,
    sha256,
)
from infra.publish.retention import Retention, change_retention
from infra.publish.swapping import change
from infra.store.base import Store, Stored

logger = logging.getLogger(__name__)


def roll_back(store: Store, run_id: str) -> tuple[str, ...]:
    """Point every prefix at a run that was published before, merchants first, ``internal`` last.

    The pointers' generation grows all the same, and the runs that could become current again by a
    late retry (those about the same or later days) are withdrawn. A merchant that the run knew
    nothing of is left with an empty run. Calling it again completes what was interrupted.

    Args:
        store: Where.
        run_id: A run of the store.

    Returns:
        The runs that were withdrawn.

    Raises:
        StoreError: If the run does not exist, is being deleted or is damaged; if a new day was
            published meanwhile; or if storage did not answer.
    """
    inventory = take_inventory(store)
    if run_id not in inventory.published:
        known = ", ".join(inventory.published)
        raise StoreError(f"no run {run_id!r} is published at {store.address}; there are: {known}")
    change_retention(store, lambda seen: _pinned(seen, run_id))
    manifests = {
        prefix: _manifest(store, prefix, run_id, inventory) for prefix in inventory.prefixes
    }
    withdrawn = tuple(
        other
        for other in inventory.published
        if other != run_id and day_of(other) >= day_of(run_id)
    )
    for prefix in inventory.prefixes:
        _point(store, prefix, manifests[prefix], withdrawn)
    logger.info("rolled back to %s; withdrawn: %s", run_id, ", ".join(withdrawn) or "none")
    return withdrawn


def _pinned(seen: Retention, run_id: str) -> Retention:
    if run_id in seen.collecting:
        raise StoreError(f"run {run_id} is being deleted and cannot become current again")
    marked = {run: day for run, day in seen.marked.items() if run != run_id}
    pinned = tuple(sorted({*seen.pinned, run_id}))
    return dataclasses.replace(seen, marked=marked, pinned=pinned)


def _manifest(store: Store, prefix: str, run_id: str, inventory: Inventory) -> Manifest:
    """Return the run's manifest under a prefix, all of its objects verified."""
    key = manifest_key(prefix, run_id)
    if key not in inventory.keys[run_id].get(prefix, ()):
        empty = describe(prefix, run_id, day_of(run_id), {})
        store_once(store, key, empty.to_bytes(), "application/json")
        return empty
    stored = store.get(key)
    if stored is None:
        raise StoreError(f"{store.address}/{key} was listed and is gone; run it again")
    manifest = understood(store, key, stored.body, Manifest.from_bytes)
    for record in manifest.objects.values():
        verified(store, record.key, record.sha256)
    return manifest


def _point(store: Store, prefix: str, manifest: Manifest, withdrawn: tuple[str, ...]) -> None:
    key = pointer_key(prefix)

    def decide(stored: Stored | None) -> tuple[bytes | None, None]:
        if stored is None:
            raise StoreError(f"{store.address}/{key} is gone; restore it, or run the day again")
        current = understood(store, key, stored.body, Pointer.from_bytes)
        run_key = manifest_key(prefix, manifest.run_id)
        wanted = _wanted(current, manifest, run_key, withdrawn, f"{store.address}/{prefix}")
        return (None if wanted is None else wanted.to_bytes()), None

    change(store, key, "application/json", decide)


def _wanted(
    current: Pointer, manifest: Manifest, key: str, withdrawn: tuple[str, ...], place: str
) -> Pointer | None:
    """Return the pointer that rolls back, or None if it is there already."""
    if current.run_id not in {manifest.run_id, *withdrawn} and current.as_of >= manifest.as_of:
        raise StoreError(
            f"{current.run_id} was published meanwhile at {place}; roll back again if it must go too"
        )
    pointer = Pointer(
        run_id=manifest.run_id,
        as_of=manifest.as_of,
        generation=current.generation + 1,
        manifest_key=key,
        manifest_sha256=sha256(manifest.to_bytes()),
        withdrawn=tuple(sorted({*current.withdrawn, *withdrawn} - {manifest.run_id})),
    )
    is_there = dataclasses.replace(pointer, generation=current.generation) == current
    return None if is_there else pointer
