"""Where attempts are remembered, and how they get there when several end at once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from infra.operations.metrics import CONTENT_TYPE, exposition
from infra.operations.records import Attempt, from_bytes, to_bytes
from infra.publish.pages import put_page
from infra.publish.swapping import change
from infra.store.base import Store, Stored

logger = logging.getLogger(__name__)

ATTEMPTS: Final = "operations/attempts.json"
METRICS: Final = "operations/metrics.prom"
PAGE: Final = "operations/index.html"
"""Where whoever renders it puts the page."""
KEPT: Final = 90
"""Attempts remembered: a quarter of a year of nights, in some 400 KB."""


def remember(store: Store, attempt: Attempt) -> tuple[Attempt, ...]:
    """Add an attempt to those remembered and replace the metrics.

    Returns:
        The attempts remembered, oldest first, this one among them.

    Raises:
        StoreError: If storage did not answer.
    """

    def decide(stored: Stored | None) -> tuple[bytes, tuple[Attempt, ...]]:
        attempts = (*_understood(stored), attempt)[-KEPT:]
        return to_bytes(attempts), attempts

    attempts = change(store, ATTEMPTS, "application/json", decide)
    put_page(store, METRICS, exposition(attempts), CONTENT_TYPE)
    return attempts


def kept_attempts(store: Store) -> Sequence[Attempt]:
    """Return the attempts remembered, oldest first.

    Raises:
        StoreError: If storage did not answer.
    """
    return _understood(store.get(ATTEMPTS))


def _understood(stored: Stored | None) -> tuple[Attempt, ...]:
    if stored is None:
        return ()
    try:
        return from_bytes(stored.body)
    except ValueError as error:
        # Nothing is built on it; a record that can be read again is worth more than a stop.
        logger.warning("%s is damaged and begins anew: %s", ATTEMPTS, error)
        return ()
