"""The three steps of publishing: objects, manifest, pointer.

Killed anywhere, a repeated call finds what is there, completes it, and writes nothing twice. A run
is ordered by the day it is about: an older day never replaces a newer one, and another run about
the same day does. Only a rollback goes back, and what it left behind stands among the pointer's
withdrawn runs, so that a late retry cannot bring it up again.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

from infra.publish.reading import understood
from infra.publish.records import Pointer, PublishedObject, describe
from infra.publish.runs import Run, Status, conflict
from infra.publish.swapping import change_seen
from infra.store.base import KeyTaken, Store, Stored
from quality.progress import Progress, silent

logger = logging.getLogger(__name__)

_JSON = "application/json"
_GO = Status.PUBLISHED


@dataclass(frozen=True)
class Outcome:
    """What publishing did under one prefix."""

    status: Status
    generation: int
    """The pointer's generation afterwards."""
    objects: int
    """Objects of the run, the manifest not counted."""
    created: int
    """Objects among them that were not stored before."""


def publish(
    store: Store,
    prefix: str,
    run_id: str,
    objects: Mapping[str, PublishedObject],
    *,
    as_of: date,
    workers: int = 8,
) -> Outcome:
    """Publish one run under one prefix; see :func:`publish_day`."""
    return publish_day(store, run_id, {prefix: objects}, as_of=as_of, workers=workers)[prefix]


def publish_day(
    store: Store,
    run_id: str,
    prefixes: Mapping[str, Mapping[str, PublishedObject]],
    *,
    as_of: date,
    workers: int = 8,
    progress: Progress = silent,
) -> dict[str, Outcome]:
    """Publish one run under many prefixes: all objects, all manifests, then the pointers.

    No pointer moves before everything is stored, and the last prefix's moves after all others, so
    whoever sees it knows that the whole day is out. A prefix costs one request an object and three
    more, or one in all if the run is current there; a body so large that S3 gets it in parts costs
    one a part and two.

    Args:
        store: Where.
        run_id: Stands for the inputs, options and seed: same id, same bytes. One key segment.
        prefixes: What to publish, by prefix (``merchants/<id>``, …, ``internal`` last) and name.
        as_of: The day the run is about.
        workers: Requests made at once.
        progress: Told about objects stored.

    Returns:
        The outcome by prefix.

    Raises:
        ConflictError: If this run was published before with other bytes. No pointer has moved.
        StoreError: If storage did not answer; the same call completes what is missing.
        ValueError: If a prefix, the run id or a name does not fit in a key.
    """
    runs = [
        Run(prefix, objects, describe(prefix, run_id, as_of, objects))
        for prefix, objects in prefixes.items()
    ]
    with ThreadPoolExecutor(workers) as pool:
        found = pool.map(lambda run: store.get(run.pointer_key), runs)
        seen = dict(zip(prefixes, found, strict=True))
        wanted = [run for run in runs if _verdict(store, run, seen[run.prefix]) is _GO]
        created = _store_objects(store, wanted, pool, progress)
        list(pool.map(lambda run: _store_manifest(store, run), wanted))
        pointed = list(pool.map(lambda run: _point(store, run, seen[run.prefix]), runs[:-1]))
    pointed += [_point(store, run, seen[run.prefix]) for run in runs[-1:]]
    outcomes = {
        run.prefix: Outcome(status, generation, len(run.objects), created[run.prefix])
        for run, (status, generation) in zip(runs, pointed, strict=True)
    }
    _log(run_id, store, outcomes)
    return outcomes


def store_once(store: Store, key: str, body: bytes, content_type: str) -> bool:
    """Store what never changes; return whether it was new.

    Raises:
        ConflictError: If other bytes are stored there.
    """
    try:
        store.create(key, body, content_type)
    except KeyTaken:
        stored = store.get(key)
        if stored is None or stored.body != body:
            raise conflict(f"{store.address}/{key}") from None
        return False
    return True


def _current(store: Store, run: Run, stored: Stored | None) -> Pointer | None:
    if stored is None:
        return None
    return understood(store, run.pointer_key, stored.body, Pointer.from_bytes)


def _verdict(store: Store, run: Run, stored: Stored | None) -> Status:
    return run.verdict(_current(store, run, stored))


def _store_objects(
    store: Store, runs: Sequence[Run], pool: Executor, progress: Progress
) -> Counter[str]:
    """Store every object of the runs; return how many were new, by prefix."""
    work = [(run, name) for run in runs for name in sorted(run.objects)]

    def store_one(item: tuple[Run, str]) -> bool:
        run, name = item
        published = run.objects[name]
        key = run.manifest.objects[name].key
        return store_once(store, key, bytes(published.body), published.content_type)

    created: Counter[str] = Counter()
    stored = zip(work, pool.map(store_one, work), strict=True)
    for done, ((run, _), is_new) in enumerate(stored, start=1):
        created[run.prefix] += is_new
        progress("publish", done, len(work))
    return created


def _store_manifest(store: Store, run: Run) -> bool:
    return store_once(store, run.manifest_key, run.manifest_body, _JSON)


def _point(store: Store, run: Run, stored: Stored | None) -> tuple[Status, int]:
    """Make the run current unless something speaks against it.

    Args:
        store: Where.
        run: Its objects and manifest are stored.
        stored: The pointer as it was last seen.

    Returns:
        How it ended, and the generation of the pointer that is there now.
    """

    def decide(stored: Stored | None) -> tuple[bytes | None, tuple[Status, int]]:
        current = _current(store, run, stored)
        status = run.verdict(current)
        if current is not None and status is not _GO:
            return None, (status, current.generation)
        pointer = run.pointer_after(current)
        return pointer.to_bytes(), (_GO, pointer.generation)

    return change_seen(store, run.pointer_key, _JSON, decide, stored)


def _log(run_id: str, store: Store, outcomes: Mapping[str, Outcome]) -> None:
    statuses = Counter(outcome.status.value for outcome in outcomes.values())
    logger.info(
        "run %s at %s: %s; %d of %d objects were new",
        run_id,
        store.address,
        ", ".join(f"{count} {status}" for status, count in sorted(statuses.items())),
        sum(outcome.created for outcome in outcomes.values()),
        sum(outcome.objects for outcome in outcomes.values()),
    )
