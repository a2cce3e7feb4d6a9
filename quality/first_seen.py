"""When a refused row was first refused: a source that mends nothing shows its age."""

from __future__ import annotations

import hashlib

import pyarrow as pa

from quality.tables.outputs import QUARANTINE

_KEYS = ["table", "raw_sha256"]


def with_first_seen(quarantine: pa.Table, seen: pa.Table | None) -> tuple[pa.Table, pa.Table]:
    """Put to each refused row the day on which, as it was read, it was first refused.

    A row is known by its table and by what it held, wherever it stood: a source that delivers
    everything anew each day moves its rows about.

    Args:
        quarantine: ``quarantine`` of the run.
        seen: What was returned second on the last day; None on the first. Other columns are
            passed over.

    Returns:
        The quarantine, and what the next day must know: table, raw_sha256, first_seen of each row.
    """
    digests = [hashlib.sha256(raw.encode()).hexdigest() for raw in quarantine["raw"].to_pylist()]
    rows = quarantine.append_column("raw_sha256", pa.array(digests, pa.string()))
    if seen is not None:
        earlier = dict(zip(_identities(seen), seen["first_seen"].to_pylist(), strict=True))
        today = rows["first_seen"].to_pylist()
        known = zip(_identities(rows), today, strict=True)
        first = [min(earlier.get(identity, now), now) for identity, now in known]
        field = QUARANTINE.schema.field("first_seen")
        place = rows.column_names.index("first_seen")
        rows = rows.set_column(place, field, pa.array(first, field.type))
    return rows.select(quarantine.column_names), rows.select([*_KEYS, "first_seen"])


def _identities(rows: pa.Table) -> list[tuple[str, str]]:
    return list(zip(*(rows[key].to_pylist() for key in _KEYS), strict=True))
