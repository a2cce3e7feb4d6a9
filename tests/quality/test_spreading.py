import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.spreading import InTurn, in_turn, slices


@given(length=st.integers(0, 500), shards=st.integers(1, 40), unit=st.integers(1, 60))
def test_shards_cover_a_range_in_order_without_gaps_or_empty_ones(length, shards, unit):
    cuts = slices(length, shards, unit)

    assert [row for cut in cuts for row in range(length)[cut]] == list(range(length))
    assert all(cut.start < cut.stop for cut in cuts)
    assert len(cuts) <= shards


@given(length=st.integers(1, 500), shards=st.integers(1, 40), unit=st.integers(1, 60))
def test_blocks_stay_whole_and_shards_differ_by_at_most_one_block(length, shards, unit):
    cuts = slices(length, shards, unit)

    assert all(cut.start % unit == 0 for cut in cuts)
    blocks = [-(-(cut.stop - cut.start) // unit) for cut in cuts]
    assert max(blocks) - min(blocks) <= 1
    assert len(cuts) == min(shards, -(-length // unit))


def test_shards_are_worked_on_in_turn_and_only_when_asked_for():
    asked = iter(range(4))

    powers = in_turn(operator.pow, 3, asked)

    assert next(powers) == 1
    assert list(asked) == [1, 2, 3]


def test_what_fails_on_a_shard_fails_where_its_result_is_asked_for():
    results = InTurn(2)(operator.truediv, 6, [3, 0])

    assert next(results) == 2
    with pytest.raises(ZeroDivisionError):
        next(results)
