"""Bringing computed rows into a table's declared shape."""

import pyarrow as pa
import pytest

from quality.schema import Table, integer, number, text

TABLE = Table(
    name="ranks",
    key=("user_id", "rank"),
    en="",
    zh="",
    columns=(text("user_id", "", ""), integer("rank", "", ""), number("score?", "", "")),
)


def test_columns_come_in_declared_order_and_type_sorted_by_key():
    rows = pa.table({"rank": pa.array([2, 1], pa.int8()), "more": [0, 0], "user_id": ["b", "b"]})

    table = TABLE.conform(rows)

    assert table.schema == TABLE.schema
    assert table.to_pydict() == {"user_id": ["b", "b"], "rank": [1, 2], "score": [None, None]}


def test_a_missing_mandatory_column_is_named():
    with pytest.raises(ValueError, match="ranks must have a column rank, found user_id"):
        TABLE.conform(pa.table({"user_id": ["b"]}))


def test_a_null_in_a_mandatory_column_is_named():
    with pytest.raises(ValueError, match=r"ranks.rank must not be null, 1 of 2 rows are"):
        TABLE.conform(pa.table({"user_id": ["a", "b"], "rank": [1, None]}))


def test_a_value_that_does_not_fit_its_type_is_an_error():
    with pytest.raises(ValueError, match=r"1\.5"):
        TABLE.conform(pa.table({"user_id": ["a"], "rank": [1.5]}))
