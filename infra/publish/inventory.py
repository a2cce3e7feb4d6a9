"""What a store holds, run by run: for those who tidy up, never for readers, who follow pointers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from infra.errors import StoreError
from infra.publish.reading import read_pointer
from infra.publish.records import Pointer, manifest_key
from infra.store.base import Store

INTERNAL: Final = "internal"
_MERCHANTS: Final = "merchants"
_STATE: Final = "state"
_DAY_CHARACTERS: Final = len("2017-12-04")


@dataclass(frozen=True)
class Inventory:
    """All runs of a store, whole or not, and the pointers as they were read."""

    pointers: Mapping[str, Pointer]
    """By prefix; ``internal`` is among them."""
    keys: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Run → prefix → keys of its objects there, the manifest first; prefix ``state`` holds none."""

    @property
    def current(self) -> Pointer:
        """The pointer of the whole store."""
        return self.pointers[INTERNAL]

    @cached_property
    def published(self) -> tuple[str, ...]:
        """Runs with a manifest in ``internal``, oldest day first."""
        found = (
            run_id
            for run_id, prefixes in self.keys.items()
            if manifest_key(INTERNAL, run_id) in prefixes.get(INTERNAL, ())
        )
        return tuple(sorted(found))

    @property
    def prefixes(self) -> tuple[str, ...]:
        """All prefixes with a pointer, ``internal`` last."""
        return (*sorted(set(self.pointers) - {INTERNAL}), INTERNAL)


def day_of(run_id: str) -> date:
    """Return the as-of day that a run's id begins with; a run without one is of the first day."""
    try:
        return date.fromisoformat(run_id[:_DAY_CHARACTERS])
    except ValueError:
        return date.min


def take_inventory(store: Store) -> Inventory:
    """List a store.

    Raises:
        StoreError: If storage did not answer, a pointer cannot be understood, or nothing was ever
            published.
    """
    keys: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    pointed = [INTERNAL]
    for top in (INTERNAL, _MERCHANTS, _STATE):
        for key in store.list(top):
            prefix, run_id = _belongs(key)
            if run_id:
                keys[run_id][prefix].append(key)
            elif key.startswith(_MERCHANTS) and key.endswith("/current.json"):
                pointed.append(prefix)
    pointers = {prefix: read_pointer(store, prefix) for prefix in pointed}
    if pointers[INTERNAL] is None:
        raise StoreError(f"nothing is published at {store.address}; run a day first")
    return Inventory(
        {prefix: pointer for prefix, pointer in pointers.items() if pointer},
        {
            run_id: {prefix: _manifest_first(found) for prefix, found in sorted(prefixes.items())}
            for run_id, prefixes in sorted(keys.items())
        },
    )


def _belongs(key: str) -> tuple[str, str]:
    """Return the prefix of a key, and its run if it is of one."""
    match key.split("/"):
        case ["internal", "runs", run_id, _, *_]:
            return INTERNAL, run_id
        case ["merchants", merchant, "runs", run_id, _, *_]:
            return f"{_MERCHANTS}/{merchant}", run_id
        case ["state", run_id, _, *_] if day_of(run_id) != date.min:
            return _STATE, run_id
        case [*folders, _]:
            return "/".join(folders), ""
        case _:
            return "", ""


def _manifest_first(keys: list[str]) -> tuple[str, ...]:
    return tuple(sorted(keys, key=lambda key: (not key.endswith("/_manifest.json"), key)))
