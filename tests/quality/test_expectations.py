"""Great Expectations counts inside DuckDB."""

import duckdb
import pytest

from quality.expectations import count_failures
from quality.expectations.no_rows import expectation_of
from quality.rules import Rule


def rule(rule_id, condition):
    return Rule(
        table="numbers",
        rule_id=rule_id,
        severity="warn",
        threshold=0.0,
        owner="",
        en="",
        zh="",
        condition=condition,
    )


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        connection.execute("""
            CREATE VIEW known_numbers AS
            SELECT 'f' AS source_file, n AS row_number, NULL::VARCHAR AS malformed_line,
                   nullif(n, 7) AS n
            FROM range(1, 100001) AS r(n)""")
        yield connection


def test_each_rule_is_counted_over_all_rows(connection):
    rules = [rule("even", "t.n % 2 = 0"), rule("none", "t.n < 0"), rule("empty", "t.n IS NULL")]

    assert count_failures(connection, "known_numbers", rules).counts == {
        "even": 50_000,
        "none": 0,
        "empty": 1,
    }


def test_a_rule_that_cannot_be_run_is_an_error_not_a_pass(connection):
    with pytest.raises(RuntimeError, match="rule broken could not be checked"):
        count_failures(connection, "known_numbers", [rule("broken", "t.nowhere = 1")])


def test_an_expectation_that_is_changed_or_copied_is_described_anew():
    expectation = expectation_of(rule("even", "t.n % 2 = 0"))
    first = expectation.configuration

    changed = expectation.copy(update={"id": "another"})
    expectation.notes = "a note"

    assert (first.id, changed.configuration.id) == (None, "another")
    assert (first.notes, expectation.configuration.notes) == (None, "a note")
    assert expectation.configuration.meta == first.meta
