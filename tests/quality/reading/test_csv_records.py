"""CSV records: any well-formed row is read as it is, and one bad line costs only itself."""

import csv
import gzip
import io
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.reading import malformed
from quality.reading.csv_records import Splitter
from quality.reading.lines import Block, blocks

CELLS = st.text(st.sampled_from('ab",;\n\r\té明 '), max_size=6)
# An empty line is no record, so every row has two cells at least.
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=3), max_size=8)


def written(rows, separator=",", end="\n"):
    lines = [separator.join(quoted(cell, separator) for cell in row) + end for row in rows]
    return "".join(lines).encode()


def quoted(cell, separator):
    """Return a cell as RFC 4180 wants it."""
    needs_marks = any(mark in cell for mark in (separator, '"', "\r", "\n"))
    return '"' + cell.replace('"', '""') + '"' if needs_marks else cell


def split(pieces, separator=b",", longest_cell=10_000):
    """Return the records of some text, without their line ends, and what is wrong with them."""
    splitter = Splitter(separator, longest_cell)
    rest, found, bad = b"", [], {}
    for block in blocks(pieces):
        records = splitter.split(block, rest)
        rest = records.rest
        bad |= {len(found) + place: why for place, why in records.bad.items()}
        found += [records.content(place) for place in range(len(records.starts))]
    return found, bad


@given(ROWS, st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n", "\r"]))
def test_well_formed_csv_is_split_into_its_rows(rows, separator, end):
    found, bad = split([written(rows, separator, end)], separator.encode())

    read = [
        next(csv.reader(io.StringIO(record.decode(), newline=""), delimiter=separator))
        for record in found
    ]
    assert read == rows
    assert bad == {}


@given(ROWS, st.data())
def test_records_are_the_same_wherever_pieces_end(rows, data):
    text = written(rows, end="\n")
    at = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    bounds = [0, *at, len(text)]
    pieces = [text[start:end] for start, end in itertools.pairwise(bounds)]
    if any(piece.endswith(b"\r") for piece in pieces):
        pieces = [text]

    assert split(pieces) == split([text])


@given(st.lists(st.text("ab,", min_size=1, max_size=5), max_size=6), st.data())
def test_a_quotation_mark_never_closed_costs_one_line(lines, data):
    place = data.draw(st.integers(0, len(lines)))
    lines.insert(place, 'x,"y')

    found, bad = split(["\n".join(lines).encode()])

    assert [record.decode() for record in found] == lines
    assert bad == {place: malformed.OPEN_QUOTE}


@pytest.mark.parametrize(
    ("lines", "records"),
    [
        (['1,"a', 'b",2', "3,4"], ['1,"a\nb",2', "3,4"]),
        (['1,"a', "", 'b"', "3,4"], ['1,"a\n\nb"', "3,4"]),
        (['1,"a', '"",""', 'b"', "3"], ['1,"a\n"",""\nb"', "3"]),
        (['1,"a', 'b","c', 'd"', "3"], ['1,"a\nb","c\nd"', "3"]),
        (['1,5" nail', "2,3"], ['1,5" nail', "2,3"]),
        (['1,"a"b', "2,3"], ['1,"a"b', "2,3"]),
    ],
)
def test_a_cell_may_run_over_lines_and_hold_marks(lines, records):
    found, bad = split(["\n".join(lines).encode()])

    assert [record.decode() for record in found] == records
    assert bad == {}


def test_a_mark_that_closes_inside_another_rows_cell_is_no_close():
    found, bad = split([b'1,"a\n2,"b, c"\n3,4\n'])

    assert found == [b'1,"a', b'2,"b, c"', b"3,4"]
    assert bad == {0: malformed.OPEN_QUOTE}


def test_a_cell_over_too_many_lines_counts_as_never_closed():
    text = b'1,"' + b"\n" * malformed.MOST_LINES
    whole, broken = text + b'",2\n', text + b'\n",2\n'

    assert split([whole])[1] == {}
    assert split([broken])[1] == {0: malformed.OPEN_QUOTE, 1: malformed.OPEN_QUOTE}


def test_a_cut_line_is_bad_and_the_next_is_not():
    records = Splitter(b",", 1000).split(Block(b'1,"a[cut]\n2,3\n', is_cut=True), b"")

    assert records.bad == {0: malformed.CUT}
    assert records.good_text() == b"2,3\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_and_line_ends_are_found_out(read, events_csv, separator, end):
    text = events_csv("e1,u1,i1", "e2,u2,i2", end=end).replace(",", separator)

    found = read({"events.csv": text.encode()})

    assert found.rows("event_id, user_id") == [("e1", "u1"), ("e2", "u2")]
    assert found.findings == []


def test_a_header_may_have_blanks_marks_and_a_column_without_a_name(read):
    header = "\ufeff\ufeffevent_id , user_id,\titem_id,event_type,occurred_at,"
    text = f" \n\n{header}\ne1,u1,i1,view,2026-02-01T00:00:00Z,\n"

    found = read({"events.csv": text.encode()})

    assert found.rows("event_id") == [("e1",)]
    assert found.found("file.no_unknown_columns") == {
        "events.csv": "column '(column 6)' is unknown and was kept out."
    }


def test_each_bad_line_is_kept_with_its_number_and_why_and_the_others_are_read(read, events_csv):
    text = events_csv("e1,u1,i1", 'e2,"u,i', "e3,u\0,i1", "e4", f"e5,{'u' * 21},i1", "e6,u1,i1")

    found = read({"events.csv": text.encode()}, longest_cell=20)

    assert found.rows("row_number, event_id") == [(1, "e1"), (6, "e6")]
    assert {number: why.split(".")[0] for number, (_, why) in found.malformed().items()} == {
        2: "A quotation mark opens in this line and is not closed properly within 1000 lines",
        3: "It holds a NUL byte",
        4: "It has 3 cells, the header has 5",
        5: "A cell is longer than longest_cell = 20 characters",
    }
    assert found.malformed()[5][0] == f"e5,{'u' * 21},i1,view,2026-02-01T00:00:00Z"


def test_the_limit_of_a_cell_counts_characters_of_one_cell(read, events_csv):
    found = read({"events.csv": events_csv(f"e1,{'明' * 20},i1").encode()}, longest_cell=20)

    assert found.rows("user_id") == [("明" * 20,)]


def test_a_text_of_ten_megabytes_is_refused_whole_and_its_neighbours_are_read(read, events_csv):
    text = events_csv("e1,u1,i1", f'e2,"{"x" * 10**7}",i1', "e3,u1,i1")

    found = read({"events.csv.gz": gzip.compress(text.encode(), 1)})

    assert found.rows("event_id") == [("e1",), ("e3",)]
    assert len(found.malformed()[2][0]) > 10**7


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\n \t \r\n\r\n", "it is empty: not even a header"),
        (b"a" * 100_001 + b"\n", "its header is a line of 100001 bytes"),
        (b",".join(b"c%d" % n for n in range(2001)) + b"\n", "it has 2001 columns"),
    ],
)
def test_a_file_without_a_usable_header_is_one_finding(read, content, said):
    assert said in read({"events.csv": content}).found("file.readable")["events.csv"]
