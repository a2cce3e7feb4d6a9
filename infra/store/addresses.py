"""What a URI means: a folder on this machine, or a prefix of an S3 bucket."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from infra.errors import AddressError

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_UNDERSTOOD = "write a folder, file:///folder or s3://bucket/prefix"


@dataclass(frozen=True)
class FolderAddress:
    """A folder."""

    path: Path


@dataclass(frozen=True)
class BucketAddress:
    """A prefix of a bucket; the empty prefix is the whole bucket."""

    bucket: str
    prefix: str


def parse_address(uri: str) -> FolderAddress | BucketAddress:
    """Read an address.

    Raises:
        AddressError: If it is neither a folder nor ``s3://bucket/prefix``.
    """
    if uri.startswith("s3://"):
        return _bucket(uri)
    if uri.startswith("file://"):
        parts = urlsplit(uri)
        if parts.netloc not in ("", "localhost") or not parts.path:
            raise AddressError(f"a file address must name a folder of this machine; {_UNDERSTOOD}")
        return FolderAddress(Path(unquote(parts.path)))
    if not uri or "\0" in uri or _SCHEME.match(uri):
        raise AddressError(f"cannot understand the address {_shown(uri)!r}; {_UNDERSTOOD}")
    return FolderAddress(Path(uri))


def _bucket(uri: str) -> BucketAddress:
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    if not _BUCKET.fullmatch(bucket):
        raise AddressError(
            f"an S3 address must begin with a bucket's name (3 to 63 of a-z 0-9 . -), "
            f"found {_shown(uri)!r}; {_UNDERSTOOD}"
        )
    return BucketAddress(bucket, prefix.strip("/"))


def _shown(uri: str) -> str:
    """Hide what stands before an ``@``: people paste credentials there."""
    return re.sub(r"//.*@", "//…@", uri)
