"""What became of one setting: the words in which ``shike bootstrap`` reports."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from botocore.exceptions import ClientError

from infra.store.failures import status

_UNKNOWN: Final = (405, 501)
"""What a server answers that does not know a request: method not allowed, not implemented."""


class Outcome(StrEnum):
    """How applying a setting ended."""

    DONE = "done"
    ALREADY = "already"
    UNSUPPORTED = "not supported"


@dataclass(frozen=True)
class Step:
    """One setting, and what became of it."""

    setting: str
    outcome: Outcome
    note: str = ""
    """What a person should know of it; empty if there is nothing."""


def is_unknown(error: ClientError) -> bool:
    """Tell whether a server refused because it does not know the request at all."""
    return status(error) in _UNKNOWN
