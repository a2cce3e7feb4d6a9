"""Which runs are on their way out: one small record that rolling back and collecting both swap.

Deleting a run and making it current again must exclude each other, and storage knows no lock. So
both first write what they are about to do into the same record, by compare-and-swap: whoever comes
second sees the other and leaves the run alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from infra.publish.reading import understood
from infra.publish.swapping import change
from infra.store.base import Store, Stored

RETENTION: Final = "state/retention.json"
_FORMAT: Final = 1


@dataclass(frozen=True, kw_only=True)
class Retention:
    """What is going to happen to runs that are not current."""

    marked: Mapping[str, date] = field(default_factory=dict)
    """Run → the day on which it was first found to be needed no more."""
    collecting: tuple[str, ...] = ()
    """Runs that are being deleted: some of their objects may be gone."""
    pinned: tuple[str, ...] = ()
    """Runs that were rolled back to, or are about to be."""

    def to_bytes(self) -> bytes:
        """Write as JSON."""
        fields = {
            "format": _FORMAT,
            "marked": {run_id: day.isoformat() for run_id, day in sorted(self.marked.items())},
            "collecting": sorted(self.collecting),
            "pinned": sorted(self.pinned),
        }
        return (json.dumps(fields, indent=1) + "\n").encode()

    @classmethod
    def from_bytes(cls, body: bytes) -> Retention:
        """Read JSON.

        Raises:
            ValueError: If it is not a record of this format.
        """
        fields = json.loads(body)
        if not isinstance(fields, dict) or fields.get("format") != _FORMAT:
            raise ValueError(f"the record's format must be {_FORMAT}")
        try:
            marked = {run: date.fromisoformat(day) for run, day in fields["marked"].items()}
            return cls(
                marked=marked,
                collecting=tuple(fields["collecting"]),
                pinned=tuple(fields["pinned"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a record of retention: {error}") from error


def read_retention(store: Store) -> Retention:
    """Return the record; an empty one if nothing was ever written."""
    return _understood(store, store.get(RETENTION))


def change_retention(store: Store, wish: Callable[[Retention], Retention]) -> Retention:
    """Apply a change to the record as it is at that moment, and return the new one.

    Args:
        store: Where.
        wish: Called with the record, again each time somebody else was faster; what it raises
            is passed on, and nothing is written.

    Raises:
        StoreError: If storage did not answer, or others never stopped changing the record.
    """

    def decide(stored: Stored | None) -> tuple[bytes | None, Retention]:
        seen = _understood(store, stored)
        wanted = wish(seen)
        return (None, seen) if wanted == seen else (wanted.to_bytes(), wanted)

    return change(store, RETENTION, "application/json", decide)


def _understood(store: Store, stored: Stored | None) -> Retention:
    if stored is None:
        return Retention()
    return understood(store, RETENTION, stored.body, Retention.from_bytes)
