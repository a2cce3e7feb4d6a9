"""Changing what is stored under a key while others may do the same: look, decide, swap, or again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from infra.errors import StoreError
from infra.store.base import Store, Stored, TagMismatch

_SWAPS: Final = 20
"""Each failed swap is another writer's success; so many in a row are no coincidence."""

_T = TypeVar("_T")

Decide = Callable[[Stored | None], tuple[bytes | None, _T]]
"""From what is stored now (None: nothing) to the body to put there (None: leave it) and a result."""


def change(store: Store, key: str, content_type: str, decide: Decide[_T]) -> _T:
    """Change what is stored under a key; see :func:`change_seen`."""
    return change_seen(store, key, content_type, decide, store.get(key))


def change_seen(
    store: Store, key: str, content_type: str, decide: Decide[_T], stored: Stored | None
) -> _T:
    """Change what is stored under a key, which has been looked at already.

    Args:
        store: Where.
        key: What is changed.
        content_type: Media type of the body.
        decide: Called with what is stored, again each time somebody else was faster; what it
            raises is passed on, and nothing is written.
        stored: What was seen there.

    Returns:
        The result of the decision that held.

    Raises:
        StoreError: If storage did not answer, or others never stopped writing.
    """
    for _ in range(_SWAPS):
        body, result = decide(stored)
        if body is None:
            return result
        try:
            store.swap(key, body, stored.tag if stored else None, content_type)
        except TagMismatch:
            stored = store.get(key)
        else:
            return result
    raise StoreError(f"others changed {store.address}/{key} {_SWAPS} times meanwhile; run it again")
