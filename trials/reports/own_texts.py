"""What a shop's own reports teach: their texts, praised or not by their own stars."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from quality.text_keys import bare, text_key
from trials.reports.language import language_of
from trials.reports.normalising import normalise
from trials.reports.stars import BLAMED, PRAISED

_PARTS = 5


@dataclass(frozen=True)
class OwnText:
    """A report whose stars leave no doubt."""

    user_id: str
    language: str
    """zh or en."""
    text: str
    """As written."""
    key: str
    """Its :func:`~quality.text_keys.text_key`."""
    label: int
    """1 from four stars on, 0 up to two."""

    @property
    def part(self) -> int:
        """Which fifth of the texts it is in; decided by the text alone, so the same every time."""
        return int(self.key[:8], 16) % _PARTS

    @property
    def is_held_back(self) -> bool:
        """Whether models are compared on it, and no training ever learns from it."""
        return self.part == 0


def own_texts(reports: pa.Table, as_of: date) -> list[OwnText]:
    """Return the shop's reports that can teach polarity or test it, ordered by report_id.

    Args:
        reports: Accepted rows of ``reports``; erased persons have none.
        as_of: Reports handed in on or after this day (UTC) are left out, and so are those of
            three stars, which tell neither praise from blame.
    """
    midnight = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
    known = pc.less(reports["submitted_at"], pa.scalar(midnight))
    clear = pc.or_(
        pc.greater_equal(reports["rating"], PRAISED), pc.less_equal(reports["rating"], BLAMED)
    )
    rows = reports.filter(pc.and_(known, clear)).sort_by("report_id").to_pylist()
    return [
        OwnText(
            user_id=row["user_id"],
            language=_language(row["text"], row.get("language")),
            text=row["text"],
            key=text_key(row["text"]),
            label=int(row["rating"] >= PRAISED),
        )
        for row in rows
    ]


def compared(texts: Sequence[OwnText], least_characters: int) -> list[OwnText]:
    """Return the held-back texts, each once, none that is short or occurs with both labels."""
    labels: dict[str, set[int]] = {}
    first: dict[str, OwnText] = {}
    for one in texts:
        labels.setdefault(one.key, set()).add(one.label)
        if one.is_held_back:
            first.setdefault(one.key, one)
    return [
        one
        for key, one in first.items()
        if len(labels[key]) == 1 and len(bare(one.text)) >= least_characters
    ]


def _language(text: str, said: str | None) -> str:
    return said if said in ("zh", "en") else language_of(normalise(text).text)
