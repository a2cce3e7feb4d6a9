"""Which keys occur more than once, in whatever order the rows come."""

from collections import Counter

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality.reading import known
from quality.reading.known import know_rows
from quality.tables.inputs import AWARDS

KEYS = st.tuples(
    st.sampled_from([None, "", "a", "b", "ä"]), st.sampled_from([None, "1", "10", "2"])
)


def repeated(rows):
    """The keys of awards delivered in this order that occur more than once."""
    with duckdb.connect() as connection:
        values = ", ".join(
            f"NULL::{'VARCHAR' if name.endswith('_id') else 'TIMESTAMPTZ'} AS {name},"
            f" NULL::VARCHAR AS {name}_given"
            for name in AWARDS.column_names
        )
        connection.execute(
            f"CREATE TABLE typed_awards AS SELECT 'f' AS source_file, 0::BIGINT AS row_number,"
            f" {values} LIMIT 0"
        )
        connection.execute(
            "CREATE TABLE aside_awards (source_file VARCHAR, row_number BIGINT, why VARCHAR)"
        )
        if rows:
            connection.executemany(
                "INSERT INTO typed_awards (source_file, row_number, trial_id, user_id)"
                " VALUES ('f', ?, ?, ?)",
                [(number, *key) for number, key in enumerate(rows, start=1)],
            )
        know_rows(connection, AWARDS, None, "")
        return sorted(connection.execute("FROM repeated_awards").fetchall())


def occurring_twice(rows):
    counts = Counter(key for key in rows if None not in key)
    return sorted(key for key, count in counts.items() if count > 1)


@settings(max_examples=30)
@given(st.lists(KEYS, max_size=12))
def test_repeated_keys_are_those_that_occur_twice(rows):
    assert repeated(rows) == occurring_twice(rows)


def test_keys_too_many_to_be_looked_at_at_once_are_looked_at_in_parts(monkeypatch):
    monkeypatch.setattr(known, "_MARKS_AT_ONCE", 7)
    rows = [("a", str(n % 13)) for n in range(20)]

    assert repeated(rows) == occurring_twice(rows) != []


def test_keys_whose_hashes_are_the_same_are_told_apart_by_their_texts(monkeypatch):
    monkeypatch.setattr(known, "_mark", lambda table: f"hash(length({table.key[0]}))")
    rows = [("b", "1"), ("a", "1"), ("a", "2"), ("b", "1"), ("c", "3")]

    assert repeated(rows) == [("b", "1")]


@pytest.mark.parametrize("last", [("b", "2"), ("b", "1"), ("a", "9")])
def test_one_key_out_of_place_among_ascending_ones_is_looked_into(last):
    rows = [("a", str(n)) for n in range(10, 20)] + [("b", "1"), ("b", "2"), last]

    assert repeated(rows) == occurring_twice(rows)


@settings(max_examples=20)
@given(st.sets(KEYS, max_size=12))
def test_ascending_keys_are_never_repeated(keys):
    known = sorted(key for key in keys if None not in key)

    assert repeated(known) == []
