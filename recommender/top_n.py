"""The things every user scores highest by the product of factors: all users, all things, exact.

Scores are computed a block of users and a tile of things at a time and looked at while they are in
the cache. Three bounds spare the rest, and none of them is a guess:

- Things are taken longest vector first. The n-th best of the maxima of runs of the first few
  thousand is a *bar*: n things reach it, so whatever stays below it is not among the n best.
- No score exceeds the product of the two lengths (Cauchy-Schwarz), so the pass ends where that
  product falls below the bar of every user in the block.
- Only what reaches the bar is sorted.

Source: Teflioudi, Gemulla, Mykytiuk, "LEMP: Fast Retrieval of Large Entries in a Matrix Product",
SIGMOD 2015 (order by length and its bound). The bar from maxima of runs is elementary.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from recommender.interactions import Ints

Factors = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float32]
# User (counted within a block), thing and score of single pairs: three arrays of one length.
Pairs = tuple[Ints, Ints, Scores]

# A block of users against a tile of things: larger leaves the cache, smaller is all overhead. No
# power of two, which would put the rows of a tile into the same cache sets.
USERS = 896
THINGS = 640
# Things whose scores set the bar, whole tiles: more make it higher, but are looked at twice.
LEADERS = 19 * THINGS
# Things in a run, of which only the best is looked at first: a power of two.
RUN = 16
# Runs for each thing sought: with fewer, more of the best share a run and the bar is lower.
RUNS_EACH = 4
LOWEST = np.finfo(np.float32).min


def best_of(
    user_factors: Factors,
    thing_factors: Factors,
    n: int,
    *,
    excluded: csr_array | None = None,
    threads: int = 2,
) -> tuple[Ints, Scores]:
    """Find the n things with the highest inner product for every user.

    Args:
        user_factors: Shape (n_users, factors).
        thing_factors: Shape (n_things, factors).
        n: Things sought for each user.
        excluded: Shape (n_users, n_things); a pair that is not zero here is never returned.
        threads: Blocks of users worked on at once. The result does not depend on it.

    Returns:
        Thing codes, best first, of equal scores the lower code first, and their scores, each of
        shape (n_users, n). Where nothing is left the code is -1 and the score -inf.

    Raises:
        ValueError: Shapes do not fit, n is not positive, or a factor is not finite.
    """
    _check(user_factors, thing_factors, n, excluded)
    things = _Things.longest_first(thing_factors)
    scratch = threading.local()
    codes = np.full((len(user_factors), n), -1, dtype=np.int64)
    scores = np.full((len(user_factors), n), -np.inf, dtype=np.float32)

    def work(members: Ints) -> None:
        if not hasattr(scratch, "scores"):
            scratch.scores = np.empty(LEADERS * USERS, dtype=np.float32)
        factors = user_factors[members]
        own = _excluded_pairs(excluded, members)
        # To a user without factors all things are equal: the bar would hold nothing back.
        if factors[0].any():
            pairs = _reaching(_Block(factors, things, own, scratch.scores), n)
        else:
            pairs = _lowest_codes(len(members), len(thing_factors), n, own)
        user, code, value, place = _first(*pairs, n)
        codes[members[user], place] = code
        scores[members[user], place] = value

    has_factors = user_factors.any(axis=1)
    blocks = [
        group[start : start + USERS]
        for group in (np.flatnonzero(has_factors), np.flatnonzero(~has_factors))
        for start in range(0, len(group), USERS)
    ]
    # Sums depend on the number of BLAS threads, so blocks run side by side and BLAS does not.
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, blocks))
    return codes, scores


@dataclass(frozen=True)
class _Things:
    """Thing factors, longest vector first, but the leaders in an order of their own."""

    factors: Factors
    """Whole runs: zeros fill the last."""
    codes: Ints
    """The caller's code of each."""
    places: Ints
    """Where each of the caller's codes is."""
    reaches: npt.NDArray[np.float64]
    """All lengths, longest first, and on top what float32 may round."""

    @classmethod
    def longest_first(cls, factors: Factors) -> "_Things":
        lengths = _lengths(factors)
        codes = np.argsort(-lengths, kind="stable")
        # A sum of products is off by at most terms · eps/2 of the product of lengths (Higham,
        # "Accuracy and Stability of Numerical Algorithms", §3.1); this is twice that.
        slack = 1 + factors.shape[1] * float(np.finfo(np.float32).eps)
        reaches = lengths[codes] * slack
        # The longest are dealt out, one to a run: the best are among them and each should raise
        # the bar.
        leaders = min(LEADERS, len(codes)) // RUN * RUN
        codes[:leaders] = codes[:leaders].reshape(RUN, -1).T.reshape(-1)
        places = np.empty_like(codes)
        places[codes] = np.arange(len(codes))
        n_whole = -(-len(codes) // RUN) * RUN
        whole = np.zeros((n_whole, factors.shape[1]), dtype=np.float32)
        whole[: len(codes)] = factors[codes]
        return cls(whole, codes, places, reaches)


class _Block:
    """Some users against all things: scores, and -inf where a pair is excluded."""

    def __init__(
        self, users: Factors, things: _Things, excluded: tuple[Ints, Ints], scratch: Scores
    ) -> None:
        self.users = users
        self.things = things
        self.scratch = scratch
        self._transposed = np.ascontiguousarray(users.T)
        user, code = excluded
        # Sorted by thing, so that each tile's are together.
        self._excluded = np.sort(things.places[code] * len(users) + user)
        edges = np.arange(0, len(things.codes) + THINGS, THINGS) * len(users)
        self._edges = np.searchsorted(self._excluded, edges)

    def score(self, start: int, end: int, out: Scores) -> None:
        """Write the scores of one tile, things from start to end × users, into out."""
        np.matmul(self.things.factors[start:end], self._transposed, out=out)
        tile = start // THINGS
        excluded = self._excluded[self._edges[tile] : self._edges[tile + 1]]
        out.reshape(-1)[excluded - start * len(self.users)] = -np.inf
        out[len(self.things.codes) - start :] = -np.inf


def _reaching(block: _Block, n: int) -> Pairs:
    """Return the pairs that reach their user's bar; the n best of every user are among them."""
    n_users = len(block.users)
    run = _run_length(n)

    def scored(start: int, end: int, out: Scores) -> Scores:
        block.score(start, end, out)
        return _maxima(out, run)

    n_things = len(block.things.factors)
    leaders = min(LEADERS, n_things)
    scores = block.scratch[: LEADERS * n_users].reshape(LEADERS, n_users)
    maxima = [scored(start, end, scores[start:end]) for start, end in _tiles(0, leaders)]
    bar = _bar(np.concatenate(maxima), n)
    found = [
        _at_least(bar, scores[start:end], best, run, start)
        for (start, end), best in zip(_tiles(0, leaders), maxima, strict=True)
    ]
    # A bar of nought or less is reached by vectors of any length.
    needed = np.where(bar > 0, bar / _lengths(block.users), 0).min()
    last = int(np.searchsorted(-block.things.reaches, -needed, side="right"))
    for start, end in _tiles(leaders, min(-(-last // THINGS) * THINGS, n_things)):
        tile = scores[: end - start]
        found.append(_at_least(bar, tile, scored(start, end, tile), run, start))
    at, values = (np.concatenate(parts) for parts in zip(*found, strict=True))
    place, user = np.divmod(at, n_users)
    return user, block.things.codes[place], values


def _tiles(start: int, end: int) -> list[tuple[int, int]]:
    return [(left, min(left + THINGS, end)) for left in range(start, end, THINGS)]


def _run_length(n: int) -> int:
    """Return the greatest power of two, at most RUN, that leaves the leaders runs enough."""
    return 1 << (max(min(RUN, LEADERS // (RUNS_EACH * n)), 1).bit_length() - 1)


def _maxima(scores: Scores, run: int) -> Scores:
    """Return the maxima of runs of rows."""
    maxima: Scores = scores.reshape(-1, run, scores.shape[1]).max(axis=1)
    return maxima


def _bar(maxima: Scores, n: int) -> Scores:
    """Return a score for each user (column) that at least n things reach, or the lowest number."""
    if len(maxima) < n:
        return np.full(maxima.shape[1], LOWEST)
    merged = max(len(maxima) // (RUNS_EACH * n), 1)
    runs = len(maxima) // merged
    fewer = maxima[: merged * runs].reshape(merged, runs, -1).max(axis=0)
    nth = runs - n
    bar = np.partition(np.ascontiguousarray(fewer.T), nth, axis=1)[:, nth]
    return np.maximum(bar, LOWEST)


def _at_least(
    bar: Scores, scores: Scores, maxima: Scores, run: int, start: int
) -> tuple[Ints, Scores]:
    """Return where scores (things from start × users) reach the bar, thing · users + user, and them."""
    n_users = scores.shape[1]
    flat = scores.reshape(-1)
    high, user = np.divmod(np.flatnonzero(maxima >= bar), n_users)
    at = (high * (run * n_users) + user)[:, None] + np.arange(run) * n_users
    values = flat.take(at)
    reaching = np.flatnonzero(values >= bar[user, None])
    at, values = at.reshape(-1)[reaching], values.reshape(-1)[reaching]
    return at + start * n_users, values


def _excluded_pairs(excluded: csr_array | None, members: Ints) -> tuple[Ints, Ints]:
    """Return user, counted within members, and thing of their pairs that are not zero."""
    if excluded is None:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    own = excluded[members]
    is_set = own.data != 0
    users = np.repeat(np.arange(len(members)), np.diff(own.indptr))
    return users[is_set], own.indices[is_set]


def _lowest_codes(n_users: int, n_things: int, n: int, excluded: tuple[Ints, Ints]) -> Pairs:
    """Return pairs of score 0, the lowest codes left, n to a user where so many are left."""
    user, code = excluded
    most = int(np.bincount(user, minlength=1).max())
    is_left = np.ones((n_users, min(n + most, n_things)), dtype=np.bool_)
    is_near = code < is_left.shape[1]
    is_left[user[is_near], code[is_near]] = False
    users, codes = np.nonzero(is_left)
    return users, codes, np.zeros(len(users), dtype=np.float32)


def _first(users: Ints, codes: Ints, scores: Scores, n: int) -> tuple[Ints, Ints, Scores, Ints]:
    """Return each user's n best pairs and their places from 0; of equal scores the lower code first."""
    keys = (users << 32) + _descending(scores)
    order = np.argsort(keys)
    # Sorting by one number is several times faster, and ties that need the code are rare.
    if (np.diff(keys[order]) == 0).any():
        order = np.lexsort((codes, keys))
    counts = np.bincount(users)
    places = np.arange(len(users)) - (np.cumsum(counts) - counts)[users[order]]
    is_first = places < n
    order = order[is_first]
    return users[order], codes[order], scores[order], places[is_first]


def _descending(scores: Scores) -> Ints:
    """Map floats to whole numbers in [0, 2³²): the higher the score, the lower the number."""
    # The bits of floats order like integers, those of negative ones backwards; + 0 unites ±0.
    bits = (scores + np.float32(0)).view(np.int32)
    return 2**31 - 1 - (bits ^ ((bits >> 31) & 0x7FFFFFFF)).astype(np.int64)


def _lengths(factors: Factors) -> npt.NDArray[np.float64]:
    squares: npt.NDArray[np.float64] = np.einsum("ij,ij->i", factors, factors, dtype=np.float64)
    return np.sqrt(squares)


def _check(users: Factors, things: Factors, n: int, excluded: csr_array | None) -> None:
    if users.shape[1:] != things.shape[1:] or len(users.shape[1:]) != 1:
        raise ValueError(
            "factors of users and things must be matrices of as many columns, "
            f"not {users.shape} and {things.shape}"
        )
    if n < 1:
        raise ValueError(f"n must be positive, not {n}")
    if excluded is not None and excluded.shape != (len(users), len(things)):
        raise ValueError(
            f"excluded must be users × things, {(len(users), len(things))}, not {excluded.shape}"
        )
    if not (np.isfinite(users).all() and np.isfinite(things).all()):
        raise ValueError("factors must be finite numbers")
