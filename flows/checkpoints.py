"""What a stage made, kept as soon as it is made: a day that was killed goes on where it stopped.

A run's id stands for its inputs, options and code, so what a stage once made under it is what it
would make again. Checkpoints are created once, an index of digests last; one that is missing or
damaged is made anew.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass

import pyarrow as pa

from infra.errors import StoreError
from infra.files import PARQUET, parquet_bytes, read_parquet
from infra.publish import store_once
from infra.publish.reading import verified
from infra.publish.records import sha256
from infra.store import Store
from quality.tables import OUTPUTS

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checkpoints:
    """The finished stages of one run."""

    store: Store
    run_id: str

    def load(self, stage: str) -> dict[str, pa.Table] | None:
        """Return what the stage made, or None if it has to run."""
        index = self.store.get(self._key(stage, "index.json"))
        if index is None:
            return None
        try:
            made = {
                name: _read(name, verified(self.store, self._table(stage, name), digest))
                for name, digest in json.loads(index.body).items()
            }
        except (StoreError, ValueError, pa.ArrowException):
            logger.warning("%s: its checkpoint is damaged; it runs again", stage)
            return None
        logger.info("%s: finished before, taken from its checkpoint", stage)
        return made

    def keep(self, stage: str, made: dict[str, pa.Table]) -> None:
        """Keep what the stage made.

        Raises:
            ConflictError: If the stage made something else before: it is not deterministic.
            StoreError: If storage did not answer.
        """
        bodies = {name: parquet_bytes(table) for name, table in sorted(made.items())}
        for name, body in bodies.items():
            store_once(self.store, self._table(stage, name), body, PARQUET)
        index = json.dumps({name: sha256(body) for name, body in bodies.items()}).encode()
        store_once(self.store, self._key(stage, "index.json"), index, "application/json")
        logger.info("%s: kept; a run that is killed from here on goes on behind it", stage)

    def _table(self, stage: str, name: str) -> str:
        return self._key(stage, f"{name}.parquet")

    def _key(self, stage: str, name: str) -> str:
        return f"state/{self.run_id}/made/{stage}/{name}"


def _read(name: str, body: bytes) -> pa.Table:
    table = read_parquet(body)
    # Its lists must be those that were declared, or they would be written otherwise.
    return table.cast(OUTPUTS[name].schema) if name in OUTPUTS else table
