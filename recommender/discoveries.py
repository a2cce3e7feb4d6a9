"""Telling discoveries from chance when many things are tried at once."""

from __future__ import annotations

import numpy as np

from recommender.interactions import Bools, Floats


def discoveries(chances: Floats, n_tests: int, rate: float) -> Bools:
    """Choose discoveries of which at most a share ``rate`` is expected to be false.

    The step-up rule of Benjamini & Hochberg (1995): with the p-values in ascending order, the
    first k are discoveries, k being the largest with p_k ≤ rate · k / n_tests. It holds for
    independent tests and for tests that depend on each other positively (Benjamini & Yekutieli
    2001, theorem 1.2), as do counts of the same people.

    Args:
        chances: p-values, shape (n_tried,): how likely at least as much is seen by chance.
        n_tests: Everything that could have been found, counting what was not worth a p-value.
        rate: False-discovery rate, in (0, 1).

    Returns:
        Which are discoveries, shape (n_tried,).
    """
    order = np.argsort(chances, kind="stable")
    ranks = np.arange(1, len(chances) + 1)
    passed = np.flatnonzero(chances[order] <= rate * ranks / max(n_tests, 1))
    chosen = np.zeros(len(chances), dtype=bool)
    chosen[order[: passed[-1] + 1 if len(passed) else 0]] = True
    return chosen
