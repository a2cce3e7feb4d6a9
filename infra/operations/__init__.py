"""The record of operations: how each attempt at a day went, beside what it published.

A run has the same bytes whenever it is made, so how long it took and how often it was tried stands
outside it, below ``operations/``:

| key | holds |
|---|---|
| ``operations/attempts.json`` | the last attempts, oldest first |
| ``operations/metrics.prom`` | the last attempt as a Prometheus scrape has it |
| ``operations/index.html`` | both for people |

All three are replaced whole; merchants cannot read them.
"""

from infra.operations.keeping import ATTEMPTS, METRICS, PAGE, kept_attempts, remember
from infra.operations.records import Attempt, Published, StageRecord

__all__ = [
    "ATTEMPTS",
    "METRICS",
    "PAGE",
    "Attempt",
    "Published",
    "StageRecord",
    "kept_attempts",
    "remember",
]
