"""What is bought next: after A, more people than expected take up B for the first time."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from recommender.followups import FollowUps, time_follow_ups
from recommender.histories import Histories
from recommender.interactions import Bools, Floats, Ints
from recommender.lookup import floats_at, ints_at, places
from recommender.sequences import MIN_LIFT, MIN_SUPPORT, Sequences, find_sequences
from recommender.substitutes import are_substitutes
from recommender.takeups import LAGS, find_take_ups, onset_purchases

AHEAD_DAYS = 28
"""The horizon of the chances, from today on."""


@dataclass(frozen=True)
class Complements:
    """Rules A → B, one a pair, sorted by A, then B; shape (n_rules,)."""

    before: Ints
    after: Ints
    lifts: Floats
    """How many times as often as expected B was taken up at the lag after A."""
    followers: Ints
    """How many people that were."""
    is_ordered: Bools
    """Whether A first is proven. If not, the two go together in either order."""
    lags: Ints
    """Index into ``LAGS``: the lag at which the lift is largest."""
    timing: FollowUps

    @property
    def is_from_onset(self) -> Bools:
        """Whether days count from taking A up rather than from its last purchase."""
        return np.array([lag.is_from_onset for lag in LAGS])[self.lags]

    @property
    def lag_days(self) -> Floats:
        """Median days from A to taking up B."""
        return self.timing.quartiles[:, 1]


def find_complements(histories: Histories, parents: Ints) -> Complements:
    """Find rules A → B at lags of weeks and months, false discoveries held to 5 %.

    A pair makes a rule if it goes together at a lag (``find_sequences``), at least ten people took
    up B after A, half as many again as expected, and neither replaces the other. Where A first is
    proven, that is a complement or a stage of life, unless B first is proven as well: then the
    two take turns. Where no order is proven, needs under one parent category count as substitutes,
    and so do needs met on one trip less often than chance has it; the rest are companions.

    Histories hold only people who agreed to profiling, so nobody else makes rules or gets hints.

    Args:
        histories: Purchases before a day.
        parents: Parent category of each need, shape (n_needs,).
    """
    taken = find_take_ups(histories)
    found = find_sequences(taken)
    holds = (found.followers >= MIN_SUPPORT) & (found.lifts >= MIN_LIFT)
    holds &= ~_is_reverse_of_ordered(found, histories.shape[1])
    same = parents[found.before] == parents[found.after]
    holds &= found.is_ordered | ~(same | are_substitutes(taken, found.before, found.after))
    rules = _best_lags(found, holds)
    before, after, lags = found.before[rules], found.after[rules], found.lags[rules]
    is_from_onset = np.array([lag.is_from_onset for lag in LAGS])[lags]
    return Complements(
        before,
        after,
        found.lifts[rules],
        found.followers[rules].astype(np.int64),
        found.is_ordered[rules],
        lags,
        time_follow_ups(histories, before, after, is_from_onset),
    )


def _is_reverse_of_ordered(found: Sequences, n_needs: int) -> Bools:
    """Say whether B before A is proven at any lag."""
    ordered = found.before[found.is_ordered] * n_needs + found.after[found.is_ordered]
    return np.isin(found.after * n_needs + found.before, ordered)


def _best_lags(found: Sequences, holds: Bools) -> Ints:
    """Return the place of each pair's rule: in order if there is one, then by lift."""
    rows = np.flatnonzero(holds)
    order = rows[
        np.lexsort(
            (
                found.lags[rows],
                -found.lifts[rows],
                ~found.is_ordered[rows],
                found.after[rows],
                found.before[rows],
            )
        )
    ]
    pairs = np.stack([found.before[order], found.after[order]])
    is_first = np.append(True, (np.diff(pairs) != 0).any(axis=0))[: len(order)]
    return np.asarray(order[is_first])


