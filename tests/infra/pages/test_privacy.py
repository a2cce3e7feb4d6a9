from hypothesis import given
from hypothesis import strategies as st

from infra.pages.privacy import OTHER, count_or_hidden, hide_small, merge_small

COUNTS = st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 30), max_size=8)
FLOORS = st.integers(1, 10)


def test_small_cells_are_merged():
    assert merge_small({"a": 20, "b": 3, "c": 4}, 5) == {"a": 20, OTHER: 7}


def test_a_single_small_cell_takes_the_next_smallest_with_it():
    assert merge_small({"a": 20, "b": 9, "c": 3}, 5) == {"a": 20, OTHER: 12}


@given(COUNTS, FLOORS)
def test_no_merged_cell_is_under_the_floor(people, floor):
    assert all(n >= floor for n in merge_small(people, floor).values())


@given(COUNTS, FLOORS)
def test_merging_loses_people_only_when_all_are_too_few(people, floor):
    merged, total = sum(merge_small(people, floor).values()), sum(people.values())

    assert merged == total or total < floor


@given(st.lists(st.integers(0, 30), max_size=8), FLOORS)
def test_no_hidden_cell_can_be_found_by_subtraction(people, floor):
    shown = hide_small(people, floor)
    hidden = [n for n, seen in zip(people, shown, strict=True) if seen is None]

    assert all(seen is None or seen == 0 or seen >= floor for seen in shown)
    assert len(hidden) != 1 or not any(seen for seen in shown)


def test_nobody_is_shown_as_nobody():
    assert hide_small([0, 7, 0], 5) == [0, 7, 0]


def test_a_small_number_is_written_as_less_than_the_floor():
    assert [count_or_hidden(n, 5) for n in (0, 4, 5, None)] == ["0", "<5", "5", "∗"]
