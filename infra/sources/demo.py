"""The demo's data folder: real household purchases, their campaigns, and real reviews as reports."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from infra.sources.complete_journey import journey_tables, open_journey
from infra.sources.coupon_campaigns import campaign_tables
from infra.sources.demo_reports import demo_reports
from quality.progress import Progress, silent
from quality.tables.inputs import INPUTS

if TYPE_CHECKING:
    from pathlib import Path

ROW_GROUP_ROWS = 122_880
"""Rows a row group: what DuckDB reads at a time."""

SETTLED_DAYS = 120
"""Days before the as-of date by which an author of a report has been a customer."""

_STEPS = 4


def write_demo_data(out: Path, *, as_of: date, cache: Path, progress: Progress = silent) -> Path:
    """Write the demo's tables as ``<table>.parquet`` into ``out``; the same bytes every time.

    Rows at or after ``as_of`` are written too: the pipeline leaves them out, and the evaluation
    needs the whole year.

    Args:
        out: The data folder; made if it does not exist, other files in it are left alone.
        as_of: The demo's day, see ``journey_tables`` and ``campaign_tables``.
        cache: Where downloaded review texts are kept.
        progress: Told of each step.

    Returns:
        ``out``.
    """
    progress("demo data: purchases", 0, _STEPS)
    connection = open_journey()
    progress("demo data: tables", 1, _STEPS)
    tables = journey_tables(connection, as_of=as_of) | campaign_tables(connection, as_of=as_of)
    connection.close()
    progress("demo data: reviews", 2, _STEPS)
    reviews = demo_reports(_authors(tables["users"], as_of), as_of=as_of, cache=cache)
    progress("demo data: files", 3, _STEPS)
    write_tables(out, merge(tables, reviews))
    progress("demo data: files", _STEPS, _STEPS)
    return out


def merge(tables: dict[str, pa.Table], reviews: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Put the reviews' rows beside the others, with a merchant for each seller they name."""
    merged = dict(tables)
    added = reviews | {"merchants": _merchants_of(reviews["items"], tables["merchants"])}
    for name, rows in added.items():
        declared = INPUTS[name]
        parts = [merged.get(name, declared.empty()), declared.conform(rows)]
        merged[name] = declared.conform(pa.concat_tables(parts))
    return merged


def write_tables(folder: Path, tables: dict[str, pa.Table]) -> None:
    """Write each table whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        unfinished = folder / f".{name}.parquet.part"
        pq.write_table(table, unfinished, compression="zstd", row_group_size=ROW_GROUP_ROWS)
        unfinished.replace(folder / f"{name}.parquet")


def _authors(users: pa.Table, as_of: date) -> list[str]:
    settled = pc.less(users["joined_on"], as_of - timedelta(days=SETTLED_DAYS))
    authors: list[str] = users.filter(settled)["user_id"].to_pylist()
    return authors


def _merchants_of(items: pa.Table, known: pa.Table) -> pa.Table:
    """Name the sellers that are not known yet; the words of their items decide the language."""
    is_new = pc.invert(pc.is_in(items["merchant_id"], value_set=known["merchant_id"]))
    new = items.filter(is_new)
    words = pa.table({"seller": new["merchant_id"], "is_english": pc.string_is_ascii(new["name"])})
    sellers = words.group_by("seller").aggregate([("is_english", "all")])
    names = pc.utf8_capitalize(pc.replace_substring(sellers["seller"], "-", " "))
    return pa.table(
        {
            "merchant_id": sellers["seller"],
            "name": names,
            "locale": pc.if_else(sellers["is_english_all"], "en", "zh-CN"),
        }
    )
