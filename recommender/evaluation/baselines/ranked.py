"""From scores to lists: one ranking rule for every baseline."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from recommender.evaluation.models import Mode
from recommender.interactions import Bools, Floats, Interactions, Ints

FILL_DAYS = 56
"""Days of popularity that break ties, and so order what a model has no opinion on."""

_SCORES_AT_ONCE = 4_000_000
"""Scores held at a time: few users where there are many things."""
_GROUPS = 1024
"""Groups of columns whose highest scores are looked at first."""


class Scorer(Protocol):
    """What a baseline adds to the common ranking rule."""

    @property
    def name(self) -> str:
        """What the report calls it."""

    def fit(self, train: Interactions, *, as_of: int) -> None:
        """Learn from ``train``, all of it before day ``as_of``."""

    def scores(self, users: Ints) -> Floats:
        """Score everything for each user, shape (n_users, n_things); higher is better."""


class RankedModel:
    """Ranks a scorer's scores; ties go to what more people bought in the last 56 days.

    A personal model scores what its user never bought 0 throughout, so this rule also fills its
    lists with popular things: that is where the novel list of "personal frequency" comes from.
    """

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer

    @property
    def name(self) -> str:
        """The scorer's name."""
        return self._scorer.name

    def fit(self, train: Interactions, *, as_of: int) -> None:
        """Fit the scorer, and learn who bought what and what is popular."""
        n_things = len(train.thing_ids)
        recent = train.between(as_of - FILL_DAYS, as_of)
        popularity = np.bincount(recent.things, minlength=n_things)
        self._by_popularity = np.argsort(-popularity, kind="stable")
        self._in_catalogue = np.bincount(train.things, minlength=n_things) > 0
        self._counts = train.counts()
        self._users_at_once = max(1, _SCORES_AT_ONCE // max(n_things, 1))
        self._scorer.fit(train, as_of=as_of)

    def lists(self, users: Ints, k: int, mode: Mode) -> Ints:
        """Return the best things anybody bought before, shape (n_users, k)."""
        lists = np.full((len(users), k), -1)
        for first in range(0, len(users), self._users_at_once):
            chunk = users[first : first + self._users_at_once]
            scores = np.where(self._allowed(chunk, mode), self._scorer.scores(chunk), -np.inf)
            best = top_k(scores[:, self._by_popularity], k)
            rows = np.where(best < 0, -1, self._by_popularity[best])
            lists[first : first + len(chunk), : rows.shape[1]] = rows
        return lists

    def _allowed(self, users: Ints, mode: Mode) -> Bools:
        if mode == "all":
            return self._in_catalogue[None, :]
        is_known = self._counts[users].toarray() > 0
        return np.asarray(is_known if mode == "repeat" else self._in_catalogue & ~is_known)


class TimedModel(RankedModel):
    """A ranking whose scores are asked how near a purchase is, too."""

    def timing_scores(self, users: Ints, things: Ints) -> Floats:
        """Return the scorer's scores of single pairs."""
        distinct, rows = np.unique(users, return_inverse=True)
        scores = np.empty(len(users))
        for first in range(0, len(distinct), self._users_at_once):
            chunk = distinct[first : first + self._users_at_once]
            inside = (rows >= first) & (rows < first + len(chunk))
            scores[inside] = self._scorer.scores(chunk)[rows[inside] - first, things[inside]]
        return scores


def top_k(scores: Floats, k: int) -> Ints:
    """Return the columns of the k highest scores of each row, highest first.

    Ties go to the lower column. A score of -inf is never chosen; -1 stands in its place.
    Unlike a sort of whole rows this costs one partition, and unlike ``argpartition`` it says
    which of the ties at the edge are in.

    Returns:
        Columns, shape (n_rows, min(k, n_columns)).
    """
    k = min(k, scores.shape[1])
    edge = _edges(scores, k)[:, None]
    is_above, is_tied = scores > edge, scores == edge
    room = k - is_above.sum(axis=1, keepdims=True)
    chosen = is_above | (is_tied & (is_tied.cumsum(axis=1, dtype=np.int32) <= room))
    columns = np.nonzero(chosen)[1].reshape(len(scores), k)
    values = np.take_along_axis(scores, columns, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    best = np.take_along_axis(columns, order, axis=1)
    return np.where(np.isneginf(np.take_along_axis(values, order, axis=1)), -1, best)


def _edges(scores: Floats, k: int) -> Floats:
    """Return the k-th highest score of each row.

    The k-th highest of the groups' maxima is never above it, and equals it where fewer than k
    scores are higher; only the other rows, few if the groups are many, are partitioned whole.
    """
    n_columns = scores.shape[1]
    if k > _GROUPS or n_columns < 2 * _GROUPS:
        return _edges_of_whole_rows(scores, k)
    grouped = n_columns - n_columns % _GROUPS
    highest = scores[:, :grouped].reshape(len(scores), -1, _GROUPS).max(axis=1)
    edges = _edges_of_whole_rows(np.hstack([highest, scores[:, grouped:]]), k)
    is_higher = (scores > edges[:, None]).sum(axis=1) >= k
    edges[is_higher] = _edges_of_whole_rows(scores[is_higher], k)
    return edges


def _edges_of_whole_rows(scores: Floats, k: int) -> Floats:
    # Of the negated scores: with many ties, numpy partitions a low place ten times faster.
    return np.asarray(-np.partition(-scores, k - 1, axis=1)[:, k - 1])
