"""Telling people outside: one small JSON document, posted to an address that the shop names."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import StringConstraints


@dataclass(frozen=True)
class NotifyOptions:
    """Who is told when a day fails, crashes, is cancelled or is blocked."""

    webhook_url: Annotated[str, StringConstraints(pattern=r"^(https?://\S+)?$")] = field(
        default="", repr=False
    )
    """Address that receives a small JSON document by POST; empty tells nobody. Chat tools take it
    through a webhook of their own. Whoever knows the address can post to it, so it is a secret."""
    timeout_seconds: float = 10.0
    """Longest wait for the receiver."""


def post(options: NotifyOptions, document: Mapping[str, object]) -> None:
    """Post the document as JSON.

    Raises:
        OSError: If the receiver did not take it: no connection, silence, or a status that is not
            one of success.
    """
    request = urllib.request.Request(  # noqa: S310 - the options allow http and https only
        options.webhook_url,
        data=json.dumps(document, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json; charset=utf-8", "User-Agent": "shike"},
        method="POST",
    )
    urllib.request.urlopen(request, timeout=options.timeout_seconds).close()  # noqa: S310 - see above
