"""Reading what is published: from the pointer to the manifest to the object, digests verified."""

from collections.abc import Callable
from typing import TypeVar

from infra.errors import StoreError
from infra.publish.records import Manifest, Pointer, pointer_key, sha256
from infra.store.base import Store

_READINGS = 3
"""A body that arrives damaged is read again before the stored one is called damaged."""

_T = TypeVar("_T")


def read_pointer(store: Store, prefix: str) -> Pointer | None:
    """Return which run is current under a prefix, or None if nothing was published there.

    Raises:
        StoreError: If storage did not answer, or the pointer cannot be understood.
    """
    stored = store.get(pointer_key(prefix))
    if stored is None:
        return None
    return understood(store, pointer_key(prefix), stored.body, Pointer.from_bytes)


def read_manifest(store: Store, prefix: str) -> Manifest:
    """Return what the current run published under a prefix.

    Raises:
        StoreError: If nothing is published there, storage did not answer, or the manifest is
            missing, damaged or not understood.
    """
    pointer = read_pointer(store, prefix)
    if pointer is None:
        raise StoreError(f"nothing is published at {store.address}/{prefix}; run a day first")
    body = verified(store, pointer.manifest_key, pointer.manifest_sha256)
    return understood(store, pointer.manifest_key, body, Manifest.from_bytes)


def read_object(store: Store, prefix: str, name: str) -> bytes:
    """Return one object of the current run.

    Whoever reads several objects of one run reads the manifest once and then calls ``verified``
    with its records: between two calls of this function the current run may change.

    Raises:
        StoreError: If the current run has no such object, storage did not answer, or what it
            holds is missing or damaged.
    """
    objects = read_manifest(store, prefix).objects
    if name not in objects:
        raise StoreError(
            f"the current run at {store.address}/{prefix} has no {name}; it has "
            + (", ".join(sorted(objects)) or "nothing")
        )
    return verified(store, objects[name].key, objects[name].sha256)


def verified(store: Store, key: str, digest: str) -> bytes:
    """Return what is stored under a key, once its SHA-256 is the expected one.

    Raises:
        StoreError: If it is missing or its digest is another one.
    """
    found = ""
    for _ in range(_READINGS):
        stored = store.get(key)
        if stored is None:
            raise StoreError(f"{store.address}/{key} is missing; restore it, or run the day again")
        found = sha256(stored.body)
        if found == digest:
            return stored.body
    raise StoreError(
        f"{store.address}/{key} is damaged: its SHA-256 must be {digest}, found {found}; "
        "restore it from a copy"
    )


def understood(store: Store, key: str, body: bytes, read: Callable[[bytes], _T]) -> _T:
    """Read a record, and say which one it was if it cannot be read.

    Raises:
        StoreError: If it cannot be read.
    """
    try:
        return read(body)
    except ValueError as error:
        raise StoreError(
            f"{store.address}/{key} cannot be understood: {error}; it was damaged, or written by "
            "another version of shike"
        ) from error
