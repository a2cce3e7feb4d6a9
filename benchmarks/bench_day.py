"""The whole day: seconds, memory and rows a second of every stage, beside its floor, and growth.

    python benchmarks/bench_day.py [people ...]
    python benchmarks/bench_day.py [people ...] --stages validate,need_states [--memory-gib 4]
    python benchmarks/bench_day.py --large

The default is 20,000 and 200,000 people over a year: 1 and 10 million events, 50,000 items, 2,000
and 20,000 applications, as many reports. Each day is published to a fresh folder by a process of
its own; the stages' seconds are those that it left in ``operations/``, the memory is the most it
held while the stage ran, looked at 20 times a second. Beside a stage stands its floor, the one
thing that it cannot do without, done alone: see ``day_floors.py``.

With ``--stages``, only those two stages run, each alone in a process of its own. ``--large`` adds
2,000,000 people, 100 million events, to them: it takes about half an hour, 20 GB of disk below
TMPDIR and 14 GiB of memory.

Figures go to ``benchmarks/results/day.json``, or ``parts.json``, and are drawn beside it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from day_floors import (
    bare_programme,
    bare_words,
    bare_writes,
    grouped_purchases,
    plain_scores,
    sorted_copy,
)
from day_parts import build_need_states, rows_of, validate_shop

from infra.operations import kept_attempts
from infra.pages.charts import Bar, bars
from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop
from infra.store import open_store

RESULTS = Path(__file__).with_name("results")
SIZES, LARGE = (20_000, 200_000), 2_000_000
DAYS = 365
MEMORY_GIB = 4.0
AS_OF = date.fromisoformat(SyntheticOptions().first_day) + timedelta(days=DAYS)
SECRETS = {"SHIKE_SHOP_PSEUDONYM_KEY": "bench", "SHIKE_RECRUIT_DRAW_SECRET": "bench"}
PARTS = ("validate", "need_states")
_LOOK_SECONDS = 0.05
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Stage:
    """What one stage took."""

    seconds: float
    rows: int = 0
    """Rows it read."""
    peak_bytes: int = 0
    """The most memory the process held while it ran."""
    floor_seconds: float | None = None
    """None where there is no floor."""
    cpu_seconds: float | None = None
    """Of all threads; None where the stage shared its process with others."""


@dataclass
class Day:
    """What one size took."""

    people: int
    events: int
    applications: int
    reports: int
    seconds: float = 0.0
    """From the start of the process to its end."""
    peak_bytes: int = 0
    stages: dict[str, Stage] = field(default_factory=dict)


def make_shop(folder: Path, people: int) -> None:
    """Write a shop of a year whose applications and reports are each a tenth of its people."""
    options = SyntheticOptions(
        users=people,
        days=DAYS,
        seed=1,
        items=50_000,
        hunter_share=0.004,
        apply_share=0.0153,
        goods_review_share=0.0175,
        consumables_review_share=0.0009,
    )
    write_synthetic_shop(folder, options)


def alone(task: Callable[..., Any], *arguments: Any) -> Stage:
    """Run a task in a process of its own."""
    new = get_context("spawn")
    took = new.SimpleQueue()
    process = new.Process(target=_timed, args=(took, task, arguments))
    process.start()
    looked = _Watcher(process.pid or 0)
    process.join()
    looked.stop()
    if process.exitcode:
        sys.exit(f"{task.__name__} must end well, it left with {process.exitcode}")
    seconds, cpu_seconds = took.get()
    return Stage(seconds, peak_bytes=looked.peak(0.0, float("inf")), cpu_seconds=cpu_seconds)


def _timed(took: Any, task: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    started, cpu = time.perf_counter(), time.process_time()
    task(*arguments)
    took.put((time.perf_counter() - started, time.process_time() - cpu))


class _Watcher:
    """Looks at the memory of a process until it is told to stop."""

    def __init__(self, pid: int) -> None:
        self._path = Path(f"/proc/{pid}/statm")
        self._seen: list[tuple[float, int]] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def peak(self, start: float, end: float) -> int:
        """Return the most bytes held from one moment to another, in seconds since 1970."""
        return max((held for at, held in self._seen if start <= at <= end), default=0)

    def _look(self) -> None:
        while not self._stopped.wait(_LOOK_SECONDS):
            try:
                resident = int(self._path.read_text().split()[1]) * _PAGE_BYTES
            except (OSError, IndexError):
                return
            self._seen.append((time.time(), resident))


def measure_day(people: int, scratch: Path) -> Day:
    """Run one day on a shop of so many people, and read what it left."""
    data, store = scratch / "shop", scratch / "store"
    alone(make_shop, data, people)
    measured = _sized(data, people)
    shike = Path(sys.executable).with_name("shike")
    command = [str(shike), "run", "daily", "--json", "--log-format", "json"]
    command += ["--data", str(data), "--store", str(store), "--as-of", AS_OF.isoformat()]
    log = scratch / "log"
    started = time.perf_counter()
    with log.open("w") as lines:
        day = subprocess.Popen(command, env=os.environ | SECRETS, cwd=scratch, stderr=lines)
        looked = _Watcher(day.pid)
        _, status, used = os.wait4(day.pid, 0)
    measured.seconds = time.perf_counter() - started
    looked.stop()
    if status:
        sys.exit(f"the day of {people:,} people must end well, it left with status {status}")
    measured.peak_bytes = used.ru_maxrss * 1024
    ends = _ends(log)
    attempt = kept_attempts(open_store(str(store)))[-1]
    for stage in attempt.stages:
        if stage.outcome == "skipped":
            continue
        end = ends.get(stage.name, 0.0)
        peak = looked.peak(end - stage.seconds, end)
        measured.stages[stage.name] = Stage(stage.seconds, sum(stage.rows_in.values()), peak)
    _add_floors(measured, data, store)
    return measured


def measure_parts(people: int, stages: list[str], memory_gib: float, scratch: Path) -> Day:
    """Run stages that read all events, each alone, on a shop of so many people."""
    data, into = scratch / "shop", scratch / "checked"
    alone(make_shop, data, people)
    measured = _sized(data, people)
    if "validate" in stages:
        took = alone(validate_shop, data, into, AS_OF, memory_gib)
        took.floor_seconds = sorted_copy(data, memory_gib)
        measured.stages["validate"] = took
    if "need_states" in stages:
        accepted = into / "accepted" if "validate" in stages else data
        took = alone(build_need_states, accepted, AS_OF)
        took.floor_seconds = grouped_purchases(data, memory_gib)
        measured.stages["need_states"] = took
    for stage in measured.stages.values():
        stage.rows = measured.events
    measured.seconds = sum(stage.seconds for stage in measured.stages.values())
    measured.peak_bytes = max(stage.peak_bytes for stage in measured.stages.values())
    return measured


def _sized(data: Path, people: int) -> Day:
    counts = [rows_of(data, table) for table in ("events", "applications", "reports")]
    return Day(people, *counts)


def _ends(log: Path) -> dict[str, float]:
    """Return when each stage ended, in seconds since 1970, by the line that says so."""
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    return {
        line["stage"]: datetime.fromisoformat(line["time"]).astimezone(UTC).timestamp()
        for line in lines
        if line["logger"] == "flows.observing" and "seconds" in line
    }


def _add_floors(measured: Day, data: Path, store: Path) -> None:
    current = json.loads((store / "internal" / "current.json").read_text())
    run = (store / current["manifest_key"]).parent
    floors: dict[str, Callable[[], float]] = {
        "validate": lambda: sorted_copy(data, MEMORY_GIB),
        "recommend": lambda: plain_scores(data),
        "recruit": lambda: bare_programme(run),
        "review": lambda: bare_words(data),
        "publish": lambda: bare_writes(store),
    }
    for name, floor in floors.items():
        measured.stages[name].floor_seconds = floor()


def show(day: Day) -> None:
    """Print one size."""
    print(
        f"{day.events:>12,} events, {day.people:,} people, {day.applications:,} applications,"
        f" {day.reports:,} reports: {day.seconds:.1f} s, peak {day.peak_bytes / 2**30:.2f} GiB"
    )
    for name, stage in day.stages.items():
        speed = f"{stage.rows / stage.seconds:,.0f} rows/s" if stage.rows and stage.seconds else ""
        print(
            f"    {name:<12}{stage.seconds:8.1f} s  {_cpu(stage)}{speed:>18}"
            f"  peak {stage.peak_bytes / 2**30:5.2f} GiB  {_beside_floor(stage)}"
        )
    sys.stdout.flush()


def _cpu(stage: Stage) -> str:
    return "" if stage.cpu_seconds is None else f"CPU {stage.cpu_seconds:7.1f} s  "


def _beside_floor(stage: Stage) -> str:
    if not stage.floor_seconds:
        return ""
    return f"{stage.seconds / stage.floor_seconds:.1f} x its floor, {stage.floor_seconds:.3g} s"


def growth(few: Day, many: Day) -> dict[str, float]:
    """Return the power of the events with which each stage's seconds grow, and the whole's."""
    pairs = {
        name: (few.stages[name].seconds, stage.seconds)
        for name, stage in many.stages.items()
        if name in few.stages
    }
    pairs["the whole"] = (few.seconds, many.seconds)
    events = np.log(many.events / few.events)
    return {
        name: float(np.log(after / before) / events)
        for name, (before, after) in pairs.items()
        if before and after
    }


def keep(name: str, days: list[Day]) -> None:
    """Write the figures and draw those of the largest size."""
    powers = {
        f"{few.events} to {many.events} events": growth(few, many) for few, many in pairwise(days)
    }
    for sizes, found in powers.items():
        grown = ", ".join(f"{stage} {power:.2f}" for stage, power in found.items())
        print(f"seconds grow with events to the power, {sizes}: {grown}")
    RESULTS.mkdir(exist_ok=True)
    written = {"days": [asdict(day) for day in days], "powers": powers}
    (RESULTS / f"{name}.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    (RESULTS / f"{name}.svg").write_text(drawn(days[-1]), encoding="utf-8")


def drawn(day: Day) -> str:
    """Draw each stage's seconds, and below them those of its floor."""
    rows = []
    for name, stage in day.stages.items():
        rows.append(Bar(name, stage.seconds, f"{stage.seconds:.1f} s"))
        if stage.floor_seconds is not None:
            floor = f"{stage.floor_seconds:.3g} s"
            rows.append(Bar("its floor", stage.floor_seconds, floor, tone="quiet"))
    return str(bars(rows)).replace("<svg ", '<svg style="background:#fff" ', 1) + "\n"


def main() -> None:
    """Measure each size, then how time grows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("people", type=int, nargs="*")
    parser.add_argument("--stages", default="", help=f"some of {','.join(PARTS)}, each alone")
    parser.add_argument("--large", action="store_true", help=f"{LARGE:,} people, stages alone")
    parser.add_argument("--memory-gib", type=float, default=MEMORY_GIB, help="of DuckDB")
    arguments = parser.parse_args()
    stages = [name for name in arguments.stages.split(",") if name]
    if unknown := sorted(set(stages) - set(PARTS)):
        parser.error(f"stages must be among {', '.join(PARTS)}, found {', '.join(unknown)}")
    if arguments.large:
        stages = stages or list(PARTS)
    sizes = sorted(arguments.people or [*SIZES, *([LARGE] if arguments.large else [])])
    days = []
    for people in sizes:
        with tempfile.TemporaryDirectory() as folder:
            scratch = Path(folder)
            if stages:
                days.append(measure_parts(people, stages, arguments.memory_gib, scratch))
            else:
                days.append(measure_day(people, scratch))
        show(days[-1])
    keep("parts" if stages else "day", days)


if __name__ == "__main__":
    main()
