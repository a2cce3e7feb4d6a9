"""Five verbs are all that publishing needs from storage.

Creating only what is absent makes objects immutable; swapping only what was seen makes pointers
safe. With these two, nothing needs a lock or a listing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


class KeyTaken(Exception):  # noqa: N818  # a verb's second outcome, not a failure
    """Something is already stored under the key to be created."""


class TagMismatch(Exception):  # noqa: N818  # a verb's second outcome, not a failure
    """What is stored under the key is not what the caller had seen."""


@dataclass(frozen=True)
class Stored:
    """What a store holds under a key."""

    body: bytes
    tag: str
    """Changes whenever the body does; opaque, and only comparable within one store."""


@dataclass(frozen=True)
class StoreOptions:
    """How to reach S3. A folder ignores all of it."""

    endpoint_url: str = ""
    """Address of an S3 service other than AWS, such as https://s3.example.com; empty means AWS."""
    region: str = ""
    """Region of the bucket; empty leaves it to boto3's own search."""
    access_key: str = ""
    """Access key id; empty leaves credentials to boto3's own search (environment, profile, role)."""
    secret_key: str = field(default="", repr=False)
    """Secret of ``access_key``; better kept out of files and left to boto3's own search."""
    ca_bundle: str = ""
    """File of the certificates to trust; empty means the usual authorities."""
    connect_timeout_seconds: float = 5.0
    """Longest wait for a connection."""
    read_timeout_seconds: float = 60.0
    """Longest silence of the server within one answer."""
    attempts: int = 5
    """How often a request is tried in all before storage counts as not answering."""
    connections: int = 16
    """Connections kept open, which bounds what is useful to do at once."""
    multipart_mib: float = 64.0
    """Bodies of more MiB than this are uploaded in parts of that size (at least 5 MiB: S3's rule)."""


class Store(Protocol):
    """Bytes under keys; see :mod:`infra.store.keys` for what a key is.

    Every verb raises ``StoreError`` if storage did not answer or refused, and ``ValueError`` if
    the key is not a key. A write that returned is durable and seen by every later read.
    """

    @property
    def address(self) -> str:
        """Where the store is, as a person would write it."""

    def get(self, key: str) -> Stored | None:
        """Return what is stored, whole, or None if there is nothing."""

    def create(self, key: str, body: bytes, content_type: str) -> str:
        """Store a body where there is none and return its tag.

        Raises:
            KeyTaken: If the key is in use; what is there is left alone.
        """

    def swap(self, key: str, body: bytes, expected_tag: str | None, content_type: str) -> str:
        """Replace what was seen under ``expected_tag`` and return the new tag.

        Args:
            key: Where.
            body: The new body.
            expected_tag: The tag of what is to be replaced; None if nothing may be there.
            content_type: Media type of the body.

        Raises:
            TagMismatch: If something else is there by now; it is left alone.
        """

    def list(self, prefix: str) -> Iterator[str]:
        """Yield the keys below a prefix of whole segments (empty: all), in no promised order."""

    def delete(self, key: str) -> None:
        """Remove what is stored; nothing happens if there is nothing."""

    def now(self) -> datetime | None:
        """Return the time of the store's own clock, to the second; None if it has none."""
