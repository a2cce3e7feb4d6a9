"""Everything known on one day, ready to describe any (user, need) by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from recommender.brands import loyalty
from recommender.catalogue import Catalogue
from recommender.collaborative import Factors
from recommender.complements import Complements, Hints, find_complements, hints_today
from recommender.crowd import Crowd, Opinions, gather_crowd, hear
from recommender.habits import Demand, measure_demand
from recommender.histories import Histories, gather
from recommender.interactions import Floats, Interactions, Ints
from recommender.lookup import rows_of, spread
from recommender.prices import deals
from recommender.timing import Timing, estimate_timing

BLOCK_USERS = 256
"""Users described at a time, so that memory does not grow with their number."""
CANDIDATES = 100
"""Never-bought needs considered for each user by taste, and as many by like-minded people."""
POPULAR_CANDIDATES = 50
"""Never-bought needs considered because most people buy them."""


@dataclass(frozen=True)
class Ties:
    """What links needs to each other: slow to find, slow to change."""

    factors: Factors
    """ALS factors of each need, (n_needs, n_factors); NaN for needs that nobody had bought."""
    rules: Complements


@dataclass(frozen=True)
class Snapshot:
    """The state of the shop at the start of a day."""

    histories: Histories
    timing: Timing
    demand: Demand
    crowd: Crowd
    parents: Ints
    """Parent category of each need, shape (n_needs,)."""
    loyalty: dict[str, Floats]
    """Features of pairs by name, each of shape (n_pairs,), as the next."""
    deals: dict[str, Floats]
    found_rules: Complements | None = None
    """What leads to what, where it was found before."""
    found_hints: Hints | None = None
    """What follows from what people bought, where it was looked for before."""

    @cached_property
    def hints(self) -> Hints:
        """What follows from what people bought; looked for when it is first asked for."""
        if self.found_hints is not None:
            return self.found_hints
        return hints_today(self.rules, self.histories)

    @cached_property
    def rules(self) -> Complements:
        """What leads to what; looked for when it is first asked for."""
        return self.found_rules or find_complements(self.histories, self.parents)

    @property
    def ties(self) -> Ties:
        """What later days may know of needs without looking for it."""
        is_known = self.demand.ever_buyers > 0
        factors = np.where(is_known[:, None], self.crowd.need_factors, np.float32("nan"))
        return Ties(factors, self.rules)

    def sample(self, most: int) -> Ints:
        """Name at most so many of the people who bought anything, ascending and evenly spread."""
        return spread(self.histories.known_users, most)

    def of_users(self, users: Ints) -> Snapshot:
        """Keep the pairs of some users, and what is shared by all as it is.

        Hints are not to be asked for: others' purchases, which make the rules, are gone.
        """
        chosen = np.zeros(self.histories.shape[0], dtype=bool)
        chosen[users] = True
        pairs = chosen[self.histories.users]
        return replace(
            self,
            histories=self.histories.of_users(chosen),
            timing=self.timing.of_pairs(pairs),
            loyalty={name: values[pairs] for name, values in self.loyalty.items()},
            deals={name: values[pairs] for name, values in self.deals.items()},
        )

    def between(self, first: int, last: int) -> Snapshot:
        """Keep what is known of the users ``first`` to before ``last``, coded from 0.

        What is shared by all stays the very same.
        """
        pairs = slice(*np.searchsorted(self.histories.users, [first, last]))
        width = self.histories.shape[1]
        return replace(
            self,
            histories=self.histories.between(first, last),
            timing=self.timing.of_pairs(pairs),
            crowd=self.crowd.between(first, last),
            loyalty={name: values[pairs] for name, values in self.loyalty.items()},
            deals={name: values[pairs] for name, values in self.deals.items()},
            found_rules=self.rules,
            found_hints=self.hints.between(first * width, last * width),
        )

    def without_evidence(self) -> Snapshot:
        """Leave out what only chances are made from: quantities, trips and features of pairs."""
        return replace(
            self,
            histories=self.histories.dates_alone(),
            loyalty={},
            deals={},
            found_rules=self.rules,
            found_hints=self.hints,
        )


@dataclass(frozen=True)
class Block:
    """Some users' opinions, their pairs, and what they might take up."""

    snapshot: Snapshot
    users: Ints
    """Ascending codes."""
    opinions: Opinions
    pairs: slice
    """Their rows among the snapshot's pairs."""

    @property
    def novel_rows(self) -> Ints:
        """Row of ``users`` of each never-bought candidate, ascending; shape (n_candidates,)."""
        return self._novel[0]

    @property
    def novel_needs(self) -> Ints:
        """The need of each candidate."""
        return self._novel[1]

    @cached_property
    def _novel(self) -> tuple[Ints, Ints]:
        return _candidates(self.snapshot, self.users, self.opinions)


