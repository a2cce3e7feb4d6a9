"""A store in S3: creation and swap are the server's conditional writes.

A lost acknowledgement is the hard case: the server did it, the client never heard, and its retry
finds the key taken, by itself. So a condition that fails after a retry is settled by comparing.
"""

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import ClientError

from infra.errors import AddressError, StoreError
from infra.store.base import KeyTaken, Stored, StoreOptions, TagMismatch
from infra.store.connection import (
    code,
    connect,
    explained,
    pause,
    read_whole,
    status,
    was_retried,
)
from infra.store.keys import check_key

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
        request = self._place(key)
        with explained(f"read {self._shown(key)}", self._options):
            try:
                body, tag = read_whole(self._client, self._options, request, lambda b: b.read())
            except ClientError as error:
                if code(error) == "NoSuchKey":
                    return None
                raise
        return Stored(body, tag)

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

    def _put(
        self, key: str, body: bytes, content_type: str, condition: dict[str, str]
    ) -> str | None:
        """Write under a condition and return the tag, or None if the condition does not hold."""
        request = {
            **self._place(key),
            **condition,
            "Body": body,
            "ContentType": content_type,
            "ChecksumAlgorithm": "SHA256",
        }
        with explained(f"write {self._shown(key)}", self._options):
            for attempt in range(self._options.attempts):
                try:
                    return str(self._client.put_object(**request)["ETag"])
                except ClientError as error:
                    if status(error) == _CONFLICT:
                        # S3's own words: somebody else is writing this key now, ask again.
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

    def _tag_if_equal(self, key: str, body: bytes) -> str | None:
        found = self.get(key)
        return found.tag if found and found.body == body else None

    def _place(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + check_key(key)}

    def _shown(self, key: str) -> str:
        return f"s3://{self._bucket}/{self._prefix}{key}"


def _checked(prefix: str) -> str:
    try:
        return check_key(prefix)
    except ValueError as error:
        raise AddressError(f"the prefix of a store must be a key: {error}") from error
