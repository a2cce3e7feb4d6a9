"""Numbers about too few people: merged, or hidden so that no subtraction brings them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from infra.pages.figures import whole

OTHER = "other"
HIDDEN = "∗"


def merge_small(people: Mapping[str, int], floor: int) -> dict[str, int]:
    """Merge the cells of unordered values that hold fewer people than the floor.

    Args:
        people: Value to number of people.
        floor: Smallest number of people that may be shown.

    Returns:
        The cells that remain, in the order given, with the merged ones last as ``other``. When
        they are still too few, the smallest of the others joins them.
    """
    shown = {value: n for value, n in people.items() if n >= floor and value != OTHER}
    other = sum(people.values()) - sum(shown.values())
    while shown and 0 < other < floor:
        smallest = min(shown, key=lambda value: (shown[value], value))
        other += shown.pop(smallest)
    return shown | ({OTHER: other} if other >= floor else {})


def hide_small(people: Sequence[int], floor: int) -> list[int | None]:
    """Hide the cells of ordered values that hold fewer people than the floor.

    A single hidden cell could be found by subtracting the others from a total, so the next
    smallest is hidden with it. Nobody is in an empty cell, so it is shown.

    Args:
        people: Number of people by cell.
        floor: Smallest number of people that may be shown.

    Returns:
        The numbers, None where hidden.
    """
    hidden = {cell for cell, n in enumerate(people) if 0 < n < floor}
    others = [cell for cell, n in enumerate(people) if n >= floor]
    if len(hidden) == 1 and others:
        hidden.add(min(others, key=lambda cell: (people[cell], cell)))
    return [None if cell in hidden else n for cell, n in enumerate(people)]


def count_or_hidden(people: int | None, floor: int) -> str:
    """Write a number of people; None and too few are written as hidden."""
    if people is None:
        return HIDDEN
    return f"<{floor}" if 0 < people < floor else whole(people)
