"""Text is read in the encoding it is in: marked, named, or plainly GB18030; else it is refused."""

import codecs

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from quality.reading.encodings import other_encoding
from quality.reading.findings import UnreadableFileError
from quality.reading.textual import TextFile, UndecodableError

CHINESE = "e1,小明很喜欢这个试用产品,i1"


def text_of(file):
    return b"".join(file.utf8()).decode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_names_the_encoding(read, events_csv, encoding):
    found = read({"events.csv": events_csv(CHINESE).encode(encoding)})

    assert found.rows("user_id") == [("小明很喜欢这个试用产品",)]
    assert found.findings == []


@pytest.mark.parametrize("name", ["events.csv", "events.jsonl"])
@pytest.mark.parametrize("encoding", ["gbk", "gb18030"])
def test_plain_gb18030_is_read_and_reported(read, events_csv, name, encoding):
    row = '{"event_id": "e1", "user_id": "小明很喜欢", "item_id": "i1", "event_type": "view", '
    row += '"occurred_at": "2026-02-01T00:00:00Z"}'
    text = events_csv("e1,小明很喜欢,i1") if name == "events.csv" else row

    found = read({name: text.encode(encoding)})

    assert found.rows("user_id") == [("小明很喜欢",)]
    assert "was read as GB18030" in found.found("file.encoding")[name]


def test_an_encoding_that_is_named_is_not_reported(read, events_csv):
    found = read({"events.csv": events_csv("e1,café,i1").encode("latin-1")}, encoding="latin-1")

    assert found.rows("user_id") == [("café",)]
    assert found.findings == []


@pytest.mark.parametrize(
    ("encoded", "position"),
    [
        ("e1,café aux,i1".encode("latin-1"), 48 + 6),
        ("e1,這是繁體中文的資料,i1".encode("big5"), 48 + 3),
        (b"e1,\xe5\xb0\x8f\xe6\x98A\xe5\xa5\xbd\xe5\x90\x83,i1", 48 + 6),
        (b"e1,\xff,i1", 48 + 3),
    ],
    ids=["latin-1", "big5", "damaged utf-8", "nothing"],
)
def test_what_is_not_plainly_gb18030_is_refused_with_the_byte(read, events_csv, encoded, position):
    header, _, rest = events_csv("ROW").encode().partition(b"ROW")

    found = read({"events.csv": header + encoded + rest})

    assert len(header) == 48
    assert f"byte {position} (line 2) is not UTF-8" in found.found("file.readable")["events.csv"]


def test_a_named_encoding_that_does_not_fit_is_refused_with_the_byte(read, events_csv):
    found = read({"events.csv": events_csv("e1,\xa0,i1").encode()}, encoding="ascii")

    assert "byte 51 (line 2) is not ASCII" in found.found("file.readable")["events.csv"]


@pytest.mark.parametrize("name", ["rot13", "no-such-encoding"])
def test_an_encoding_that_does_not_exist_is_a_wrong_option(read, name):
    with pytest.raises(ValueError, match="encoding must be empty or a name"):
        read({}, encoding=name)


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.sampled_from(["utf-16", "utf-8-sig"]),
)
def test_any_text_survives_its_encoding(tmp_path_factory, text, encoding):
    # The mark of UTF-16 and a NUL are, byte by byte, the mark of UTF-32.
    assume(encoding != "utf-16" or not text.startswith("\0"))
    path = tmp_path_factory.mktemp("text") / "x.csv"
    path.write_bytes(text.encode(encoding))

    assert text_of(TextFile(path)) == text


@given(st.binary(max_size=60).filter(lambda content: not content.startswith(codecs.BOM_UTF8)))
def test_a_wrong_byte_is_named_where_python_finds_it(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("text") / "x.csv"
    path.write_bytes(b"a\n" + content)

    assert wrong_place(TextFile(path)) == wrong_place_by_python(b"a\n" + content)


def wrong_place(file):
    try:
        text_of(file)
    except UndecodableError as error:
        return error.position, error.line
    return None


def wrong_place_by_python(content):
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return error.start, 1 + content[: error.start].count(b"\n")
    return None


@pytest.mark.parametrize("share", [0.65, 0.75])
def test_common_characters_must_be_seven_in_ten(tmp_path, share):
    text = "的" * round(100 * share) + "丂" * round(100 * (1 - share))
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode("gb18030"))
    error = UndecodableError("utf-8", 0, 1)

    if share > 0.7:
        assert text_of(other_encoding(TextFile(path), error)) == text
    else:
        with pytest.raises(UnreadableFileError, match="not plainly GB18030"):
            other_encoding(TextFile(path), error)
