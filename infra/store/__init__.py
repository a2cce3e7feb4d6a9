"""One store, two bodies: a folder on this machine, or a bucket of S3."""

from infra.store.addresses import BucketAddress, FolderAddress, parse_address
from infra.store.base import KeyTaken, Store, Stored, StoreOptions, TagMismatch
from infra.store.folder import FolderStore
from infra.store.keys import check_key, decode_id, encode_id

__all__ = [
    "BucketAddress",
    "FolderAddress",
    "FolderStore",
    "KeyTaken",
    "Store",
    "StoreOptions",
    "Stored",
    "TagMismatch",
    "check_key",
    "decode_id",
    "encode_id",
    "open_store",
    "parse_address",
]


def open_store(uri: str, options: StoreOptions | None = None) -> Store:
    """Return the store at an address; nothing is read, written or created yet.

    Args:
        uri: A folder (``shop-store``, ``/srv/store``, ``file:///srv/store``) or
            ``s3://bucket/prefix``.
        options: How to reach S3; a folder needs none.

    Raises:
        AddressError: If the address is neither, or its prefix is not a key.
        StoreError: If the options cannot make a connection, such as a profile that does not exist.
    """
    options = options or StoreOptions()
    match parse_address(uri):
        case FolderAddress(path):
            return FolderStore(path)
        case BucketAddress(bucket, prefix):
            # boto3 takes a second to import, which a folder need not cost.
            from infra.store.s3 import S3Store  # noqa: PLC0415  # see above

            return S3Store(bucket, prefix, options)
