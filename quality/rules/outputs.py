"""Contracts of what shike publishes: an outcome that blocks means that nothing may be published."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from quality.database import open_database
from quality.needs import NEED_GROUP_SQL
from quality.reading.findings import Note
from quality.reading.sql import literal
from quality.rules.contracts import output_rules
from quality.rules.expected import Expected
from quality.rules.governing import govern
from quality.rules.judging import faults_of, outcome_of, told_faults
from quality.tables.outputs import OUTPUTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    import duckdb

    from quality.rules.options import ValidationOptions
    from quality.rules.outcome import Outcome
    from quality.rules.rule import Rule
    from quality.schema import Table


def check_outputs(  # noqa: PLR0913 - each is a fact of the day
    tables: Mapping[str, pa.Table],
    *,
    as_of: date,
    options: ValidationOptions,
    list_length: int,
    slots_per_need: int = 1,
    may_be_short: bool = False,
    items: pa.Table | None = None,
    units_of_trial: Mapping[str, int] | None = None,
) -> list[Outcome]:
    """Check the tables of a day before they are published.

    Args:
        tables: Published tables by name, in their declared schemas; others are passed over.
        as_of: The day.
        options: Owners, severities, thresholds and waivers.
        list_length: Slots of a list.
        slots_per_need: Slots of a list that one need group may take.
        may_be_short: Whether lists may stay short though more could be shown (``frugal_cap``).
        items: The accepted ``items``, to find each item and its merchant; None: not compared.
        units_of_trial: Units by trial, of the trials drawn today at least; None: not compared.

    Returns:
        One outcome a rule, with side ``output``; one that blocks is a fault of shike.
    """
    with (
        TemporaryDirectory(prefix="shike-") as workdir,
        closing(open_database(Path(workdir) / "outputs.duckdb")) as connection,
    ):
        made = {name: tables[name] for name in OUTPUTS if name in tables}
        for name, table in made.items():
            _keep(connection, f"made_{name}", table)
        present = {*made, *_beside(connection, items, units_of_trial, as_of)}
        expected = Expected(
            options=options,
            as_of=as_of,
            list_length=list_length,
            slots_per_need=slots_per_need,
            may_be_short=may_be_short,
            present=frozenset(present),
        )
        outcomes = [
            outcome
            for name, table in made.items()
            for outcome in _check(connection, OUTPUTS[name], len(table), expected)
        ]
    return govern(outcomes, options, as_of)


def _beside(
    connection: duckdb.DuckDBPyConnection,
    items: pa.Table | None,
    units_of_trial: Mapping[str, int] | None,
    as_of: date,
) -> Iterator[str]:
    if items is not None:
        _keep(connection, "given_items", items)
        connection.execute(f"""
            CREATE VIEW made_items AS
            SELECT item_id, merchant_id, {NEED_GROUP_SQL} AS need_group,
                   coalesce(is_available, true)
                   AND coalesce(launched_on < DATE {literal(as_of.isoformat())}, true)
                   AS is_available
            FROM given_items""")
        yield "items"
    if units_of_trial is not None:
        units = {"trial_id": list(units_of_trial), "units": list(units_of_trial.values())}
        schema = pa.schema([("trial_id", pa.string()), ("units", pa.int64())])
        _keep(connection, "made_units", pa.table(units, schema=schema))
        yield "units"


def _keep(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """Copy a table to disk: what is only registered, Great Expectations' own cursor cannot see."""
    connection.register("arrow_table", table)
    connection.execute(f"CREATE TABLE {name} AS SELECT * FROM arrow_table")
    connection.unregister("arrow_table")


def _check(
    connection: duckdb.DuckDBPyConnection, table: Table, rows: int, expected: Expected
) -> Iterator[Outcome]:
    rules = output_rules(table, expected)
    counts = _counts(connection, table, rules) if rows else {}
    for rule in rules:
        failed = counts.get(rule.rule_id, 0)
        found, sample = None, "[]"
        if failed:
            faults = _masked(connection, rule, table, expected.options.sample_rows)
            found, sample = _told(rule, failed, rows, faults), json.dumps(faults)
        yield outcome_of(rule, checked=rows, failed=failed, found=found, sample=sample)


def _counts(
    connection: duckdb.DuckDBPyConnection, table: Table, rules: Sequence[Rule]
) -> Mapping[str, int]:
    from quality.expectations import count_failures  # noqa: PLC0415 - importing takes seconds

    return count_failures(connection, f"made_{table.name}", rules).counts


def _masked(
    connection: duckdb.DuckDBPyConnection, rule: Rule, table: Table, most: int
) -> list[dict[str, Any]]:
    """Return some faults: of rows the key and what the rule is about, nothing personal."""
    faults = faults_of(connection, rule, f"made_{table.name}", most)
    if rule.scope == "row":
        named = dict.fromkeys((*table.key, rule.column) if rule.column else table.key)
        faults = [{name: fault[name] for name in named} for fault in faults]
    hidden = {column.name for column in table.columns if column.is_hidden}
    return [
        {name: "•••" if name in hidden else value[:80] for name, value in fault.items()}
        for fault in faults
    ]


def _told(rule: Rule, failed: int, rows: int, faults: Sequence[Mapping[str, str]]) -> Note:
    if rule.scope == "table":
        return told_faults(rule, faults, failed)
    first = ", ".join(f"{name} = {value}" for name, value in faults[0].items())
    return Note(
        f"{failed:,} of {rows:,} rows; one of them: {first}.",
        f"{rows:,} 行中有 {failed:,} 行；其中一行：{first}。",
    )
