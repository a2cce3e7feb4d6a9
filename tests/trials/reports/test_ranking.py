import numpy as np
import pytest

from trials.reports.ranking import effective_number, star_impacts


def impacts(blames, ratings, weights=None, praises=None):
    blames = np.array(blames, dtype=float)
    weights = np.ones(len(blames)) if weights is None else np.array(weights, dtype=float)
    praises = np.zeros_like(blames) if praises is None else np.array(praises, dtype=float)
    return star_impacts(blames, praises, np.array(ratings, dtype=float), weights, ridge=5.0)


def test_a_complaint_that_costs_stars_has_impact_and_one_that_does_not_has_none():
    blames = [[1, 0]] * 10 + [[0, 1]] * 5 + [[0, 0]] * 15
    ratings = [2] * 10 + [5] * 5 + [5] * 15

    costly, harmless = impacts(blames, ratings)

    assert costly == pytest.approx(2.3, abs=0.5)
    assert harmless < 0.2


def test_few_complaints_are_believed_less():
    many = impacts([[1]] * 20 + [[0]] * 20, [3] * 20 + [4, 5] * 10)[0]
    few = impacts([[1]] * 2 + [[0]] * 38, [3] * 2 + [4, 5] * 19)[0]

    assert 0 < few < many


def test_impact_is_never_negative_nor_undefined():
    assert impacts([[1], [1]], [1, 5]).tolist() == [0.0]
    assert impacts([[1], [0]], [5, 1]).tolist() == [0.0]
    assert impacts([[1], [0]], [4, 4]).tolist() == [0.0]


def test_the_planted_order_of_faults_is_recovered():
    rng = np.random.default_rng(11)
    costs, rates = np.array([1.6, 0.9, 0.4, 0.0]), np.array([0.25, 0.25, 0.25, 0.25])
    blames = (rng.random((400, 4)) < rates).astype(float)
    ratings = np.clip(np.round(4.7 - blames @ costs + rng.normal(0, 0.5, 400)), 1, 5)

    found = impacts(blames, ratings)

    assert np.argsort(-found).tolist() == [0, 1, 2, 3]


def test_equal_weights_count_every_customer_and_unequal_ones_fewer():
    assert effective_number(np.ones(30)) == pytest.approx(30)
    assert effective_number(np.array([1.0, 0.1, 0.1])) < 2
    assert effective_number(np.array([])) == 0.0
