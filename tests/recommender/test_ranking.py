import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recommender.ranking import _best

UTILITIES = arrays(
    float,
    st.tuples(st.integers(1, 5), st.integers(1, 9)),
    elements=st.sampled_from([-np.inf, 0.0, 0.25, 0.5, 1.0]),
)


@given(UTILITIES, st.integers(1, 12))
def test_a_list_is_the_best_needs_in_order_and_ties_go_to_the_earlier_need(utilities, k):
    ranked = _best(utilities, k)

    for row, needs, worth in zip(utilities, ranked.needs, ranked.utilities, strict=True):
        order = np.lexsort((np.arange(len(row)), -row))
        expected = [need for need in order if np.isfinite(row[need])][:k]
        assert needs[needs >= 0].tolist() == expected
        assert worth[needs >= 0].tolist() == row[expected].tolist()
        assert len(needs) == k
