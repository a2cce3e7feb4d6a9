"""Deleting runs that nobody needs any more, without ever deleting one that somebody reads.

Needed are the runs that are current anywhere, the last few, those that were rolled back to, and
those about days not yet published, which may be on their way. What is not needed is marked with
the day, and deleted once the mark is older than a grace period that is longer than any reading or
publishing takes. No time of an object is looked at: stores and copies of stores disagree on it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from infra.publish.inventory import Inventory, day_of, take_inventory
from infra.publish.reading import read_pointer
from infra.publish.retention import Retention, change_retention, read_retention
from infra.store.base import Store
from quality.progress import Progress, silent


@dataclass(frozen=True)
class Collection:
    """What collecting did, or would do."""

    marked: tuple[str, ...]
    """Runs that are needed no more and wait for the end of their grace."""
    deleted: tuple[str, ...]
    """Runs that are gone."""
    objects: int
    """Objects that are gone with them."""


def collect(
    store: Store,
    *,
    keep: int,
    grace_days: int,
    today: date,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Collection:
    """Mark what is needed no more, and delete what was marked long enough ago.

    Args:
        store: Where.
        keep: How many of the last published runs stay, at least 1.
        grace_days: Days between mark and deletion, at least 1.
        today: The day of the marks.
        dry_run: Whether to write and delete nothing.
        progress: Told about each run.

    Raises:
        ValueError: If a limit is less than 1.
        StoreError: If storage did not answer; the same call goes on where it stopped.
    """
    if keep < 1 or grace_days < 1:
        raise ValueError(f"keep and grace_days must be at least 1, got {keep} and {grace_days}")
    inventory = take_inventory(store)

    def planned(seen: Retention) -> Retention:
        return plan(inventory, seen, keep=keep, grace_days=grace_days, today=today)

    retention = planned(read_retention(store)) if dry_run else change_retention(store, planned)
    due = retention.collecting
    objects = sum(len(keys) for run_id in due for keys in inventory.keys.get(run_id, {}).values())
    if not dry_run:
        for step, run_id in enumerate(due):
            progress(f"deleting {run_id}", step, len(due))
            _delete(store, inventory, run_id)
        change_retention(store, lambda seen: _forgotten(seen, due))
    waiting = sorted(set(retention.marked) - set(due))
    return Collection(tuple(waiting), due, objects)


def plan(
    inventory: Inventory, seen: Retention, *, keep: int, grace_days: int, today: date
) -> Retention:
    """Return the record with today's marks, and what is due under ``collecting``."""
    pinned = [run for run in seen.pinned if day_of(run) >= inventory.current.as_of]
    needed = _needed(inventory, keep) | set(pinned)
    marked = {run: seen.marked.get(run, today) for run in inventory.keys if run not in needed}
    last = today - timedelta(days=grace_days)
    due = [run for run, day in marked.items() if day <= last]
    # What was begun is finished: some of it is gone already.
    begun = [run for run in seen.collecting if run in inventory.keys]
    return Retention(
        marked=marked,
        collecting=tuple(sorted({*due, *begun})),
        pinned=tuple(sorted(pinned)),
    )


def _needed(inventory: Inventory, keep: int) -> set[str]:
    current = inventory.current
    withdrawn = set(current.withdrawn)
    coming = {
        run for run in inventory.keys if day_of(run) >= current.as_of and run not in withdrawn
    }
    last = [run for run in inventory.published if run not in withdrawn][-keep:]
    return {*last, *coming, *(pointer.run_id for pointer in inventory.pointers.values())}


def _delete(store: Store, inventory: Inventory, run_id: str) -> None:
    """Delete a run under every prefix, manifests first, unless it has become current."""
    for prefix, keys in inventory.keys.get(run_id, {}).items():
        if prefix in inventory.pointers:
            pointer = read_pointer(store, prefix)
            if pointer is not None and pointer.run_id == run_id:
                continue
        _delete_all(store, keys)


def _delete_all(store: Store, keys: Iterable[str]) -> None:
    for key in keys:
        store.delete(key)


def _forgotten(seen: Retention, gone: tuple[str, ...]) -> Retention:
    return dataclasses.replace(
        seen,
        marked={run: day for run, day in seen.marked.items() if run not in gone},
        collecting=tuple(run for run in seen.collecting if run not in gone),
    )
