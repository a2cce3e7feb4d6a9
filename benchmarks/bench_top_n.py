"""The 20 best of 50,000 things, beside the machine's limit and implicit's own search.

    python benchmarks/bench_top_n.py [--users 20000]

Figures are users a second, medians of five rounds in which the contestants take turns; trust the
ratios, those of CPU time where other work runs beside. "limit" computes the same products tile by
tile on all cores, in the fastest of three shapes, and looks at none of them. Factors point everywhere and are of nearly one length: the
hardest case, in which every product has to be computed. "skewed" are the same factors with lengths
that fall as 1/√rank, as the popularity of things makes them; there most things are out of reach.
"""

import argparse
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from implicit.cpu.topk import topk
from scipy.sparse import csr_array, csr_matrix

from recommender.top_n import best_of

FACTORS = 64
THINGS = 50_000
HISTORY = 50
N = 20
ROUNDS = 5
SHAPES = ((512, 512), (768, 512), (896, 640))
# argpartition is slow, and its rate does not depend on the number of users.
FEW = 1_000
CORES = len(os.sched_getaffinity(0))


def main() -> None:
    """Print one line a contestant, for factors of even and of skewed length."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=20_000)
    n_users = parser.parse_args().users
    rng = np.random.default_rng(0)
    users = rng.standard_normal((n_users, FACTORS), dtype=np.float32)
    things = rng.standard_normal((THINGS, FACTORS), dtype=np.float32)
    history = csr_array(
        (
            np.ones(n_users * HISTORY, dtype=np.float32),
            rng.integers(0, THINGS, n_users * HISTORY),
            np.arange(n_users + 1) * HISTORY,
        ),
        shape=(n_users, THINGS),
    )
    print(f"{n_users:,} users, {THINGS:,} things, {FACTORS} factors, top {N}, {CORES} cores")
    skewed = things / np.sqrt(1 + rng.permutation(THINGS), dtype=np.float32)[:, None]
    for name, factors in (("even", things), ("skewed", skewed)):
        compare(name, users, factors, history)


def compare(name: str, users: np.ndarray, things: np.ndarray, history: csr_array) -> None:
    """Print users a second of every contestant, and the two ratios."""
    liked = csr_matrix(history)
    contestants: dict[str, Callable[[], object]] = {
        **{
            f"limit {shape}": lambda shape=shape: multiply(users, things, shape) for shape in SHAPES
        },
        "shike": lambda: best_of(users, things, N, excluded=history, threads=CORES),
        "implicit": lambda: topk(things, users, N, filter_query_items=liked, num_threads=0),
        "argpartition": lambda: partition(users[:FEW], things, history[:FEW]),
    }
    wall: dict[str, list[float]] = {contestant: [] for contestant in contestants}
    cpu: dict[str, list[float]] = {contestant: [] for contestant in contestants}
    for _ in range(ROUNDS):
        for contestant, run in contestants.items():
            started, started_cpu = time.perf_counter(), time.process_time()
            run()
            wall[contestant].append(time.perf_counter() - started)
            cpu[contestant].append(time.process_time() - started_cpu)
    for contestant, rate in speeds(wall, len(users)).items():
        print(f"  {name:<7}{contestant:<20}{rate:>10,.0f} users/s")
    for clock, seconds in (("", wall), (" by CPU time", cpu)):
        speed = speeds(seconds, len(users))
        limit = max(rate for contestant, rate in speed.items() if contestant.startswith("limit"))
        print(
            f"  {name:<7}shike{clock}: {100 * speed['shike'] / limit:.0f} % of the limit, "
            f"{speed['shike'] / speed['implicit']:.2f} x implicit, "
            f"{speed['shike'] / speed['argpartition']:.1f} x argpartition"
        )


def speeds(seconds: dict[str, list[float]], n_users: int) -> dict[str, float]:
    """Return the median users a second of every contestant."""
    few = {"argpartition": min(FEW, n_users)}
    return {
        contestant: few.get(contestant, n_users) / float(np.median(times))
        for contestant, times in seconds.items()
    }


def multiply(users: np.ndarray, things: np.ndarray, shape: tuple[int, int]) -> None:
    """Compute all products, blocks of users evenly on all cores, things a tile at a time."""
    n_users, n_things = shape

    def work(members: np.ndarray) -> None:
        block = np.ascontiguousarray(members.T)
        out = np.empty((n_things, block.shape[1]), dtype=np.float32)
        for left in range(0, len(things), n_things):
            tile = things[left : left + n_things]
            np.matmul(tile, block, out=out[: len(tile)])

    with ThreadPoolExecutor(CORES) as pool:
        list(pool.map(work, np.array_split(users, CORES * -(-len(users) // (CORES * n_users)))))


def partition(users: np.ndarray, things: np.ndarray, history: csr_array) -> np.ndarray:
    """Find the best with numpy alone, a hundred users at a time."""
    best = []
    for start in range(0, len(users), 100):
        scores = users[start : start + 100] @ things.T
        scores[history[start : start + 100].nonzero()] = -np.inf
        codes = np.argpartition(scores, -N, axis=1)[:, -N:]
        order = np.argsort(-np.take_along_axis(scores, codes, axis=1), axis=1)
        best.append(np.take_along_axis(codes, order, axis=1))
    return np.concatenate(best)


if __name__ == "__main__":
    main()
