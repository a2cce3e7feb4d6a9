"""What a draw can show is said of the verdict that will be given."""

import numpy as np
import pytest

from trials.intervals import stratified_newcombe
from trials.power import power_of, smallest_detectable_effect


@pytest.mark.parametrize(("n1", "n0", "base"), [(40, 60, 0.05), (200, 300, 0.02)])
def test_the_smallest_detectable_effect_gets_its_verdict_four_times_in_five(n1, n0, base):
    effect = smallest_detectable_effect(base, n1, n0)
    rng = np.random.default_rng(3)
    draws = zip(rng.binomial(n1, base + effect, 4000), rng.binomial(n0, base, 4000), strict=True)
    shown = [
        stratified_newcombe(*(np.array([count]) for count in (x1, n1, x0, n0))).low > 0
        for x1, x0 in draws
    ]

    assert power_of(effect, base, n1, n0) == pytest.approx(0.8)
    assert np.mean(shown) == pytest.approx(0.8, abs=0.02)


def test_more_people_show_a_smaller_effect():
    effects = [smallest_detectable_effect(0.05, n, 2 * n) for n in (20, 50, 200, 20_000)]

    assert effects == sorted(effects, reverse=True)


def test_with_many_people_the_effect_is_that_of_the_normal_formula():
    # Fleiss, Levin and Paik, eq. 4.19, solved by hand for p0 = .1 and 4,000 against 6,000.
    assert smallest_detectable_effect(0.1, 4000, 6000) == pytest.approx(0.01785, abs=2e-4)


@pytest.mark.parametrize(("n1", "n0"), [(0, 9), (9, 0), (1, 2)])
def test_arms_too_small_to_show_anything_have_no_detectable_effect(n1, n0):
    assert smallest_detectable_effect(0.1, n1, n0) is None
