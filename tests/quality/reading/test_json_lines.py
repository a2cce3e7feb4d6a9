"""JSON lines: each object is a row, whatever stands in the lines around it."""

import json

import pytest

ROW = {
    "event_id": "e1",
    "user_id": "u1",
    "item_id": "i1",
    "event_type": "view",
    "occurred_at": "2026-02-01T00:00:00Z",
}


def lines(*rows, end="\n"):
    written = [row if isinstance(row, str) else json.dumps(ROW | row) for row in rows]
    return end.join(written).encode()


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ('{"event_id": "e2", "event_id": "e3"}', "A key stands in it more than once."),
        ('{"event_id": "a\\u0000"}', "It holds a NUL byte."),
        ('{"event_id": "\0"}', "It is not JSON."),
        ('{"event_id": "\\ud800"}', "It is not JSON."),
        ('{"event_id": "e2"} {"event_id": "e3"}', "It is not JSON."),
        ("[1]", "It is JSON, but no object."),
        ("NaN", "It is JSON, but no object."),
        ("[" * 10_000, "It is not JSON."),
    ],
)
@pytest.mark.parametrize("place", [0, 1])
def test_a_bad_line_is_kept_with_why_and_the_others_are_read(read, bad, why, place):
    rows = [{}, {"event_id": "e2"}]
    rows.insert(place, bad)

    found = read({"events.jsonl": lines(*rows)})

    assert found.rows("event_id") == [("e1",), ("e2",)]
    ((number, (line, said)),) = found.malformed().items()
    assert (number, line) == (place + 1, bad)
    assert said.startswith(why)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n \n"])
def test_lines_may_end_in_every_way(read, end):
    found = read({"events.jsonl": lines({}, {"event_id": "e2"}, end=end)})

    assert found.rows("row_number, event_id") == [(1, "e1"), (2, "e2")]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('{"a": [1]}', '{"a":[1]}'),
        ("[" * 10_000 + "]" * 10_000, "[" * 10_000 + "]" * 10_000),
        ("12345678901234567890123", "12345678901234567890123"),
        ("true", "true"),
        ('"\\ud83d\\ude00 \\\\u0000"', "😀 \\u0000"),
    ],
    ids=["nested", "deep", "huge", "truth value", "escaped"],
)
def test_a_value_in_a_column_of_text_is_its_json(read, value, text):
    row = json.dumps(ROW).replace('"u1"', value)

    assert read({"events.jsonl": row.encode()}).rows("user_id") == [(text,)]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        *[("1e308", 1e308), ("2.5", 2.5), ('"3"', 3.0), ("1e400", None), ("NaN", None)],
        *[("-Infinity", None), ("[1]", None), ('{"a": 1}', None), ("9" * 400, None)],
    ],
)
def test_a_value_that_is_no_finite_number_is_kept_as_it_was_given(read, value, number):
    row = json.dumps(ROW | {"quantity": 0}).replace(": 0}", f": {value}}}")

    ((found, given),) = read({"events.jsonl": row.encode()}).rows("quantity, quantity_given")

    assert found == number
    assert given == (value.replace(" ", "") if number is None else None)


def test_keys_in_the_way_of_others_are_kept_out_and_the_row_is_read(read):
    found = read({"events.jsonl": lines({"EVENT_ID": "x", "row_number": 7, 'a"b': 1, "": 2})})

    assert found.rows("row_number, event_id") == [(1, "e1")]
    unknown = [finding.column for finding in found.findings]
    assert unknown == ["", "EVENT_ID", 'a"b', "row_number"]


def test_declared_keys_are_read_however_many_others_there_are(read):
    many = {f"a{number}": number for number in range(3000)}

    found = read({"events.jsonl": lines(many)})

    assert found.rows("event_id, user_id") == [("e1", "u1")]
    assert found.findings[-1].said.en == "2980 more columns are unknown and were kept out."


@pytest.mark.parametrize("text", ['[{"event_id": 1}]', "[\n{\n},\n{}\n]", '[{"a": 1},\n{"a": 2}]'])
def test_one_array_is_no_lines(read, text):
    found = read({"events.json": text.encode()})

    assert "it holds one JSON array" in found.found("file.readable")["events.json"]
