import numpy as np
import pytest

from infra.sources.synthetic.chance import DAY_SECONDS, Stream, generator, scatter, shopping_second
from infra.sources.synthetic.columns import running_number


def test_a_stream_of_a_block_draws_the_same_whatever_was_drawn_before():
    generator(1, Stream.PEOPLE, 4).random(100)

    assert (
        generator(1, Stream.PEOPLE, 5).random(3).tolist()
        == generator(1, Stream.PEOPLE, 5).random(3).tolist()
        != generator(1, Stream.HABITS, 5).random(3).tolist()
    )


def test_scattered_numbers_are_spread_evenly():
    share = np.bincount(scatter(3, np.arange(100_000)) % np.uint64(10)) / 100_000

    assert share == pytest.approx([0.1] * 10, abs=0.005)


def test_a_person_shops_once_a_day_between_eight_and_twenty_two():
    day = np.repeat(np.arange(50), 2)
    second = shopping_second(1, np.full(100, 12), day)

    assert (second[::2] == second[1::2]).all()
    assert (second // DAY_SECONDS == day).all()
    assert ((second % DAY_SECONDS >= 8 * 3_600) & (second % DAY_SECONDS < 22 * 3_600)).all()


def test_numbers_run_within_a_group():
    assert running_number(np.array([5, 5, 8, 8, 8, 9])).tolist() == [0, 1, 0, 1, 2, 0]
    assert running_number(np.zeros(0, np.int64)).tolist() == []
