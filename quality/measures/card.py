"""One source of a table, scored."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from quality.measures.delays import Delays

_DECIMALS = 2


@dataclass(frozen=True, kw_only=True)
class Card:
    """What became of the rows of one source of a table."""

    table: str
    source: str
    read: int
    accepted: int
    filled: int = 0
    """Cells of the accepted rows that are not null."""
    cells: int = 0
    """Cells of the accepted rows."""
    freshness_hours: float | None = None
    """Hours from the newest accepted row to the as-of day; None where there is no time."""
    quarantined: int = 0
    duplicates: int = 0
    contradictions: int = 0
    missing_mandatory: int = 0
    """Mandatory cells that are empty, each of which quarantined its row."""
    mandatory: int
    """How many columns of the table are mandatory."""
    delays: Delays | None = None

    @property
    def judged(self) -> int:
        """Rows read that are known on the as-of day, and neither replaced nor erased."""
        return self.accepted + self.quarantined + self.duplicates

    @property
    def score(self) -> float:
        """100 where nothing is wrong; what multiplies it is in the declaration of the table."""
        cells = (self.accepted + self.quarantined) * self.mandatory
        parts = (
            _share(self.accepted, self.judged, of_nothing=1.0),
            1 - _share(self.missing_mandatory, cells),
            1 - _share(self.duplicates, self.judged),
            1 - _share(self.contradictions, self.judged),
        )
        product = 100.0
        for part in parts:
            product *= part
        return round(product, _DECIMALS)

    def row(self, owner: str, past_scores: Sequence[float | None]) -> dict[str, Any]:
        """Return the row of ``source_scorecard``."""
        return {
            "table": self.table,
            "source": self.source,
            "owner": owner,
            "rows_read": self.read,
            "accepted_share": _share(self.accepted, self.judged, of_nothing=1.0),
            "quarantined_share": _share(self.quarantined, self.judged),
            "duplicate_share": _share(self.duplicates, self.judged),
            "contradiction_share": _share(self.contradictions, self.judged),
            "completeness": _share(self.filled, self.cells, of_nothing=1.0),
            "late_rows": self.delays.late_rows if self.delays else None,
            "vanished_rows": self.delays.vanished_rows if self.delays else None,
            "freshness_hours": self.freshness_hours,
            "score": self.score,
            "trend": json.dumps([*past_scores, self.score]),
        }


def _share(part: int, whole: int, *, of_nothing: float = 0.0) -> float:
    return part / whole if whole else of_nothing
