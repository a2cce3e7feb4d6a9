"""What is carried between processes arrives as it was sent, by message and by file."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, floating_dtypes, integer_dtypes
from scipy.sparse import csr_array

from flows.parcels import Files, Messages, parts_of
from infra.publish import PublishedObject


@pytest.fixture(params=["messages", "files"], scope="module")
def carrier(request, tmp_path_factory):
    return Messages() if request.param == "messages" else Files(tmp_path_factory.mktemp("carried"))


NUMBERS = integer_dtypes(endianness="=") | floating_dtypes(endianness="=")


@given(
    content=st.lists(
        st.text() | st.binary() | arrays(NUMBERS, array_shapes(min_side=0)), max_size=4
    )
)
def test_what_arrives_is_what_was_sent(carrier, content):
    parcel = carrier.pack(content)
    arrived = carrier.open(parcel)
    carrier.discard(parcel)

    assert len(arrived) == len(content)
    for one, other in zip(arrived, content, strict=True):
        if isinstance(one, np.ndarray):
            assert (one.dtype, one.shape) == (other.dtype, other.shape)
            assert one.tobytes() == other.tobytes()
        else:
            assert one == other


def test_tables_and_sparse_matrices_arrive_whole(carrier):
    table = pa.table({"id": ["甲", None, "丙"], "count": [1, 2, 3]}).slice(1)
    matrix = csr_array(np.eye(3))

    parcel = carrier.pack((table, matrix))
    arrived = carrier.open(parcel)

    assert arrived[0] == table
    assert (arrived[1].toarray() == np.eye(3)).all()
    assert carrier.size(parcel) > matrix.data.nbytes


@dataclass(frozen=True)
class _Known:
    numbers: np.ndarray
    inner: "_Known | None" = None


def test_what_is_there_already_is_named_and_not_sent_again(carrier):
    shared = _Known(np.arange(4), _Known(np.arange(100_000)))
    shard = {"own": np.arange(3), "known": shared.inner, "arrays": [shared.inner.numbers]}

    there = carrier.open(carrier.pack(shared))
    parcel = carrier.pack(shard, parts_of(shared))
    arrived = carrier.open(parcel, parts_of(there))

    assert carrier.size(parcel) < 2000
    assert arrived["own"].tolist() == [0, 1, 2]
    assert arrived["known"] is there.inner
    assert arrived["arrays"][0] is there.inner.numbers


def test_bodies_of_published_objects_arrive_and_are_read_where_they_lie(carrier):
    sent = [PublishedObject(body=bytes(1000), content_type="text/csv", rows=number)
            for number in range(3)]  # fmt: skip

    arrived = carrier.open(carrier.pack(sent))

    assert arrived == sent
    assert isinstance(arrived[0].body, memoryview) == isinstance(carrier, Files)


def test_arrays_of_a_file_are_mapped_where_they_lie_and_outlive_it(tmp_path):
    carrier = Files(tmp_path)
    numbers = np.arange(1000)

    parcel = carrier.pack({"a": numbers, "b": b"odd", "c": numbers[:7]})
    arrived = carrier.open(parcel)
    carrier.discard(parcel)

    assert list(tmp_path.iterdir()) == []
    for name in "ac":
        assert arrived[name].ctypes.data % 64 == 0
        assert not arrived[name].flags.writeable
    assert (arrived["a"] == numbers).all()
