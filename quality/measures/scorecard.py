"""How good each source's data are, and whether they are getting worse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from quality.measures.card import Card
from quality.measures.delays import Delays
from quality.measures.delivered import Delivered, Earlier
from quality.measures.tally import Tally
from quality.reading.sql import literals
from quality.tables.outputs import SOURCE_SCORECARD

if TYPE_CHECKING:
    from quality.validated import TableCount

_MICROSECONDS_AN_HOUR = 3_600_000_000


def cards_of(
    delivered: Delivered, tally: Tally, count: TableCount, delays: Delays | None
) -> list[Card]:
    """Score every source of a table; a table without rows has none.

    Late and vanished rows are known by table only: they stand on the card of a table's one
    source, and are null where it has several.
    """
    if not count.read:
        return []
    read = tally.read
    refused = _refused(delivered, tally, by_source=len(read) > 1)
    if len(read) == 1:
        duplicates = {next(iter(read)): count.duplicates}
    else:
        duplicates = _duplicates(delivered, tally)
    accepted = _accepted(delivered, tally)
    mandatory = sum(not column.optional for column in tally.table.columns)
    cards = []
    for source in sorted(read):
        held = {"accepted": 0} | accepted.get(source, {})
        quarantined, missing, contradictions = refused.get(source, (0, 0, 0))
        cards.append(
            Card(
                table=tally.table.name,
                source=source,
                read=read[source],
                mandatory=mandatory,
                quarantined=quarantined,
                missing_mandatory=missing,
                contradictions=contradictions,
                duplicates=duplicates.get(source, 0),
                delays=delays if len(read) == 1 else None,
                **held,
            )
        )
    return cards


def scorecard_table(cards: Sequence[Card], delivered: Delivered, earlier: Earlier) -> pa.Table:
    """Return ``source_scorecard``, the scores of earlier runs as each source's trend."""
    options = delivered.options
    runs = earlier.source_scorecard[max(0, len(earlier.days) - options.trend_runs + 1) :]
    past = [_scores(run) for run in runs]
    rows = [
        card.row(options.owner_of(card.table), [run.get((card.table, card.source)) for run in past])
        for card in cards
    ]
    return SOURCE_SCORECARD.conform(pa.Table.from_pylist(rows, schema=SOURCE_SCORECARD.schema))


def _scores(run: pa.Table) -> Mapping[tuple[str, str], float]:
    columns = (run[name].to_pylist() for name in ("table", "source", "score"))
    return {(table, source): score for table, source, score in zip(*columns, strict=True)}


def _accepted(delivered: Delivered, tally: Tally) -> dict[str, dict[str, Any]]:
    """Return what is known of each source's accepted rows."""
    columns = tally.table.columns
    optional = [f"sum(filled_{column.name})" for column in columns if column.optional]
    mandatory = len(columns) - len(optional)
    filled = " + ".join([f"{mandatory} * sum(rows)", *optional])
    start = delivered.start_of(delivered.as_of)
    hours = f"(epoch_us({start}) - epoch_us(max(newest))) / {_MICROSECONDS_AN_HOUR}"
    names = ("source", "accepted", "filled", "cells", "freshness_hours")
    rows = delivered.connection.execute(
        f"SELECT source, sum(rows)::BIGINT, ({filled})::BIGINT,"
        f" ({len(columns)} * sum(rows))::BIGINT, ({hours})::DOUBLE"
        f" FROM {tally.relation} GROUP BY source"
    ).fetchall()
    return {row[0]: dict(zip(names[1:], row[1:], strict=True)) for row in rows}


def _refused(
    delivered: Delivered, tally: Tally, *, by_source: bool
) -> dict[str, tuple[int, int, int]]:
    """Return each source's quarantined rows, empty mandatory cells, and contradicting rows."""
    name = tally.table.name
    rules = literals(tuple(sorted(delivered.consistency_rules.get(name, ()))))
    source, joined = tally.source if by_source else "''", ""
    if by_source:
        joined = f" JOIN (SELECT source_file, row_number, source FROM typed_{name})"
        joined += " USING (source_file, row_number)"
    rows = delivered.connection.execute(
        f"SELECT {source}, count(*),"
        " sum(len(list_filter(rule_ids, lambda id: id LIKE '%.not_null')))::BIGINT,"
        f" count(*) FILTER (list_has_any(rule_ids, [{rules}]::VARCHAR[]))"
        f" FROM refused_{name}{joined} GROUP BY 1"
    ).fetchall()
    return {source: (count, missing, contrary) for source, count, missing, contrary in rows}


def _duplicates(delivered: Delivered, tally: Tally) -> dict[str, int]:
    """Return the further copies of each source."""
    name = tally.table.name
    copies = (
        f"SELECT source_file, row_number FROM duplicate_{name} UNION ALL"
        f" SELECT source_file, row_number FROM aside_{name} WHERE why = 'redelivered'"
    )
    query = (
        f"SELECT {tally.source}, count(*) FROM typed_{name}"
        f" SEMI JOIN ({copies}) USING (source_file, row_number) GROUP BY 1"
    )
    return dict(delivered.connection.execute(query).fetchall())
