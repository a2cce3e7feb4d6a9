"""Copies of what others put into a bucket, under whatever keys they chose."""

import logging
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import Any

from infra.errors import StoreError
from infra.store.addresses import BucketAddress
from infra.store.base import StoreOptions
from infra.store.connection import connect, read_whole
from infra.store.failures import explained

logger = logging.getLogger(__name__)

_CHUNK_BYTES = 1 << 20
_WORKERS = 4


def download(place: BucketAddress, into: Path, options: StoreOptions) -> Path:
    """Copy every object below a prefix into a folder, keeping their paths, and return it.

    Bodies are streamed, their checksums verified, and each is the version that was listed. After
    a failure no copy is left, so that the call can be repeated.

    Raises:
        StoreError: If S3 did not answer or refused, there is nothing below the prefix, or an
            object changed meanwhile or does not fit into a folder.
        ValueError: If the folder is not empty.
    """
    return _Prefix(place, options).copy(into)


class _Prefix:
    """The objects below a prefix of a bucket."""

    def __init__(self, place: BucketAddress, options: StoreOptions) -> None:
        self._bucket = place.bucket
        self._prefix = f"{place.prefix}/" if place.prefix else ""
        self._address = f"s3://{place.bucket}/{self._prefix}"
        self._options = options
        self._client: Any = connect(options)

    def copy(self, into: Path) -> Path:
        into.mkdir(parents=True, exist_ok=True)
        if any(into.iterdir()):
            raise ValueError(f"the folder for a copy must be empty, found files in {into}")
        with explained(f"list {self._address}", self._options):
            entries = list(self._entries())
        if not entries:
            raise StoreError(
                f"there must be input tables below {self._address}, found no object; check the "
                "address"
            )
        targets = [into / _relative(entry["Key"], self._prefix) for entry in entries]
        with ExitStack() as undo:
            undo.callback(shutil.rmtree, into)
            with ThreadPoolExecutor(_WORKERS) as pool:
                sizes = list(pool.map(self._copy_one, entries, targets))
            undo.pop_all()
        logger.info("copied %d files, %d bytes, from %s", len(sizes), sum(sizes), self._address)
        return into

    def _entries(self) -> Iterator[Mapping[str, Any]]:
        pages = self._client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix):
            # A key that ends in "/" is how some tools draw an empty folder.
            yield from (entry for entry in page.get("Contents", ()) if entry["Key"][-1] != "/")

    def _copy_one(self, entry: Mapping[str, Any], target: Path) -> int:
        """Copy one object in the version that was listed; return its size in bytes."""
        request = {"Bucket": self._bucket, "Key": entry["Key"], "IfMatch": entry["ETag"]}
        name = f"s3://{self._bucket}/{entry['Key']}"

        def write(body: Any) -> int:
            with target.open("wb") as file:
                return sum(file.write(chunk) for chunk in body.iter_chunks(_CHUNK_BYTES))

        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with explained(f"read {name}", self._options):
                size, _ = read_whole(self._client, self._options, request, write)
        except OSError as error:
            raise StoreError(f"cannot copy {name} to {target}: {error.strerror}") from error
        if size != entry["Size"]:
            raise StoreError(f"{name} must have {entry['Size']} bytes, found {size}; run it again")
        return size


def _relative(key: str, prefix: str) -> PurePosixPath:
    """Return the path of a key below the prefix, if it stays below it."""
    path = PurePosixPath(key.removeprefix(prefix))
    if path.is_absolute() or ".." in path.parts or "\0" in str(path):
        raise StoreError(f"the key {key!r} would leave the folder it is copied to; rename it")
    return path
