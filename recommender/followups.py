"""How long after a purchase its complement is taken up, and how likely from today on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.histories import Histories
from recommender.interactions import Bools, Floats, Ints
from recommender.takeups import LAGS, onset_purchases

WEEK_DAYS = 7
PSEUDO_PEOPLE = 10.0
"""People at the rule's mean hazard added to each week's."""


@dataclass(frozen=True)
class FollowUps:
    """When B is taken up after A, one row a rule."""

    quartiles: Floats
    """Days from A to B among followers: first quartile, median, third; shape (n_rules, 3)."""
    risk: Floats
    """Cumulative hazard at the end of each week since A, from 0; shape (n_rules, n_weeks + 1)."""

    def chances(self, rules: Ints, elapsed: Floats, days: int) -> Floats:
        """Return the chance that B is taken up in the coming days, not having been so far.

        1 - S(elapsed + days - 1) / S(elapsed - 1) with S the share that has not yet: the day
        itself counts, and no more is expected beyond the longest lag.

        Args:
            rules: Row of each question.
            elapsed: Days since A, at least 1.
            days: How many days are asked about, from today on.
        """
        until = self._risk_at(rules, elapsed + (days - 1))
        return np.asarray(-np.expm1(self._risk_at(rules, elapsed - 1) - until))

    def _risk_at(self, rules: Ints, elapsed: Floats) -> Floats:
        """Interpolate the cumulative hazard linearly within a week."""
        place = np.minimum(elapsed / WEEK_DAYS, self.risk.shape[1] - 1)
        week = np.minimum(place.astype(np.int64), self.risk.shape[1] - 2)
        first, last = self.risk[rules, week], self.risk[rules, week + 1]
        return np.asarray(first + (place - week) * (last - first))


def time_follow_ups(
    histories: Histories, before: Ints, after: Ints, is_from_onset: Bools
) -> FollowUps:
    """Estimate by life tables when those who bought A take up B.

    Each purchase of A (each onset, for lags from the onset) by somebody without B is followed
    until B is taken up, A is bought again, the longest lag has passed, or the day has come; all
    but the first are censored. The hazard of a week is the take-ups in it over the people still
    followed at its beginning, half of those censored in it taken off (the actuarial estimator;
    Cutler & Ederer, J. Chronic Diseases 8:699, 1958), shrunk to the rule's mean.

    Args:
        histories: Purchases before a day.
        before: A of each rule, shape (n_rules,).
        after: B of each rule.
        is_from_onset: Whether days count from the onset of A.
    """
    purchases = _Purchases.of(histories)
    n_weeks = -(-LAGS[-1].last // WEEK_DAYS)
    quartiles, risk = np.zeros((len(before), 3)), np.zeros((len(before), n_weeks + 1))
    # One turn is one rule: there are hundreds where there are millions of purchases.
    for rule, (cause, effect, onset) in enumerate(zip(before, after, is_from_onset, strict=True)):
        days, is_follower = purchases.followed(cause, effect, is_from_onset=bool(onset))
        quartiles[rule] = np.quantile(days[is_follower], (0.25, 0.5, 0.75), method="inverted_cdf")
        risk[rule, 1:] = np.cumsum(_weekly_hazards(days, is_follower, n_weeks))
    return FollowUps(quartiles, risk)


def _longest_days(is_from_onset: Bools) -> Ints:
    """Return the longest lag that is followed."""
    longest = [max(lag.last for lag in LAGS if lag.is_from_onset is kind) for kind in (False, True)]
    return np.array(longest)[np.asarray(is_from_onset, dtype=np.int64)]


def _weekly_hazards(days: Ints, is_follower: Bools, n_weeks: int) -> Floats:
    week = (days - 1) // WEEK_DAYS
    ended = np.bincount(week, minlength=n_weeks)
    followers = np.bincount(week[is_follower], minlength=n_weeks)
    at_risk = ended[::-1].cumsum()[::-1] - (ended - followers) / 2
    mean = followers.sum() / max(at_risk.sum(), 1.0)
    hazard = (followers + PSEUDO_PEOPLE * mean) / (at_risk + PSEUDO_PEOPLE)
    # Where nobody was followed nothing is known, and nothing is expected.
    hazard[at_risk <= 0] = 0.0
    return np.asarray(-np.log1p(-np.minimum(hazard, 1 - 1e-9)))


@dataclass(frozen=True)
class _Purchases:
    """Purchases sorted by need, then user, then day."""

    histories: Histories
    bounds: Ints
    """Where each need's purchases begin, shape (n_needs + 1,)."""
    users: Ints
    days: Ints
    next_days: Ints
    """Day of the same pair's next purchase; the day of the histories if there is none."""
    is_onset: Bools
    firsts: Ints
    """Places of the first purchases of the pairs, in the same order."""
    first_bounds: Ints

    @classmethod
    def of(cls, histories: Histories) -> _Purchases:
        order = np.argsort(histories.needs[histories.pair_of], kind="stable")
        next_days = np.append(histories.days[1:], histories.day)
        next_days[histories.starts + histories.counts - 1] = histories.day
        is_first = np.zeros(len(order), dtype=bool)
        is_first[histories.starts] = True
        needs = histories.needs[histories.pair_of][order]
        firsts = np.flatnonzero(is_first[order])
        edges = np.arange(histories.shape[1] + 1)
        return cls(
            histories,
            np.searchsorted(needs, edges),
            histories.users[histories.pair_of][order],
            histories.days[order],
            next_days[order],
            onset_purchases(histories)[order],
            firsts,
            np.searchsorted(needs[firsts], edges),
        )

    def followed(self, cause: int, effect: int, *, is_from_onset: bool) -> tuple[Ints, Bools]:
        """Return for how many days each purchase of A was followed, and whether B ended it."""
        day, rows = self.histories.day, np.arange(self.bounds[cause], self.bounds[cause + 1])
        if is_from_onset:
            rows = rows[self.is_onset[rows]]
        takers = self.firsts[self.first_bounds[effect] : self.first_bounds[effect + 1]]
        taken_up = np.full(self.histories.shape[0], day + 1)
        taken_up[self.users[takers]] = self.days[takers]
        rows = rows[taken_up[self.users[rows]] > self.days[rows]]
        until, take_up = self.next_days[rows], taken_up[self.users[rows]]
        if is_from_onset:
            until = np.full(len(rows), day)
        longest = int(_longest_days(np.array([is_from_onset]))[0])
        days = np.minimum(np.minimum(until, take_up) - self.days[rows], longest)
        return days, (take_up <= until) & (take_up - self.days[rows] <= longest)