@dataclass(frozen=True)
class Hints:
    """Rules that apply to a person today, the likeliest of each never-bought (user, need).

    Sorted by key; shape (n_hints,).
    """

    keys: Ints
    """user × number of needs + need, ascending."""
    lifts: Floats
    because: Ints
    """The need bought lately, or taken up months ago."""
    elapsed: Floats
    """Days since."""
    lags: Floats
    """Median days after which others took the need up."""
    chances: Floats
    """Chance that the person does within the horizon, by the rule alone."""
    is_ordered: Bools
    """Whether the other need is proven to come first."""

    NAMES = ("rule_lift", "rule_chance", "rule_progress", "rule_is_ordered")
    """Names of the features."""

    def between(self, first: int, last: int) -> Hints:
        """Return those whose keys are ``first`` to before ``last``, keys counted from 0."""
        chosen = slice(*np.searchsorted(self.keys, [first, last]))
        kept = {one.name: getattr(self, one.name)[chosen] for one in fields(self)}
        return Hints(**kept | {"keys": kept["keys"] - first})

    def lookup(self, keys: Ints) -> tuple[Floats, Ints]:
        """Return lift and cause of each key; 1 and -1 where no rule applies."""
        found = places(self.keys, keys)
        return floats_at(self.lifts, found, 1.0), ints_at(self.because, found, -1)

    def features(self, keys: Ints) -> Floats:
        """Describe each key by its rule, shape (n_keys, 4).

        Returns:
            ln lift (0 where no rule applies), chance within the horizon (0), ln (days since the
            cause / usual days), negative while it is early (NaN), and whether the order is proven
            (0).
        """
        found = places(self.keys, keys)
        progress = np.log(self.elapsed / self.lags)
        return np.stack(
            [
                np.log(floats_at(self.lifts, found, 1.0)),
                floats_at(self.chances, found, 0.0),
                floats_at(progress, found, np.nan),
                floats_at(self.is_ordered.astype(np.float64), found, 0.0),
            ],
            axis=1,
        )


def hints_today(complements: Complements, histories: Histories) -> Hints:
    """Apply each rule to whoever may take up B at the rule's lag within the horizon."""
    n_needs = histories.shape[1]
    pairs, rule = _causes(complements, histories)
    keys = histories.users[pairs] * n_needs + complements.after[rule]
    since = _days_since(histories)[complements.is_from_onset[rule].astype(np.int64), pairs]
    first, last = (np.array([lag[end] for lag in LAGS])[complements.lags[rule]] for end in (0, 1))
    applies = (since > first - AHEAD_DAYS) & (since <= last)
    applies &= places(histories.keys, keys) < 0
    keys, rule, since = keys[applies], rule[applies], since[applies]
    chances = complements.timing.chances(rule, since, AHEAD_DAYS)
    order = np.lexsort((rule, -complements.lifts[rule], -chances, keys))
    best = order[np.append(True, np.diff(keys[order]) > 0)[: len(order)]]
    rule = rule[best]
    return Hints(
        keys[best],
        complements.lifts[rule],
        complements.before[rule],
        since[best],
        complements.lag_days[rule],
        chances[best],
        complements.is_ordered[rule],
    )


def _causes(complements: Complements, histories: Histories) -> tuple[Ints, Ints]:
    """Return each pair of a person with the A of a rule, and the rule."""
    first = np.searchsorted(complements.before, histories.needs, side="left")
    sizes = np.searchsorted(complements.before, histories.needs, side="right") - first
    rule = np.repeat(first - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
    return np.repeat(np.arange(len(sizes)), sizes), rule


def _days_since(histories: Histories) -> Floats:
    """Return days since each pair's last purchase, and since its onset; shape (2, n_pairs).

    An onset that fell into the run-in is not known, and beyond every lag.
    """
    is_known = onset_purchases(histories)[histories.starts]
    onset = np.where(is_known, histories.day - histories.first_days, LAGS[-1].last + 1)
    return np.stack([histories.elapsed, onset])
