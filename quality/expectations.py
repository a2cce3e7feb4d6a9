"""Great Expectations inside DuckDB: the rules as suites, their counts as the verdict's evidence."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import great_expectations as gx
from duckdb_engine import ConnectionWrapper
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations import UnexpectedRowsExpectation

from quality.rules.rule import Rule

if TYPE_CHECKING:
    import duckdb

_ROW_COUNT = "unexpected_rows_query.row_count"


class _DuckDBExecutionEngine(SqlAlchemyExecutionEngine):  # type: ignore[misc] # ships no types
    """Great Expectations reads results after closing the connection; DuckDB forgets them then."""

    def execute_query(self, query: Any) -> Any:
        """Execute a query and keep its rows beyond the life of the connection."""
        with self.get_connection() as connection:
            return self._execute_query_with_recovery(connection, query).freeze()()


class ExpectNoRows(UnexpectedRowsExpectation):  # type: ignore[misc] # ships no types
    """Expect a query to return no rows, and count the rows it returns.

    The parent fetches some of the rows besides; all of them go to quarantine by the same query.
    """

    metric_dependencies: ClassVar[tuple[str, ...]] = (_ROW_COUNT,)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002 - the parent's signature
        execution_engine: Any = None,  # noqa: ARG002 - the parent's signature
    ) -> dict[str, Any]:
        count = metrics[_ROW_COUNT]
        return {"success": count == 0, "result": {"observed_value": count}}


def count_failures(
    connection: duckdb.DuckDBPyConnection, view: str, rules: Sequence[Rule]
) -> Mapping[str, int]:
    """Validate one view against its rules.

    Args:
        connection: The database that holds the view.
        view: Name of the view.
        rules: The rules of one table, each with its own id.

    Returns:
        How many rows the query of each rule returned, by rule id.

    Raises:
        RuntimeError: If a rule's query cannot be run: a fault of the rule, not of the data.
    """
    context = gx.get_context(mode="ephemeral", project_config=_quiet())
    source = context.data_sources.add_sql(
        "shike",
        connection_string="duckdb:///:memory:",
        kwargs={"creator": lambda: ConnectionWrapper(connection.cursor())},
    )
    batch = source.add_table_asset(view, table_name=view).add_batch_definition_whole_table("day")
    suite = gx.ExpectationSuite(
        name=view,
        expectations=[
            ExpectNoRows(unexpected_rows_query=rule.query, meta={"rule_id": rule.rule_id})
            for rule in rules
        ],
    )
    outcome = batch.get_batch().validate(suite, result_format="BASIC")
    return dict(_count_of(result) for result in outcome.results)


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
