"""What publishing writes beside the objects themselves: the manifest and the pointer, as JSON.

Their bytes are determined by what they say, so that equal runs have equal manifests.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from operator import index
from pickle import PickleBuffer
from typing import Any, SupportsIndex

import pyarrow as pa

from infra.store.keys import check_key

Body = bytes | memoryview

FORMAT = 1
"""Version of both records; a reader refuses one it does not know."""
_OUT_OF_BAND = 5
"""The protocol of pickle from which on bytes may travel beside it."""


@dataclass(frozen=True, kw_only=True)
class PublishedObject:
    """One file to publish."""

    body: Body
    """Its bytes, in memory or in a mapped file."""
    content_type: str
    rows: int | None = None
    """Rows of the table it holds; None if it holds none."""
    schema: pa.Schema | None = None
    """Columns of the table it holds."""

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        """Offer the body out of band (PEP 574), so that what carries it need not copy it."""
        body = PickleBuffer(self.body) if index(protocol) >= _OUT_OF_BAND else self.body
        return _published, (body, self.content_type, self.rows, self.schema)


@dataclass(frozen=True, kw_only=True)
class ObjectRecord:
    """What a manifest says about one object."""

    key: str
    bytes: int
    sha256: str
    content_type: str
    rows: int | None
    schema: dict[str, str] | None
    """Arrow type by column, in the table's order."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Everything one run published under one prefix."""

    run_id: str
    as_of: date
    objects: dict[str, ObjectRecord]
    """By name, such as ``recommendations.parquet``."""

    def to_bytes(self) -> bytes:
        """Write as JSON, objects in order of name."""
        objects = {name: self.objects[name] for name in sorted(self.objects)}
        return _to_bytes(dataclasses.replace(self, objects=objects))

    @classmethod
    def from_bytes(cls, body: bytes) -> Manifest:
        """Read JSON.

        Raises:
            ValueError: If it is not a manifest of this format.
        """
        fields = _fields(body)
        try:
            objects = {name: ObjectRecord(**record) for name, record in fields["objects"].items()}
            as_of = date.fromisoformat(fields["as_of"])
            return cls(run_id=fields["run_id"], as_of=as_of, objects=objects)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a manifest: {error}") from error


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """Which run is current under a prefix."""

    run_id: str
    as_of: date
    generation: int
    """Grows by one with every swap, whether forward or back."""
    manifest_key: str
    manifest_sha256: str
    withdrawn: tuple[str, ...] = ()
    """Runs that were taken back and must not become current again."""

    def to_bytes(self) -> bytes:
        """Write as JSON."""
        return _to_bytes(self)

    @classmethod
    def from_bytes(cls, body: bytes) -> Pointer:
        """Read JSON.

        Raises:
            ValueError: If it is not a pointer of this format.
        """
        fields = _fields(body)
        try:
            return cls(
                run_id=fields["run_id"],
                as_of=date.fromisoformat(fields["as_of"]),
                generation=int(fields["generation"]),
                manifest_key=fields["manifest_key"],
                manifest_sha256=fields["manifest_sha256"],
                withdrawn=tuple(fields["withdrawn"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a pointer: {error}") from error


def pointer_key(prefix: str) -> str:
    """Return where the pointer of a prefix stands."""
    return check_key(f"{prefix}/current.json")


def manifest_key(prefix: str, run_id: str) -> str:
    """Return where the manifest of a run stands."""
    return check_key(f"{prefix}/runs/{run_id}/_manifest.json")


def describe(
    prefix: str, run_id: str, as_of: date, objects: Mapping[str, PublishedObject]
) -> Manifest:
    """Return the manifest of objects yet to be published.

    Raises:
        ValueError: If the prefix, the run id or a name does not fit in a key, or a name is the
            manifest's own.
    """
    own = manifest_key(prefix, run_id)
    records = {}
    for name, published in objects.items():
        key = check_key(f"{prefix}/runs/{run_id}/{name}")
        if key == own:
            raise ValueError(f"an object must not be named as the manifest is, found {name!r}")
        records[name] = ObjectRecord(
            key=key,
            bytes=len(published.body),
            sha256=sha256(published.body),
            content_type=published.content_type,
            rows=published.rows,
            schema=_types(published.schema),
        )
    return Manifest(run_id=run_id, as_of=as_of, objects=records)


def sha256(body: Body) -> str:
    """Return the digest as hexadecimal digits."""
    return hashlib.sha256(body).hexdigest()


def _published(
    body: Body, content_type: str, rows: int | None, schema: pa.Schema | None
) -> PublishedObject:
    return PublishedObject(body=body, content_type=content_type, rows=rows, schema=schema)


def _types(schema: pa.Schema | None) -> dict[str, str] | None:
    return None if schema is None else {field.name: str(field.type) for field in schema}


def _to_bytes(record: Manifest | Pointer) -> bytes:
    fields = {"format": FORMAT, **dataclasses.asdict(record)}
    return (json.dumps(fields, ensure_ascii=False, indent=1, default=str) + "\n").encode("utf-8")


def _fields(body: bytes) -> dict[str, Any]:
    fields = json.loads(body)
    if not isinstance(fields, dict) or fields.get("format") != FORMAT:
        found = fields.get("format") if isinstance(fields, dict) else type(fields).__name__
        raise ValueError(f"the record's format must be {FORMAT}, found {found}")
    return fields
