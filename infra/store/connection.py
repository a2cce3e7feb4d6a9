"""A connection to S3: signed, bounded in time and tries, its failures told as sentences.

This module and its neighbour ``s3`` are where the untyped boto3 ends.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    FlexibleChecksumError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    ReadTimeoutError,
    ResponseStreamingError,
)

from infra.errors import StoreError
from infra.store.base import StoreOptions

_T = TypeVar("_T")

_BROKEN_BODY = (
    FlexibleChecksumError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)
"""What reading an answer's body raises; botocore repeats requests, but not these."""
_CREDENTIALS = "check the access key and secret"
_LATER = "try again later"
_ADVICE = {
    "NoSuchBucket": "the bucket does not exist; create it, or mend the address or the endpoint",
    "AccessDenied": "these credentials may not do that; ask for the permission",
    "AllAccessDisabled": "these credentials may not do that; ask for the permission",
    "InvalidAccessKeyId": _CREDENTIALS,
    "SignatureDoesNotMatch": _CREDENTIALS,
    "ExpiredToken": "the credentials have expired; renew them",
    "RequestTimeTooSkewed": "this machine's clock is wrong; set it",
    "PreconditionFailed": "it was changed meanwhile; run it again",
    "PermanentRedirect": "the bucket is in another region; set the region",
    "SlowDown": _LATER,
    "ServiceUnavailable": _LATER,
    "InternalError": _LATER,
}
_ADVICE_BY_STATUS = {401: _CREDENTIALS, 403: _ADVICE["AccessDenied"], 500: _LATER, 503: _LATER}


def connect(options: StoreOptions) -> Any:
    """Return a boto3 S3 client; no request is made. It may be shared between threads.

    Raises:
        StoreError: If no client can be made of the options and of what boto3 finds by itself.
    """
    place = urlsplit(options.endpoint_url)
    if options.endpoint_url and (place.scheme not in ("http", "https") or "@" in place.netloc):
        raise StoreError(
            "an endpoint must be http(s)://host:port without credentials; mend endpoint_url"
        )
    if bool(options.access_key) != bool(options.secret_key):
        raise StoreError("access_key and secret_key belong together; give both or neither")
    with explained("connect to S3", options):
        return boto3.session.Session().client(
            "s3",
            endpoint_url=options.endpoint_url or None,
            region_name=options.region or ("us-east-1" if options.endpoint_url else None),
            aws_access_key_id=options.access_key or None,
            aws_secret_access_key=options.secret_key or None,
            verify=options.ca_bundle or None,
            config=_config(options),
        )


def _config(options: StoreOptions) -> Config:
    return Config(
        signature_version="s3v4",
        connect_timeout=options.connect_timeout_seconds,
        read_timeout=options.read_timeout_seconds,
        retries={"mode": "standard", "total_max_attempts": options.attempts},
        max_pool_connections=options.connections,
        # Only AWS is sure to answer to bucket.host names.
        s3={"addressing_style": "path" if options.endpoint_url else "auto"},
    )


def read_whole(
    client: Any, options: StoreOptions, request: dict[str, str], consume: Callable[[Any], _T]
) -> tuple[_T, str]:
    """Get an object and let ``consume`` read its body, from the start again if it arrives broken.

    The body's checksum is verified by botocore where the server sends one.

    Args:
        client: The connection.
        options: How often to try.
        request: Arguments of ``get_object``.
        consume: Reads the body to its end; called once an attempt.

    Returns:
        What ``consume`` returned, and the object's tag.

    Raises:
        ClientError: If the server refuses, or there is no such object.
        BotoCoreError: If no attempt brought a whole body.
    """
    for attempt in range(options.attempts):
        answer = client.get_object(**request)
        try:
            return consume(answer["Body"]), answer["ETag"]
        except _BROKEN_BODY:
            if attempt + 1 == options.attempts:
                raise
            pause(attempt)
    raise ValueError(f"attempts must be positive, got {options.attempts}")


def pause(attempt: int) -> None:
    """Wait before the next attempt, longer each time: 0.1 s, 0.2 s, … at most 2 s."""
    time.sleep(min(0.1 * 2**attempt, 2.0))


def status(error: ClientError) -> int:
    """Return the HTTP status of a refusal."""
    return int(error.response["ResponseMetadata"].get("HTTPStatusCode", 0))


def code(error: ClientError) -> str:
    """Return S3's name of a refusal."""
    return str(error.response["Error"].get("Code", ""))


def was_retried(error: ClientError) -> bool:
    """Tell whether an earlier try of the same request may have reached the server."""
    return int(error.response["ResponseMetadata"].get("RetryAttempts", 0)) > 0


@contextmanager
def explained(what: str, options: StoreOptions) -> Iterator[None]:
    """Turn boto3's errors into one that says what failed, where, and what to do.

    Only codes and types are repeated, never a server's own text: it may quote the request.
    """
    where = options.endpoint_url or "AWS"
    try:
        yield
    except ClientError as error:
        found, advice = code(error), _ADVICE_BY_STATUS.get(status(error), "see the server's log")
        raise StoreError(
            f"cannot {what} at {where}: {_ADVICE.get(found, advice)} ({found}, {status(error)})"
        ) from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise StoreError(
            f"cannot {what} at {where}: no credentials were found; set access_key and secret_key, "
            "or give boto3 a profile, a role or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        ) from error
    except BotoCoreError as error:
        raise StoreError(
            f"cannot {what} at {where}: no whole answer after {options.attempts} attempts "
            f"({type(error).__name__}); check the address and the network, then run it again"
        ) from error