def take_snapshot(
    train: Interactions, day: int, catalogue: Catalogue, ties: Ties | None = None
) -> Snapshot:
    """Gather what is known at the start of ``day``.

    Args:
        train: Need-level interactions; days from ``day`` on are not looked at.
        day: The day.
        catalogue: What the merchants tell of needs and items.
        ties: What an earlier day found, in the catalogue's vocabulary of needs; None to look anew.
    """
    train = train.before(day)
    histories = gather(train, day)
    return Snapshot(
        histories,
        estimate_timing(histories, catalogue.told_days),
        measure_demand(histories),
        gather_crowd(histories, ties.factors if ties else None),
        catalogue.parents,
        loyalty(train, histories, catalogue.brands),
        deals(train, histories),
        ties.rules if ties else None,
    )


def user_blocks(snapshot: Snapshot, users: Ints) -> Iterator[Block]:
    """Yield blocks of the given users, ascending codes without doubles."""
    bounds = snapshot.histories.users
    for start in range(0, len(users), BLOCK_USERS):
        chosen = users[start : start + BLOCK_USERS]
        opinions = hear(snapshot.crowd, chosen)
        first, last = np.searchsorted(bounds, [chosen[0], chosen[-1] + 1])
        yield Block(snapshot, chosen, opinions, slice(int(first), int(last)))


def own_pairs(snapshot: Snapshot, block: Block) -> tuple[Ints, Ints, Ints]:
    """Return pair index, row of the block and need of what its users bought before."""
    pairs = np.arange(block.pairs.start, block.pairs.stop)
    pairs = pairs[np.isin(snapshot.histories.users[pairs], block.users)]
    rows = np.searchsorted(block.users, snapshot.histories.users[pairs])
    return pairs, rows, snapshot.histories.needs[pairs]


def _candidates(snapshot: Snapshot, users: Ints, opinions: Opinions) -> tuple[Ints, Ints]:
    """Choose never-bought needs by taste, by like-minded people, by demand and by rule."""
    shape = opinions.taste.shape
    known = snapshot.crowd.tastes.shares[users].tocoo()
    chosen = np.zeros(shape, dtype=bool)
    for scores in (opinions.taste, opinions.peers):
        unknown = scores.copy()
        unknown[known.row, known.col] = -np.inf
        _mark_best(chosen, unknown, CANDIDATES)
    buyers = snapshot.demand.buyers
    chosen[:, np.argsort(-buyers, kind="stable")[:POPULAR_CANDIDATES]] = True
    rows, found = rows_of(snapshot.hints.keys, users, shape[1])
    chosen[rows, snapshot.hints.keys[found] % shape[1]] = True
    chosen[known.row, known.col] = False
    chosen &= (snapshot.demand.ever_buyers > 0)[None, :]
    rows, needs = np.nonzero(chosen)
    return rows, needs


def _mark_best(chosen: np.ndarray, scores: np.ndarray, count: int) -> None:
    if scores.shape[1] <= count:
        chosen[:] = True
        return
    best = np.argpartition(-scores, count, axis=1)[:, :count]
    np.put_along_axis(chosen, best, values=True, axis=1)
