"""A connection to S3: signed, bounded in time and tries.

This module and its neighbours are where the untyped boto3 ends.
"""

import time
from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import (
    FlexibleChecksumError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from botocore.loaders import Loader

from infra.errors import StoreError
from infra.store.base import StoreOptions
from infra.store.failures import explained

_T = TypeVar("_T")

_BROKEN_BODY = (
    FlexibleChecksumError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)
"""What reading an answer's body raises; botocore repeats requests, but not these."""
_MODELS = Loader()
"""What botocore knows of S3: megabytes of JSON, which all clients of a process may share."""
_SMALL_BYTES = 64 << 10
"""Fits into the buffers of a connection, so that even a server that refuses it takes it."""


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
        client = _session().client(
            "s3",
            endpoint_url=options.endpoint_url or None,
            region_name=options.region or ("us-east-1" if options.endpoint_url else None),
            aws_access_key_id=options.access_key or None,
            aws_secret_access_key=options.secret_key or None,
            verify=options.ca_bundle or None,
            config=_config(options),
        )
    client.meta.events.register("before-sign.s3", _send_small_bodies_at_once)
    return client


def _session() -> Any:
    """Return a session that looks for credentials anew, and reads no model a second time."""
    core = botocore.session.get_session()
    core.register_component("data_loader", _MODELS)
    return boto3.session.Session(botocore_session=core)


def _send_small_bodies_at_once(request: Any, **_: Any) -> None:
    """Do not ask for leave to send a small body (RFC 9110 §10.1.1): a round trip, for nothing."""
    body = request.body
    if isinstance(body, BytesIO) and body.getbuffer().nbytes <= _SMALL_BYTES:
        del request.headers["Expect"]


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
