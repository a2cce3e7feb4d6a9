"""Review the day's trial reports: scores, opinions, and what each item's merchant should mend."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import starmap

import pyarrow as pa
import pyarrow.compute as pc

from quality.progress import Progress, silent
from quality.spreading import Spread, in_turn, slices
from quality.tables.outputs import IMPROVEMENT_SUMMARY, OPINIONS, REPORT_SCORES
from trials.privacy import SMALLEST_CELL
from trials.reports.follow_ups import follow_up_audiences
from trials.reports.item_summaries import (
    Beside,
    inverse_chances_of,
    previous_summaries,
    summary_table,
)
from trials.reports.options import ReviewOptions
from trials.reports.polarity import PolarityModels, load_models
from trials.reports.proposals import proposed_terms
from trials.reports.reading import Opinion, ReportFacts, WrittenReport, read_reports
from trials.reports.scoring import Row, score_reports, scores_table
from trials.reports.segments import traits_of

__all__ = ["ReviewOptions", "load_models", "review"]

logger = logging.getLogger(__name__)

_CHUNK = 1024
"""Reports read together; the same ones for any number of shards."""
_ITEM_COLUMNS = ["item_id", "merchant_id", "name", "category"]


def review(  # noqa: PLR0913 - two are what is known beside, two how it is run
    tables: Mapping[str, pa.Table],
    *,
    as_of: date,
    options: ReviewOptions,
    models: PolarityModels,
    selection: pa.Table | None = None,
    previous: pa.Table | None = None,
    smallest_cell: int = SMALLEST_CELL,
    progress: Progress = silent,
    spread: Spread = in_turn,
) -> dict[str, pa.Table]:
    """Score every report, find what its sentences say, and sum the items up.

    Args:
        tables: Input tables by name; ``reports`` and ``items`` are read, ``users`` and ``awards``
            for segments, ``users`` and ``events`` for follow-ups where they are. Reports handed in
            on or after ``as_of`` (UTC) are left out. No reports at all give empty tables.
        as_of: The day before which everything is known.
        options: How.
        models: Polarity models, trained beforehand.
        selection: Draws with inclusion probabilities; everything weighted counts a report of a
            trial by 1 / π. Null, or a report outside the draws: it counts once.
        previous: The last ``improvement_summary``, for what changed.
        smallest_cell: Fewest customers that a figure about a segment may stand for; smaller
            segments are merged.
        progress: Told after every shard of reports.
        spread: Where shards of reports are read.

    Returns:
        ``report_scores`` (``parts`` is a JSON object of name to [0, 1]), ``opinions``,
        ``improvement_summary``, ``follow_ups`` and ``proposed_terms``. Of the summary's JSON columns, ``aspects`` and
        ``suggestions`` are described at :func:`~trials.reports.summary.summarise_aspects` and
        :func:`~trials.reports.summary.summarise_suggestions`, ``changes`` at
        :func:`~trials.reports.batches.changes_of`, ``rating`` at
        :func:`~trials.reports.ratings.rating_of`, ``segments`` at
        :func:`~trials.reports.segments.segments_of` and ``sentences`` at
        :func:`~trials.reports.telling.sentences_of`. With "not enough evidence" only the aspects
        that report a danger are listed. Whatever is quoted or counted can be found in
        ``opinions`` by report_id and sentence_id. The order of the reports' rows does not matter.

    Raises:
        ValueError: If a report is about an item that ``items`` does not have.
    """
    rows = _known_reports(tables, as_of)
    opinions, facts = _read(rows, _Reader(models, options, _CHUNK), progress, spread)
    scored = score_reports(rows, facts, options)
    logger.info("read %d reports, found %d opinions", len(rows), len(opinions))
    beside = Beside(
        inverse_chances_of(scored, selection, options),
        previous_summaries(previous),
        traits_of(tables),
        smallest_cell,
    )
    summaries = summary_table(scored, opinions, beside, options)
    scores = REPORT_SCORES.conform(scores_table(scored))
    said = OPINIONS.conform(_opinions_table(opinions, rows))
    return {
        "report_scores": scores,
        "opinions": said,
        "improvement_summary": IMPROVEMENT_SUMMARY.conform(summaries),
        "proposed_terms": proposed_terms(rows),
        "follow_ups": follow_up_audiences(tables, scores, said, as_of=as_of, options=options),
    }


def _known_reports(tables: Mapping[str, pa.Table], as_of: date) -> list[Row]:
    """The reports handed in before the day, with their item, ordered by time and id."""
    if "reports" not in tables or not len(tables["reports"]):
        return []
    midnight = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
    reports = tables["reports"]
    reports = reports.filter(pc.less(reports["submitted_at"], pa.scalar(midnight)))
    items = {row["item_id"]: row for row in tables["items"].select(_ITEM_COLUMNS).to_pylist()}
    ordered = reports.sort_by([("submitted_at", "ascending"), ("report_id", "ascending")])
    return [{**row, "item": _item_of(row, items)} for row in ordered.to_pylist()]


def _item_of(report: Row, items: Mapping[str, Row]) -> Row:
    item = items.get(report["item_id"])
    if item is None:
        raise ValueError(
            f"every report must be about an item of the table items, report "
            f"{report['report_id']} is about {report['item_id']}"
        )
    return item


@dataclass(frozen=True)
class _Reader:
    """What reports are read with."""

    models: PolarityModels
    options: ReviewOptions
    together: int
    """Reports read together."""


@dataclass(frozen=True)
class _Shard:
    """Some of the reports, and the index of the first among all."""

    first: int
    written: pa.Table
    """A column a field of :class:`~trials.reports.reading.WrittenReport`."""

    def chunks(self, length: int) -> Iterator[tuple[int, list[WrittenReport]]]:
        """Yield so many reports at a time, and the index of the first of them among all."""
        columns = (column.to_pylist() for column in self.written.columns)
        reports = list(starmap(WrittenReport, zip(*columns, strict=True)))
        for start in range(0, len(reports), length):
            yield self.first + start, reports[start : start + length]


_Found = tuple[list[Opinion], list[ReportFacts]]


def _read(rows: Sequence[Row], reader: _Reader, progress: Progress, spread: Spread) -> _Found:
    cuts = slices(len(rows), spread.shards, reader.together)
    shards = (_Shard(cut.start, _written(rows[cut])) for cut in cuts)
    opinions: list[Opinion] = []
    facts: list[ReportFacts] = []
    for found, about in spread(_read_shard, reader, shards):
        opinions += found
        facts += about
        progress("review", len(facts), len(rows))
    return opinions, facts


def _read_shard(reader: _Reader, shard: _Shard) -> _Found:
    opinions: list[Opinion] = []
    facts: list[ReportFacts] = []
    for first, chunk in shard.chunks(reader.together):
        found, about = read_reports(chunk, first, reader.models, reader.options)
        opinions += found
        facts += about
    return opinions, facts


def _written(rows: Sequence[Row]) -> pa.Table:
    columns = {
        "report_id": [row["report_id"] for row in rows],
        "text": [row["text"] for row in rows],
        "rating": [row["rating"] for row in rows],
        "category": [row["item"]["category"] for row in rows],
        "language": [row.get("language") for row in rows],
    }
    return pa.table(columns)


def _opinions_table(opinions: Sequence[Opinion], rows: Sequence[Row]) -> pa.Table:
    columns = {
        "report_id": [rows[one.report]["report_id"] for one in opinions],
        "sentence_id": [one.sentence_id for one in opinions],
        "aspect": [one.aspect for one in opinions],
        "item_id": [rows[one.report]["item_id"] for one in opinions],
        "merchant_id": [rows[one.report]["item"]["merchant_id"] for one in opinions],
        "polarity": [one.polarity for one in opinions],
        "is_suggestion": [one.is_suggestion for one in opinions],
        "quote": [one.quote for one in opinions],
        "start": [one.start for one in opinions],
        "end": [one.end for one in opinions],
    }
    return pa.table(columns, schema=OPINIONS.schema)
