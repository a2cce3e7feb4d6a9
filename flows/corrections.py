"""What people decided since: rows to replay and persons to erase, kept in the store's state.

Both are objects of their own that are created once and never change. A day takes the replays of
runs about earlier days, so that running a day again finds what it found at first; an erasure holds
for every day that runs after it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from flows.errors import SettingsError
from infra.errors import StoreError
from infra.files import PARQUET, parquet_bytes, read_parquet
from infra.pseudonyms import pseudonymise
from infra.publish import store_once
from infra.store import KeyTaken, Store
from quality.reading.aside import PERSON, Corrections
from quality.replay import lay_out, places

REPLAYS: Final = "state/replays"
ERASURES: Final = "state/erasures"
_SCOPE: Final = "erasure"
_CHECK: Final = "the key of erasures"
_DIGITS: Final = 12
_KEPT: Final = ("selection",)
"""Tables that keep an erased person's rows under a pseudonym: a draw's numbers must still add up."""


@dataclass(frozen=True)
class Decisions:
    """What holds for the runs of one day."""

    replays: dict[str, pa.Table]
    """Name → the mended rows."""
    erased: frozenset[str]
    """Pseudonyms of the persons."""
    key: str
    """Key of the pseudonyms."""

    def fingerprint(self) -> str:
        """Return what a run's name must depend on; empty when nothing was decided."""
        return " ".join([*sorted(self.replays), *sorted(self.erased)])

    def corrections(self, work: Path) -> Corrections:
        """Lay out what validation needs in a folder that does not exist yet."""
        replays = lay_out(self.replays, work) if self.replays else None
        return Corrections(replays, self.is_erased if self.erased else None)

    def is_erased(self, user_ids: Sequence[str]) -> list[bool]:
        """Tell of each person whether they are erased."""
        return [name in self.erased for name in self._names(user_ids)]

    def marks(self, user_ids: Collection[str]) -> list[str]:
        """Return what to keep beside something made of these persons' data, for ``spares``."""
        return sorted({*self._names(sorted(user_ids)), _key_check(self.key)})

    def spares(self, marks: Collection[str]) -> bool:
        """Tell whether none of those marked is erased; no if marked under another key."""
        is_known = _key_check(self.key) in marks
        return not self.erased or (is_known and self.erased.isdisjoint(marks))

    def _names(self, user_ids: Sequence[str]) -> list[str]:
        names = pseudonymise(pa.array(user_ids, pa.string()), self.key, scope=_SCOPE)
        found: list[str] = names.to_pylist()
        return found

    def without_people(self, name: str, rows: pa.Table) -> pa.Table:
        """Return a table of an earlier run without the erased, or with their pseudonyms."""
        if not self.erased or not len(rows):
            return rows
        for column in (each for each in rows.column_names if each.endswith(PERSON)):
            people = pc.unique(rows[column]).drop_null()
            gone = people.filter(pa.array(self.is_erased(people.to_pylist()), pa.bool_()))
            is_gone = pc.is_in(rows[column], gone)
            if name not in _KEPT:
                rows = rows.filter(pc.invert(is_gone))
                continue
            names = pseudonymise(rows[column], self.key, scope=_SCOPE)
            masked = pc.if_else(is_gone, names, rows[column])
            place = rows.column_names.index(column)
            rows = rows.set_column(place, rows.schema.field(column), masked)
        return rows


def decisions(store: Store, day: date, key: str) -> Decisions:
    """Read what holds for runs about a day.

    Raises:
        SettingsError: If persons were erased under another ``pseudonym_key``: they could not be
            recognised, and would come back.
        StoreError: If storage did not answer.
    """
    replays = {
        f"{run_id}-{name.removesuffix('.parquet')}": read_parquet(_body(store, found))
        for found in sorted(store.list(REPLAYS))
        for run_id, name in [found.split("/")[-2:]]
        if run_id < day.isoformat()
    }
    erased = frozenset(_erased(store, found, key) for found in sorted(store.list(ERASURES)))
    return Decisions(replays, erased, key)


def replay(store: Store, run_id: str, rows: pa.Table) -> bool:
    """Keep mended rows of a run for the next day; return whether they are new.

    Raises:
        ValueError: If some of the rows were replayed before with another content.
        StoreError: If storage did not answer.
    """
    body = parquet_bytes(rows)
    key = f"{REPLAYS}/{run_id}/{hashlib.sha256(body).hexdigest()[:_DIGITS]}.parquet"
    for found in sorted(store.list(f"{REPLAYS}/{run_id}")):
        earlier = places(read_parquet(_body(store, found))) & places(rows)
        if earlier and found != key:
            table, file, row = min(earlier)
            raise ValueError(
                f"{len(earlier)} of these rows were replayed before, such as {table}: {file}, row "
                f"{row}. Leave them out; a replay that was refused again is in the quarantine of "
                "the day that read it, and can be replayed from there"
            )
    return store_once(store, key, body, PARQUET)


def erase(store: Store, user_id: str, key: str, today: date) -> bool:
    """Record that a person is to be erased; return whether that is new.

    The record holds a pseudonym only: whoever reads it learns of nobody.
    """
    name = pseudonymise(pa.array([user_id]), key, scope=_SCOPE)[0].as_py()
    record = {"format": 1, "key_check": _key_check(key), "recorded_on": today.isoformat()}
    body = json.dumps(record, sort_keys=True).encode() + b"\n"
    try:
        store.create(f"{ERASURES}/{name}.json", body, "application/json")
    except KeyTaken:
        return False
    return True


def _erased(store: Store, found: str, key: str) -> str:
    record = json.loads(_body(store, found))
    if record["key_check"] != _key_check(key):
        raise SettingsError(
            f"[shop] pseudonym_key must be the one under which persons were erased: {found} was "
            "written with another, so the person would not be recognised and would come back. "
            "Restore the key, or erase the person again under the new one and delete the record"
        )
    return found.rpartition("/")[2].removesuffix(".json")


def _key_check(key: str) -> str:
    return str(pseudonymise(pa.array([_CHECK]), key, scope=_SCOPE)[0].as_py())


def _body(store: Store, key: str) -> bytes:
    stored = store.get(key)
    if stored is None:
        raise StoreError(f"{store.address}/{key} was listed and is missing; run it again")
    return stored.body
