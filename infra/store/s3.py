"""A store in S3: creation and swap are the server's conditional writes.

A lost acknowledgement is the hard case: the server did it, the client never heard, and its retry
finds the key taken, by itself. So a condition that fails after a retry is settled by comparing.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from infra.errors import AddressError, StoreError
from infra.store.base import KeyTaken, Stored, StoreOptions, TagMismatch
from infra.store.connection import connect, pause, read_whole
from infra.store.failures import code, explained, status, was_retried
from infra.store.keys import check_key
from infra.store.parts import MIB, write_in_parts, write_whole

_T = TypeVar("_T")

_CONFLICT, _CONDITION_FAILED = 409, 412


class S3Store:
    """Keys live below a prefix of a bucket; tags are ETags."""

    def __init__(self, bucket: str, prefix: str, options: StoreOptions) -> None:
        self._bucket = bucket
        self._prefix = _checked(prefix) + "/" if prefix else ""
        self._options = options
        self._client: Any = connect(options)

    @property
    def address(self) -> str:
        """The bucket and prefix."""
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    def get(self, key: str) -> Stored | None:
        """Return what is stored; see :class:`infra.store.base.Store`."""
        found = self._read(key, lambda stream: bytes(stream.read()))
        return Stored(*found) if found else None

    def create(self, key: str, body: bytes, content_type: str) -> str:
        """Store a body where there is none; see :class:`infra.store.base.Store`."""
        tag = self._put(key, body, content_type, {"IfNoneMatch": "*"})
        if tag is None:
            raise KeyTaken(key)
        return tag

    def swap(self, key: str, body: bytes, expected_tag: str | None, content_type: str) -> str:
        """Replace what was seen; see :class:`infra.store.base.Store`."""
        condition = {"IfNoneMatch": "*"} if expected_tag is None else {"IfMatch": expected_tag}
        tag = self._put(key, body, content_type, condition)
        if tag is None:
            raise TagMismatch(key)
        return tag

    def list(self, prefix: str) -> Iterator[str]:
        """Yield keys below a prefix; see :class:`infra.store.base.Store`."""
        top = self._prefix + (check_key(prefix) + "/" if prefix else "")
        with explained(f"list {self._shown(prefix)}", self._options):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=top):
                for entry in page.get("Contents", ()):
                    yield entry["Key"].removeprefix(self._prefix)

    def delete(self, key: str) -> None:
        """Remove what is stored; see :class:`infra.store.base.Store`."""
        with explained(f"delete {self._shown(key)}", self._options):
            self._client.delete_object(**self._place(key))

    def now(self) -> datetime | None:
        """Return the server's time; see :class:`infra.store.base.Store`."""
        with explained(f"reach {self.address}", self._options):
            answer = self._client.head_bucket(Bucket=self._bucket)
        date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
        return parsedate_to_datetime(date) if date else None

    def _read(self, key: str, consume: Callable[[Any], _T]) -> tuple[_T, str] | None:
        """Let a body be read; return what came of it and the tag, or None if there is nothing."""
        with explained(f"read {self._shown(key)}", self._options):
            try:
                return read_whole(self._client, self._options, self._place(key), consume)
            except ClientError as error:
                if code(error) == "NoSuchKey":
                    return None
                raise

    def _put(
        self, key: str, body: bytes, content_type: str, condition: dict[str, str]
    ) -> str | None:
        """Write under a condition and return the tag, or None if the condition does not hold."""
        with explained(f"write {self._shown(key)}", self._options):
            for attempt in range(self._options.attempts):
                try:
                    return self._write(key, body, content_type, condition)
                except ClientError as error:
                    if status(error) == _CONFLICT or code(error) == "NoSuchUpload":
                        # S3's own words: somebody else is writing this key now, ask again. Or the
                        # upload is gone: completed, which the next attempt will find, or aborted.
                        pause(attempt)
                    elif status(error) == _CONDITION_FAILED or code(error) == "NoSuchKey":
                        unsure = attempt > 0 or was_retried(error)
                        return self._tag_if_equal(key, body) if unsure else None
                    else:
                        raise
        raise StoreError(
            f"cannot write {self._shown(key)}: others kept writing it during "
            f"{self._options.attempts} attempts; run it again"
        )

    def _write(self, key: str, body: bytes, content_type: str, condition: dict[str, str]) -> str:
        part_bytes = round(self._options.multipart_mib * MIB)
        place = self._place(key)
        if len(body) <= part_bytes:
            return write_whole(self._client, place, body, content_type, condition)
        return write_in_parts(self._client, place, body, content_type, condition, part_bytes)

    def _tag_if_equal(self, key: str, body: bytes) -> str | None:
        """Return the tag of what is stored if it is this body, which is compared as it arrives."""
        found = self._read(key, lambda stream: _equals(stream, body))
        return found[1] if found and found[0] else None

    def _place(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + check_key(key)}

    def _shown(self, key: str) -> str:
        return f"s3://{self._bucket}/{self._prefix}{key}"


def _equals(stream: Any, body: bytes) -> bool:
    expected, place, is_equal = memoryview(body), 0, True
    for chunk in stream.iter_chunks(MIB):
        is_equal &= expected[place : place + len(chunk)] == chunk
        place += len(chunk)
    return is_equal and place == len(body)


def _checked(prefix: str) -> str:
    try:
        return check_key(prefix)
    except ValueError as error:
        raise AddressError(f"the prefix of a store must be a key: {error}") from error
