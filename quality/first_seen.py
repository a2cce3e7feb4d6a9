"""When a refused row was first refused: a source that mends nothing shows its age."""

from __future__ import annotations

import hashlib

import pyarrow as pa

from quality.tables.outputs import QUARANTINE

_KEYS = ["table", "raw_sha256"]


def seen_of(quarantine: pa.Table) -> pa.Table:
    """Return what the next day must know: table, raw_sha256, first_seen, one row a refused row."""
    return _with_digest(quarantine).select([*_KEYS, "first_seen"])


def with_first_seen(quarantine: pa.Table, seen: pa.Table | None) -> pa.Table:
    """Return the quarantine with the day on which each row, as it was read, was first refused.

    A row is known by its table and by what it held, wherever it stood: a source that delivers
    everything anew each day moves its rows about.

    Args:
        quarantine: ``quarantine`` of the run.
        seen: What :func:`seen_of` returned on the last day; None on the first. Other columns are
            passed over.
    """
    if seen is None:
        return quarantine
    earlier = dict(zip(_identities(seen), seen["first_seen"].to_pylist(), strict=True))
    today = quarantine["first_seen"].to_pylist()
    first = [
        min(earlier.get(identity, now), now)
        for identity, now in zip(_identities(_with_digest(quarantine)), today, strict=True)
    ]
    field = QUARANTINE.schema.field("first_seen")
    place = quarantine.column_names.index("first_seen")
    return quarantine.set_column(place, field, pa.array(first, field.type))


def _identities(rows: pa.Table) -> list[tuple[str, str]]:
    return list(zip(*(rows[key].to_pylist() for key in _KEYS), strict=True))


def _with_digest(quarantine: pa.Table) -> pa.Table:
    digests = [hashlib.sha256(raw.encode()).hexdigest() for raw in quarantine["raw"].to_pylist()]
    return quarantine.append_column("raw_sha256", pa.array(digests, pa.string()))
