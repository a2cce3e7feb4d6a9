"""Great Expectations inside DuckDB: the rules as suites, their counts as the verdict's evidence."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import great_expectations as gx
from duckdb_engine import ConnectionWrapper
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine

from quality.expectations.no_rows import expectation_of
from quality.rules.rule import Rule

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Counted:
    """What Great Expectations found in one view."""

    counts: Mapping[str, int]
    """How many rows the query of each rule returned, by rule id."""
    result: Any
    """Great Expectations' own validation result, for its Data Docs; it holds no rows."""


class _DuckDBExecutionEngine(SqlAlchemyExecutionEngine):  # type: ignore[misc] # ships no types
    """Great Expectations reads results after closing the connection; DuckDB forgets them then."""

    def execute_query(self, query: Any) -> Any:
        """Execute a query and keep its rows beyond the life of the connection."""
        with self.get_connection() as connection:
            return self._execute_query_with_recovery(connection, query).freeze()()


def count_failures(
    connection: duckdb.DuckDBPyConnection, view: str, rules: Sequence[Rule]
) -> Counted:
    """Validate one view against its rules.

    Args:
        connection: The database that holds the view.
        view: Name of the view.
        rules: The rules of one table, each with its own id.

    Raises:
        RuntimeError: If a rule's query cannot be run: a fault of the rule, not of the data.
    """
    context = gx.get_context(mode="ephemeral", project_config=_quiet())
    # Each step below would write all settings as YAML into a store in memory, for nobody to read.
    context.variables.save = lambda: None
    source = context.data_sources.add_sql(
        "shike",
        connection_string="duckdb:///:memory:",
        kwargs={"creator": lambda: ConnectionWrapper(connection.cursor())},
    )
    batch = source.add_table_asset(view, table_name=view).add_batch_definition_whole_table("day")
    suite = gx.ExpectationSuite(name=view, expectations=[expectation_of(rule) for rule in rules])
    result = batch.get_batch().validate(suite, result_format="BASIC")
    return Counted(dict(_count_of(found) for found in result.results), result)


def _quiet() -> DataContextConfig:
    """Return the settings of a context that keeps nothing, reports nothing and prints nothing."""
    return DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )


def _count_of(result: Any) -> tuple[str, int]:
    rule_id = result.expectation_config.meta["rule_id"]
    if "observed_value" not in result.result:
        raise RuntimeError(f"rule {rule_id} could not be checked: {result.exception_info}")
    return rule_id, int(result.result["observed_value"])


def _let_go_of_duckdb() -> None:
    # SQLAlchemy's registries outlive the interpreter's clean-up once Great Expectations is loaded,
    # and DuckDB would complain on stderr that its functions are still referred to.
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "duckdb_engine":
            vars(module).clear()


SQLDatasource.execution_engine_override = _DuckDBExecutionEngine
atexit.register(_let_go_of_duckdb)
