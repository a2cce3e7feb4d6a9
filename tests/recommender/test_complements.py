import numpy as np
import pytest

from recommender.complements import find_complements, hints_today
from recommender.histories import gather

PRINTER, INK, MILK, OTHER_PRINTER = range(4)
N_TOYS = 10
PARENTS = np.array([0, 1, 2, 0, *range(3, 3 + N_TOYS)])


@pytest.fixture
def histories(make_interactions):
    """Forty people buy a printer and take up ink a fortnight later; milk and toys at any time."""
    rng = np.random.default_rng(9)
    rows = []
    for user in range(120):
        rows += [(user, day, MILK) for day in range(user % 14, 140, 14)]
        rows += [(user, int(rng.integers(140)), 4 + toy) for toy in range(N_TOYS)]
        if user < 40:
            rows += [(user, 20 + user, PRINTER), (user, 34 + user, INK), (user, 34 + user, 3)]
    rows += [(120, 139, PRINTER), (121, 100, PRINTER)]
    return gather(make_interactions(rows), 140)


def test_what_is_taken_up_after_a_purchase_is_a_complement_in_that_direction_only(histories):
    found = find_complements(histories, PARENTS)
    rules = set(zip(found.before.tolist(), found.after.tolist(), strict=True))

    assert (PRINTER, INK) in rules
    assert (INK, PRINTER) not in rules


def test_needs_of_one_category_are_substitutes_not_complements(histories):
    found = find_complements(histories, PARENTS)
    rules = set(zip(found.before.tolist(), found.after.tolist(), strict=True))

    assert (PRINTER, OTHER_PRINTER) not in rules


def test_rules_apply_to_those_who_bought_lately(histories):
    hints = hints_today(find_complements(histories, PARENTS), histories)
    n_needs = len(PARENTS)

    lifts, because = hints.lookup(np.array([120 * n_needs + INK, 121 * n_needs + INK]))

    assert lifts[0] > 1.5
    assert because.tolist() == [PRINTER, -1]
    assert lifts[1] == 1.0
