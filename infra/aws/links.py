"""Links for whoever has no credentials of their own: one object, for a short time."""

from __future__ import annotations

from typing import Any, Final

from botocore.exceptions import ClientError

from infra.errors import StoreError
from infra.store.addresses import BucketAddress
from infra.store.base import StoreOptions
from infra.store.connection import connect
from infra.store.failures import code, explained
from infra.store.keys import check_key

USUAL_MINUTES: Final = 15
LONGEST_MINUTES: Final = 12 * 60


def presigned_link(
    address: BucketAddress, key: str, options: StoreOptions, *, minutes: int = USUAL_MINUTES
) -> str:
    """Return a link that reads one object until it expires, whoever holds it.

    It is signed with the credentials in use: it may read what they may, and it ends with them, so
    a role's short-lived credentials can end it earlier.

    Args:
        address: The store.
        key: The object's key in the store.
        options: How to reach S3.
        minutes: How long the link lives, 1 to 720.

    Raises:
        ValueError: If it should live longer, or the key is not one.
        StoreError: If there is no such object, or S3 did not answer or refused.
    """
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise ValueError(f"a link must live 1 to {LONGEST_MINUTES} minutes, got {minutes}")
    below = f"{address.prefix}/" if address.prefix else ""
    request = {"Bucket": address.bucket, "Key": below + check_key(key)}
    client = connect(options)
    with explained(f"link to {key}", options):
        if not _is_there(client, request):
            raise StoreError(f"there is no {key!r} in s3://{address.bucket}/{below}; check the key")
        link: str = client.generate_presigned_url(
            "get_object", Params=request, ExpiresIn=minutes * 60
        )
    return link


def _is_there(client: Any, request: dict[str, str]) -> bool:
    try:
        # Not HEAD, whose refusals have no body to say what they are.
        client.get_object(**request)["Body"].close()
    except ClientError as error:
        if code(error) == "NoSuchKey":
            return False
        raise
    return True
