"""Whether a need is still satisfied: the evaluator's own flag, from training data alone.

A model never sees this flag; it judges whether a slot was spent on what the user just bought.
"""

import numpy as np

from recommender.evaluation.histories import Histories, histories
from recommender.evaluation.pairs import PairSet
from recommender.interactions import Floats, Interactions, Ints

NEED_PSEUDO_GAPS = 20
"""Gaps of all needs that a need's own gaps are mixed with."""
PAIR_PSEUDO_GAPS = 2
"""Gaps of the need that a pair's own gaps are mixed with."""
SATISFIED_SHARE = 0.5
"""Share of the pair's gap within which the last purchase still satisfies."""


def satisfied_pairs(train: Interactions, day: int) -> PairSet:
    """Find the (user, need) whose last purchase is less than half the pair's gap ago.

    Args:
        train: Need-level interactions, all before ``day``.
        day: The cut.

    Returns:
        The satisfied pairs; none if nothing was ever bought twice.
    """
    history = histories(train)
    n_needs = len(train.thing_ids)
    expected = pair_gaps(history, need_gaps(history, n_needs))
    is_satisfied = day - history.last_days < SATISFIED_SHARE * expected
    return PairSet.of(history.users[is_satisfied], history.things[is_satisfied], n_needs)


def need_gaps(history: Histories, n_needs: int) -> Floats:
    """Estimate the usual days between two purchases of each need by one user.

    The median gap, shrunk in log space to the median of all gaps with ``NEED_PSEUDO_GAPS``.

    Returns:
        Days, shape (n_needs,); 0 everywhere if nothing was ever bought twice.
    """
    if not len(history.gaps):
        return np.zeros(n_needs)
    medians, counts = _medians(history.gaps, history.gap_things, n_needs)
    overall = np.log(np.median(history.gaps))
    logs = (counts * np.log(medians) + NEED_PSEUDO_GAPS * overall) / (counts + NEED_PSEUDO_GAPS)
    return np.asarray(np.exp(logs))


def pair_gaps(history: Histories, gaps_of_needs: Floats) -> Floats:
    """Estimate each pair's days between purchases, shrunk in log space to its need's.

    g = exp((k ln(mean gap) + 2 ln(need gap)) / (k + 2)), with k the gaps of the pair.

    Returns:
        Days, shape (n_pairs,); 0 where the need's gap is 0.
    """
    k = history.purchases - 1
    span = history.last_days - history.first_days
    mean_gap = np.where(k > 0, span / np.maximum(k, 1), 1.0)
    with np.errstate(divide="ignore"):  # a need gap of 0 stands for "never bought twice"
        need_logs = np.log(gaps_of_needs[history.things])
    logs = (k * np.log(mean_gap) + PAIR_PSEUDO_GAPS * need_logs) / (k + PAIR_PSEUDO_GAPS)
    # Rounded, so that half a gap of ten days is five and not a hair more.
    return np.asarray(np.exp(logs).round(9))


def _medians(values: Ints, groups: Ints, n_groups: int) -> tuple[Floats, Ints]:
    """Return the median of each group, 1 for an empty one, and the groups' sizes."""
    ordered = values[np.lexsort((values, groups))]
    counts = np.bincount(groups, minlength=n_groups)
    starts = np.cumsum(counts) - counts
    some = counts > 0
    low = ordered[starts[some] + (counts[some] - 1) // 2]
    high = ordered[starts[some] + counts[some] // 2]
    medians = np.ones(n_groups)
    medians[some] = (low + high) / 2
    return medians, counts
