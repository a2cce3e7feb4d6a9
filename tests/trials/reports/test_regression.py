import numpy as np
import pytest
from scipy.sparse import csr_matrix

from trials.reports.regression import adapted_weights, logistic_weights

TARGETS = np.array([1, 1, 1, 0, 0, 0] * 5, dtype=np.int64)
FEATURES = csr_matrix(np.column_stack([TARGETS, 1 - TARGETS, 0 * TARGETS]).astype(float))
"""The first feature praises, the second blames, the third does not occur."""


def test_what_the_examples_leave_open_keeps_what_was_known_of_it():
    known = np.array([2.0, -2.0, 1.0, 0.0])

    plain = logistic_weights(FEATURES, TARGETS, 1.0)
    adapted = adapted_weights(FEATURES, TARGETS, 1.0, known)

    assert plain[2] == 0.0
    assert 0 < adapted[2] < adapted[0]


def test_known_weights_that_mislead_are_turned_round():
    known = np.array([-2.0, 2.0, 1.0, 0.0])

    adapted = adapted_weights(FEATURES, TARGETS, 1.0, known)

    assert adapted[0] > 0 > adapted[1]
    assert adapted[2] < 0


def test_knowing_nothing_leaves_the_weights_as_they_were():
    adapted = adapted_weights(FEATURES, TARGETS, 1.0, np.zeros(4))

    assert adapted.tolist() == pytest.approx(logistic_weights(FEATURES, TARGETS, 1.0).tolist())
