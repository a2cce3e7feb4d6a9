import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.evaluation.metrics import accuracy, annoyance, coverage
from recommender.evaluation.pairs import PairSet

WIDTH = 30
K = 10
ONE = np.array([0])
NEEDS = np.arange(WIDTH)
things = st.integers(0, WIDTH - 1)
lists = st.lists(things, max_size=K, unique=True)


def set_of(members):
    members = np.array(sorted(members), dtype=np.int64)
    return PairSet.of(np.zeros_like(members), members, WIDTH)


def padded(shown):
    return np.array([[*shown, *[-1] * (K - len(shown))]])


def scores_of(shown, truth):
    found = accuracy(padded(shown), ONE, set_of(truth), cutoffs=(K,))
    return {name: float(values[0]) for name, values in found.items()}


def test_two_hits_of_three_by_hand():
    # Hits on ranks 1 and 3 of four slots; three things are true.
    found = accuracy(np.array([[7, 1, 9, 2]]), ONE, set_of({7, 9, 20}), cutoffs=(4,))

    assert found["precision@4"][0] == pytest.approx(2 / 4)
    assert found["recall@4"][0] == pytest.approx(2 / 3)
    assert found["hit@4"][0] == 1
    ideal = 1 + 1 / math.log2(3) + 1 / 2
    assert found["ndcg@4"][0] == pytest.approx((1 + 1 / 2) / ideal)


def test_the_ideal_stops_at_the_cutoff():
    found = accuracy(np.array([[0, 1, 2]]), ONE, set_of(range(20)), cutoffs=(2,))

    assert found["ndcg@2"][0] == pytest.approx(1)
    assert found["recall@2"][0] == pytest.approx(2 / 20)


def test_each_user_is_judged_by_their_own_truth():
    truth = PairSet.of(np.array([3, 8]), np.array([1, 2]), WIDTH)

    found = accuracy(np.array([[1], [1]]), np.array([3, 8]), truth, cutoffs=(1,))

    assert found["ndcg@1"].tolist() == [1, 0]


def test_a_user_with_nothing_to_hit_does_not_count():
    found = accuracy(padded([1, 2]), ONE, set_of(set()), cutoffs=(K,))

    assert all(np.isnan(values).all() for values in found.values())


@given(lists, st.sets(things, min_size=1))
def test_every_metric_lies_between_0_and_1(shown, truth):
    assert all(0 <= value <= 1 + 1e-12 for value in scores_of(shown, truth).values())


@given(st.sets(things, min_size=1))
def test_a_perfect_list_scores_1(truth):
    found = scores_of(sorted(truth)[:K], truth)

    assert found["ndcg@10"] == pytest.approx(1)
    assert found["hit@10"] == 1


@given(lists, st.sets(things, min_size=1))
def test_an_empty_slot_is_a_miss(shown, truth):
    hits = [thing for thing in shown if thing in truth]
    blanked = np.array([[t if t in truth else -1 for t in shown] + [-1] * (K - len(shown))])

    found = accuracy(blanked, ONE, set_of(truth), cutoffs=(K,))

    assert {name: float(v[0]) for name, v in found.items()} == scores_of(shown, truth)
    assert found["precision@10"][0] == pytest.approx(len(hits) / K)


@given(lists, st.sets(things, min_size=1), st.sets(things))
def test_annoyance_never_raises_the_ndcg(shown, truth, nuisances):
    found = annoyance(padded(shown), ONE, set_of(truth), set_of(nuisances - truth), NEEDS)

    ndcg = scores_of(shown, truth)["ndcg@10"]
    assert found["san_s@10"][0] <= ndcg + 1e-12
    assert found["ann_s@10"][0] == pytest.approx(len(set(shown) & (nuisances - truth)) / K)
    if not set(shown) & (nuisances - truth):
        assert found["san_s@10"][0] == pytest.approx(ndcg)


def test_a_nuisance_costs_what_a_hit_in_its_place_would_earn():
    truth, nuisance = set_of({0}), set_of({5})

    found = annoyance(padded([5, 0]), ONE, truth, nuisance, NEEDS)

    assert found["san_s@10"][0] == pytest.approx(1 / math.log2(3) - 1)


def test_an_item_annoys_by_its_need():
    needs = np.array([0, 0, 1])
    truth, nuisance = set_of({2}), PairSet.of(ONE, ONE, 2)

    found = annoyance(np.array([[1, 2, -1]]), ONE, truth, nuisance, needs, cutoff=3)

    assert found["ann_s@3"][0] == pytest.approx(1 / 3)


def test_coverage_counts_distinct_things_in_the_first_slots():
    shown = np.array([[0, 1, 9], [1, -1, 8]])

    assert coverage(shown, 4, cutoff=2) == pytest.approx(2 / 4)
