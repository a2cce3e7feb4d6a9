"""What a shop's own reports teach: their texts, praised or not by their own stars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from quality.text_keys import bare, text_key
from trials.reports.language import language_of
from trials.reports.normalising import normalise
from trials.reports.stars import BLAMED, PRAISED

PARTS = 5
"""Fifths of the texts."""


@dataclass(frozen=True)
class ReportText:
    """The words of a report, whatever its stars say."""

    user_id: str
    language: str
    """zh or en."""
    text: str
    """As written."""
    key: str
    """Its :func:`~quality.text_keys.text_key`."""

    @property
    def part(self) -> int:
        """Which fifth of the texts it is in; decided by the text alone, so the same every time."""
        return int(self.key[:8], 16) % PARTS

    @property
    def is_held_back(self) -> bool:
        """Whether models are compared on it, and no training ever learns from it."""
        return self.part == 0


@dataclass(frozen=True)
class OwnText(ReportText):
    """A report whose stars leave no doubt."""

    label: int
    """1 from four stars on, 0 up to two."""


def own_texts(reports: pa.Table, as_of: date) -> list[OwnText]:
    """Return the shop's reports that can teach polarity or test it, ordered by report_id.

    Args:
        reports: Accepted rows of ``reports``; erased persons have none.
        as_of: Reports handed in on or after this day (UTC) are left out, and so are those of
            three stars, which tell neither praise from blame.
    """
    return [
        OwnText(**_words(row), label=int(row["rating"] >= PRAISED))
        for row in _rows_before(reports, as_of)
        if not BLAMED < row["rating"] < PRAISED
    ]


def doubtful_texts(reports: pa.Table, as_of: date) -> list[ReportText]:
    """Return the reports before a day whose stars tell neither praise from blame, by report_id.

    Args:
        reports: Accepted rows of ``reports``.
        as_of: As for :func:`own_texts`.
    """
    return [
        ReportText(**_words(row))
        for row in _rows_before(reports, as_of)
        if BLAMED < row["rating"] < PRAISED
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


def _rows_before(reports: pa.Table, as_of: date) -> list[dict[str, Any]]:
    midnight = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
    known = pc.less(reports["submitted_at"], pa.scalar(midnight))
    rows: list[dict[str, Any]] = reports.filter(known).sort_by("report_id").to_pylist()
    return rows


def _words(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "user_id": row["user_id"],
        "language": _language(row["text"], row.get("language")),
        "text": row["text"],
        "key": text_key(row["text"]),
    }


def _language(text: str, said: str | None) -> str:
    return said if said in ("zh", "en") else language_of(normalise(text).text)
