"""From applicants to pools in which every chance can be known."""

import numpy as np
import pyarrow as pa

from trials.candidates import Caps, best_first, build_problem, keep_chances_known

PEOPLE = [
    # trial, user, household, score, is_chosen
    ("A", "ann", "h1", 0.9, True),
    ("A", "ben", "h1", 0.8, False),
    ("A", "cem", None, 0.7, False),
    ("A", "dan", "h2", 0.6, True),
    ("A", "eve", "h2", 0.7, False),
    ("B", "ann", "h1", 0.5, False),
    ("B", "ben", "h1", 0.4, False),
    ("B", "cem", None, 0.2, True),
]


def problem_of(people, caps=None):
    trial, user, household, score, chosen = zip(*people, strict=True)
    facts = pa.table(
        {
            "trial_id": trial,
            "user_id": user,
            "household_id": pa.array(household, pa.string()),
            "awards_year": [0] * len(people),
        }
    )
    items = pa.table({"item_id": ["I"], "list_price": [1.5], "currency": ["CNY"]})
    drawn = pa.table(
        {
            "trial_id": ["A", "B"],
            "item_id": ["I", "I"],
            "units": [2, 1],
            "quotas": [None, "[]"],
        }
    )
    rows = best_first(facts, np.ones(len(people), np.bool_), np.array(score))
    caps = caps or Caps(per_day=1, per_year=4)
    problem = build_problem(facts, rows, np.array(score), drawn, caps, items)
    return rows, problem, np.array(chosen)[rows]


def left_out(people, caps=None):
    rows, problem, chosen = problem_of(people, caps)
    codes = keep_chances_known(problem, chosen)
    return {people[row][:2]: code for row, code in zip(rows, codes, strict=True) if code}


def test_the_selected_keep_their_place_and_else_the_best_score_does():
    assert left_out(PEOPLE) == {
        ("A", "ben"): "household",
        ("A", "cem"): "other_trial",
        ("A", "eve"): "household",
        ("B", "ann"): "other_trial",
        ("B", "ben"): "other_trial",
    }


def test_whoever_may_have_two_units_takes_part_twice():
    assert set(left_out(PEOPLE, Caps(per_day=2, per_year=4)).values()) == {"household"}


def test_a_year_that_is_nearly_used_up_caps_the_day():
    _, problem, _ = problem_of(PEOPLE, Caps(per_day=3, per_year=2))

    assert set(problem.person_cap) == {2}


def test_people_without_a_household_share_none():
    strangers = [("A", f"u{n}", None, 0.5, n == 0) for n in range(5)]

    assert left_out(strangers) == {}


def test_equal_scores_stand_in_an_order_that_ids_do_not_decide():
    equals = [("A", f"u{n:02d}", None, 0.5, False) for n in range(30)]
    rows, _, _ = problem_of(equals)
    again, _, _ = problem_of(equals[::-1])

    assert rows.tolist() != sorted(rows.tolist())
    assert [equals[row] for row in rows] == [equals[::-1][row] for row in again]
