"""A second reading of clauses whose words leave doubt: by what a clause means, not by its words.

A clause is embedded, and a regression on the embedding says whether it praises. Its log odds stand
beside those of the first reading, each with a weight of its own. ``python
benchmarks/fit_second_reading.py`` fits all of it on labelled clauses and writes
``second_reading.yaml``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np
import yaml

from trials.arrays import Floats
from trials.reports.clause_weights import Weighing
from trials.reports.sentence_embeddings import Embedder

DOUBT: Final = 1.5
"""Log odds by the first reading within which a clause is read again: about every sixth."""


@dataclass(frozen=True)
class SecondReading:
    """How the second reading weighs what is said by a clause of one language."""

    weighing: Weighing
    """Of the model, of words, of turns of phrase and of stars, instead of the first reading's."""
    meaning: float
    """Of one log odd by the embedding."""
    direction: Floats
    """Log odds per unit of each dimension of the embedding, shape (dimensions,)."""
    intercept: float
    """Log odds of the embedding at nothing."""

    def odds_by_meaning(self, clauses: Sequence[str], embedder: Embedder) -> Floats:
        """Return the weighed log odds of normalised clauses by their meaning, shape (clauses,)."""
        if not clauses:
            return np.empty(0)
        odds: Floats = embedder.embed(clauses) @ self.direction + self.intercept
        return self.meaning * odds


@cache
def second_reading(language: str) -> SecondReading:
    """Return the second reading of a language, zh or en."""
    file = resources.files(__package__) / "second_reading.yaml"
    document: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    body = document[language]
    direction = np.array(body["direction"])
    return SecondReading(
        Weighing(**body["weighing"]), body["meaning"], direction, body["intercept"]
    )
