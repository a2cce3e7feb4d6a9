"""Whether this machine and its store are fit for a day: each check says what to do if not."""

from __future__ import annotations

import platform
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

from infra.errors import StoreError
from infra.operations import kept_attempts
from infra.publish.reading import read_pointer
from infra.store.base import KeyTaken, Store, TagMismatch

State = Literal["good", "note", "bad"]

PACKAGES: Final = ("shike", "prefect", "great-expectations", "duckdb", "implicit", "boto3", "numpy")
_PROBES: Final = "state/doctor"
_FREE_BYTES: Final = 2 << 30
"""Free space below which a day of a middling shop may not fit."""
_SKEW_SECONDS: Final = 60.0
"""S3 refuses requests whose time is off by 15 minutes; a minute is worth mending before."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: State
    found: str
    """What was found, and what to do if it is not good."""


def check_machine() -> Iterator[Check]:
    """Look at the versions and at the space for a day's temporary files."""
    yield Check("python", "good", platform.python_version())
    for package in PACKAGES:
        try:
            yield Check(package, "good", version(package))
        except PackageNotFoundError:
            yield Check(package, "bad", "is not installed; run `make test` or install again")
    yield space("temporary files", Path(tempfile.gettempdir()))


def space(name: str, folder: Path) -> Check:
    """Look at the free space where a folder is or will be."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    free = shutil.disk_usage(there).free
    said = f"{free / 2**30:.1f} GiB free at {there}"
    if free < _FREE_BYTES:
        return Check(name, "bad", f"{said}; make room, or set TMPDIR to a larger disk")
    return Check(name, "good", said)


def without_credentials(address: str) -> str:
    """Return an address without the name and password that may stand before its host."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def check_store(store: Store, now: datetime) -> Iterator[Check]:
    """Look at a store: reachable, its clock, writable, conditional writes kept, what is current.

    Args:
        store: The store; a probe of a few bytes is written below ``state/doctor`` and deleted.
        now: This machine's time.
    """
    try:
        pointer = read_pointer(store, "internal")
    except StoreError as error:
        yield Check("store", "bad", str(error))
        return
    current = f"; current: {pointer.run_id}" if pointer else "; nothing is published yet"
    yield Check("store", "good", store.address + current)
    yield from _last_attempt(store)
    yield _clock(store, now)
    yield from _writing(store)


def _last_attempt(store: Store) -> Iterator[Check]:
    """Tell how the last attempt at a day ended, if one is remembered."""
    for attempt in kept_attempts(store)[-1:]:
        said = f"{attempt.as_of}: {attempt.outcome} at {attempt.started:%Y-%m-%d %H:%M} UTC"
        if attempt.is_good:
            yield Check("last attempt", "good", said)
        else:
            yield Check("last attempt", "note", f"{said}, {attempt.error}")


def _clock(store: Store, now: datetime) -> Check:
    theirs = store.now()
    if theirs is None:
        return Check("clock", "good", f"{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    skew = (now - theirs).total_seconds()
    said = f"this machine is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} the store"
    if abs(skew) > _SKEW_SECONDS:
        return Check("clock", "bad", f"{said}; set the clock, such as with NTP")
    return Check("clock", "good", said)


def _writing(store: Store) -> Iterator[Check]:
    """Create, swap and delete a probe; the conditions of both writes must be kept."""
    key = f"{_PROBES}/{uuid4().hex}.txt"
    try:
        tag = store.create(key, b"1", "text/plain")
        store.swap(key, b"2", tag, "text/plain")
    except StoreError as error:
        yield Check("writing", "bad", str(error))
        return
    yield Check("writing", "good", "objects can be created and replaced")
    yield _conditions(store, key, tag)
    try:
        store.delete(key)
    except StoreError:
        # A publisher's credentials may not delete, by intent.
        yield Check("deleting", "note", f"not allowed, which only `shike gc` needs; {key} is left")
    else:
        yield Check("deleting", "good", "objects can be deleted")


def _conditions(store: Store, key: str, stale_tag: str) -> Check:
    if _refuses_to_create(store, key) and _refuses_to_swap(store, key, stale_tag):
        return Check("conditional writes", "good", "kept: a day is published whole or not at all")
    return Check(
        "conditional writes",
        "bad",
        "the server overwrites what it was told to leave alone, so two publishers could mix their "
        "days; use a server that keeps If-None-Match and If-Match",
    )


def _refuses_to_create(store: Store, key: str) -> bool:
    try:
        store.create(key, b"3", "text/plain")
    except KeyTaken:
        return True
    return False


def _refuses_to_swap(store: Store, key: str, stale_tag: str) -> bool:
    try:
        store.swap(key, b"3", stale_tag, "text/plain")
    except TagMismatch:
        return True
    return False
