"""The things every user scores highest by the product of factors: all users, all things, exact.

Scores are computed a block of users and a tile of things at a time and looked at while they are in
the cache. What spares the rest are bounds, and none of them is a guess:

- Things are taken longest vector first. Of the first few thousand n reach a *bar*: whatever stays
  below it is not among the n best. Each time three times as many have been looked at, the bar
  rises to the n-th best score found.
- No score exceeds the product of the two lengths (Cauchy-Schwarz), so the pass ends where that
  product falls below the bar of every user in the block.
- Of a few things together only the greatest score is held against the bar; only scores that
  reach it are sorted.

Source: Teflioudi, Gemulla, Mykytiuk, "LEMP: Fast Retrieval of Large Entries in a Matrix Product",
SIGMOD 2015 (order by length and its bound). The bars are elementary.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from recommender.interactions import Ints
from recommender.score_keys import (
    NO_KEY,
    Keys,
    Scores,
    codes_of,
    keys_of,
    merged,
    no_keys,
    scores_of,
)
from recommender.tiles import Block, Factors, Scratch, Things

# A block of users against a tile of things: larger leaves the cache, smaller is all overhead. No
# power of two, which would put the rows of a tile into the same cache sets.
USERS = 896
THINGS = 640
# Blocks are shared out evenly among as many threads as divide this.
BLOCKS = 4
# Things whose scores set the first bar, whole tiles: more make it higher, but leave the cache.
LEADERS = 4 * THINGS
# Things together of which only the greatest score is looked at first.
RUN = 16
# The bar rises when so many times as many things have been looked at: rising costs a sort.
GROWTH = 3
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
    things = Things.longest_first(thing_factors, tile=THINGS, run=RUN)
    scratch = threading.local()
    codes = np.empty((len(user_factors), n), dtype=np.int64)
    scores = np.empty((len(user_factors), n), dtype=np.float32)

    def work(members: Ints) -> None:
        if not hasattr(scratch, "of_thread"):
            scratch.of_thread = Scratch(LEADERS, USERS, RUN)
        factors = user_factors[members]
        own = _excluded_pairs(excluded, members)
        # To a user without factors all things are equal: the bar would hold nothing back.
        if len(things.codes) and factors[0].any():
            keys = _search(Block(factors, things, own, scratch.of_thread), n)
        else:
            keys = _lowest_codes(len(members), things, n, own)
        codes[members], scores[members] = codes_of(keys), scores_of(keys)

    has_factors = user_factors.any(axis=1)
    blocks = [
        block
        for group in (np.flatnonzero(has_factors), np.flatnonzero(~has_factors))
        for block in _blocks(group)
    ]
    # Sums depend on the number of BLAS threads, so blocks run side by side and BLAS does not.
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, blocks))
    return codes, scores


def _blocks(users: Ints) -> list[Ints]:
    """Divide users into blocks of almost one size; into how many depends on their number alone."""
    if len(users) <= USERS:
        return [users] if len(users) else []
    return np.array_split(users, BLOCKS * -(-len(users) // (BLOCKS * USERS)))


def _search(block: Block, n: int) -> Keys:
    """Return the keys of every user's n best, ascending."""
    seen = min(LEADERS, len(block.things.factors))
    tiles = [block.tile(start, end, start) for start, end in block.things.tiles(0, seen)]
    bar = _bar(np.concatenate([tile.maxima for tile in tiles]), n)
    found = block.keys(tile.above(bar) for tile in tiles)
    best = merged(no_keys(len(bar), n), *found)
    bar = _raised(bar, best)
    while seen < block.reach(bar):
        end = min(GROWTH * seen, block.reach(bar))
        found = block.keys(block.tile(*edges).above(bar) for edges in block.things.tiles(seen, end))
        best = merged(best, *found)
        bar, seen = _raised(bar, best), end
    return best


def _bar(maxima: Scores, n: int) -> Scores:
    """Return a score for each user (column) that at least n things reach, or the lowest number."""
    if len(maxima) < n:
        return np.full(maxima.shape[1], LOWEST)
    nth = len(maxima) - n
    bar = np.partition(np.ascontiguousarray(maxima.T), nth, axis=1)[:, nth]
    return np.maximum(bar, LOWEST)


def _raised(bar: Scores, best: Keys) -> Scores:
    """Return each user's n-th best score found, the bar as it was where fewer are known."""
    last = best[:, -1]
    return np.where(last == NO_KEY, bar, scores_of(last))


def _excluded_pairs(excluded: csr_array | None, members: Ints) -> tuple[Ints, Ints]:
    """Return user, counted within members, and thing of their pairs that are not zero."""
    if excluded is None:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    own = excluded[members]
    is_set = own.data != 0
    users = np.repeat(np.arange(len(members)), np.diff(own.indptr))
    return users[is_set], own.indices[is_set]


def _lowest_codes(n_users: int, things: Things, n: int, excluded: tuple[Ints, Ints]) -> Keys:
    """Return keys of score 0, ascending: the lowest n codes left to each user, or all."""
    user, code = excluded
    most = int(np.bincount(user, minlength=1).max())
    is_left = np.ones((n_users, min(n + most, len(things.codes))), dtype=np.bool_)
    is_near = code < is_left.shape[1]
    is_left[user[is_near], code[is_near]] = False
    users, codes = np.nonzero(is_left & (is_left.cumsum(axis=1) <= n))
    found = keys_of(np.zeros(len(users), dtype=np.float32), codes)
    return merged(no_keys(n_users, n), users, found)


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
