import pickle
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.publish.records import Manifest, Pointer, PublishedObject, describe

NAMES = st.text("abc._-", min_size=1, max_size=5).filter(lambda name: name[0] != ".")
OBJECTS = st.dictionaries(
    NAMES,
    st.builds(
        PublishedObject,
        body=st.binary(max_size=5),
        content_type=st.just("text/csv"),
        rows=st.none() | st.integers(0, 10),
        schema=st.just(pa.schema({"user_id": pa.string(), "score": pa.float64()})),
    ),
)


@given(OBJECTS, st.dates())
def test_a_manifest_is_read_back_as_it_was_written(objects, as_of):
    manifest = describe("internal", "r1", as_of, objects)

    assert Manifest.from_bytes(manifest.to_bytes()) == manifest


@given(OBJECTS)
def test_the_order_in_which_objects_are_given_does_not_matter(objects):
    backwards = dict(reversed(objects.items()))

    one = describe("internal", "r1", date(2017, 12, 4), objects)
    assert one.to_bytes() == describe("internal", "r1", date(2017, 12, 4), backwards).to_bytes()


def test_columns_keep_their_order_and_types():
    schema = pa.schema({"user_id": pa.string(), "at": pa.timestamp("us", "UTC")})
    table = PublishedObject(body=b"", content_type="", schema=schema)

    record = describe("internal", "r1", date(2017, 12, 4), {"t": table}).objects["t"]

    assert list(record.schema.items()) == [("user_id", "string"), ("at", "timestamp[us, tz=UTC]")]


@given(OBJECTS, st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_objects_are_pickled_by_every_protocol(objects, protocol):
    assert pickle.loads(pickle.dumps(objects, protocol)) == objects  # noqa: S301 - our own


@given(
    st.builds(
        Pointer,
        run_id=st.text(),
        as_of=st.dates(),
        generation=st.integers(1),
        manifest_key=st.text(),
        manifest_sha256=st.text(),
        withdrawn=st.lists(st.text()).map(tuple),
    )
)
def test_a_pointer_is_read_back_as_it_was_written(pointer):
    assert Pointer.from_bytes(pointer.to_bytes()) == pointer


def test_a_record_of_another_format_is_refused():
    with pytest.raises(ValueError, match="format must be 1, found None"):
        Pointer.from_bytes(b"{}")
