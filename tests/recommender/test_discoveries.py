import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from recommender.discoveries import discoveries

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=40).map(np.array)


@given(P_VALUES, st.integers(0, 60))
def test_discoveries_are_those_of_scipy_with_what_was_not_tried_counted_as_certain_chance(
    chances, n_untried
):
    everything = np.append(chances, np.ones(n_untried))
    adjusted = false_discovery_control(everything, method="bh")[: len(chances)]
    clear = abs(adjusted - 0.05) > 1e-9

    found = discoveries(chances, len(everything), 0.05)

    assert (found == (adjusted <= 0.05))[clear].all()


def test_no_tests_are_no_discoveries():
    assert len(discoveries(np.zeros(0), 0, 0.05)) == 0
