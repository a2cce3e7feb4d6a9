"""Read many damaged files: whatever is delivered ends in rows or in findings, never in a traceback.

    python benchmarks/fuzz_readers.py [--inputs N] [--seed S] [--processes P] [--keep FOLDER]

Every input goes through the real door, ``read_folder``, many files at a time. Checked are

- no exception escapes and no process dies;
- the rows of a file are numbered 1 to n, each once, and each is well-formed or malformed;
- the raw form of every row is valid JSON;
- rows that were not touched, while lines around them were damaged, are read as they are.

An input that breaks this is written to the folder ``--keep``, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
from fuzz_mutations import Input, make_input

from quality.progress import silent
from quality.reading import Delivery, read_folder
from quality.reading.file import Reader
from quality.reading.parquet import is_damage

_BATCH = 200
_MOST_FAILURES = 20
_SLOW_SECONDS = 15
_MOST_MEMORY = 6 * 2**30
_LONGEST_CELL = 4000


def main() -> None:
    """Fuzz in parallel and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"))
    chosen = parser.parse_args()
    start = time.perf_counter()
    total, died = _in_parallel(chosen)
    seconds = time.perf_counter() - start
    for said, count in sorted(total.items()):
        print(f"{count:>9,} {said}")
    print(f"{total['inputs'] / seconds:,.0f} inputs a second, {seconds:,.0f} s")
    sys.exit(1 if total["FAILED"] or died else 0)


def _in_parallel(chosen: argparse.Namespace) -> tuple[Counter[str], bool]:
    context = multiprocessing.get_context("spawn")
    results: Any = context.Queue()
    workers = []
    for number in range(chosen.processes):
        seeds = range(chosen.seed + number, chosen.seed + chosen.inputs // _BATCH, chosen.processes)
        arguments = (seeds, chosen.keep, results)
        workers.append(context.Process(target=_fuzz, args=arguments))
        workers[-1].start()
    total: Counter[str] = Counter()
    for _ in workers:
        total += _result_of(workers, results)
    for worker in workers:
        worker.join()
        if worker.exitcode:
            print(f"a process died ({worker.exitcode}); its last inputs are in {chosen.keep}")
    return total, any(worker.exitcode for worker in workers)


def _result_of(workers: list[Any], results: Any) -> Counter[str]:
    while any(worker.is_alive() for worker in workers) or not results.empty():
        if not results.empty():
            found: Counter[str] = results.get()
            return found
        workers[0].join(0.2)
    return Counter()


def _fuzz(seeds: range, keep: Path, results: Any) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    total: Counter[str] = Counter()
    keep.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        rng = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
        inputs = {_name(place): make_input(rng) for place in range(_BATCH)}
        # Stays behind if the process dies.
        trail = keep / f"seed-{seed}"
        trail.touch()
        start = time.process_time()
        total += _read(inputs, keep, f"seed-{seed}")
        if (seconds := time.process_time() - start) > _SLOW_SECONDS:
            print(f"seed {seed} took {seconds:.0f} s of processor time", flush=True)
        trail.unlink()
        if total["FAILED"] >= _MOST_FAILURES:
            break
    results.put(total)


def _name(place: int) -> str:
    return f"events-{place:03}"


def _read(inputs: dict[str, Input], keep: Path, label: str) -> Counter[str]:
    """Read files together; if that fails, one by one to find the culprit."""
    try:
        return _counts(inputs)
    except Exception as error:  # noqa: BLE001 - finding these is the purpose
        if isinstance(error, duckdb.Error) and is_damage(error):
            # Validation turns this into a broken contract.
            return Counter({"inputs": len(inputs), "damage found late": 1})
        if len(inputs) > 1:
            said = traceback.format_exc(chain=False)
            singles = ({name: one} for name, one in inputs.items())
            found = sum((_read(one, keep, label) for one in singles), Counter[str]())
            if found["FAILED"]:
                return found
            target = keep / f"{label}-together"
            target.mkdir()
            for name, one in inputs.items():
                (target / f"{name}{one.ending}").write_bytes(one.content)
            print(f"{target}\n{said[-1500:]}", flush=True)
            return found + Counter({"FAILED": 1, "together": 1})
        ((name, culprit),) = inputs.items()
        target = keep / f"{label}-{name}{culprit.ending}"
        target.write_bytes(culprit.content)
        print(f"{target}\n{traceback.format_exc(chain=False)[-1500:]}", flush=True)
        return Counter({"inputs": 1, "FAILED": 1})


def _counts(inputs: dict[str, Input]) -> Counter[str]:
    with tempfile.TemporaryDirectory(dir=_shared_memory()) as space:
        folder, workdir = Path(space).resolve() / "day", Path(space) / "work"
        folder.mkdir()
        workdir.mkdir()
        for name, one in inputs.items():
            (folder / f"{name}{one.ending}").write_bytes(one.content)
        with closing(duckdb.connect()) as connection:
            connection.execute(
                "SET TimeZone = 'UTC'; SET threads = 1; SET enable_progress_bar = false"
            )
            reader = Reader(
                connection=connection, folder=folder, workdir=workdir, longest_cell=_LONGEST_CELL
            )
            delivery = read_folder(reader, silent)
            return _checked(connection, delivery, inputs)


def _shared_memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder in memory


def _checked(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, inputs: dict[str, Input]
) -> Counter[str]:
    total = Counter({"inputs": len(inputs)})
    total.update(f"finding {found.check}" for found in delivery.findings if found.file)
    if "events" in delivery.tables:
        total += _check_rows(connection)
        _check_raw(connection, delivery)
        total["untouched rows"] += _check_untouched(connection, inputs)
    else:
        _check_none_expected(inputs)
    return total


def _check_rows(connection: duckdb.DuckDBPyConnection) -> Counter[str]:
    files = connection.execute("""
        SELECT source_file, count(*), count(malformed_line), count(DISTINCT row_number),
               min(row_number), max(row_number)
        FROM typed_events GROUP BY source_file""").fetchall()
    total = Counter({"files with rows": len(files)})
    for file, rows, malformed, numbers, first, last in files:
        if (numbers, first, last) != (rows, 1, rows):
            raise AssertionError(f"{file}: {rows} rows are numbered {first} to {last}")
        total += Counter({"rows": rows, "rows malformed": malformed})
    return total


def _check_raw(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> None:
    for source in delivery.sources["events"]:
        raws = source.rows_as_json(f"(SELECT source_file, row_number FROM {source.view})")
        found = connection.execute(
            f"SELECT count(*), count(*) FILTER (json_valid(raw)) FROM ({raws})"
        ).fetchone()
        if found is None or found[0] != found[1]:
            raise AssertionError(f"{source.files}: {found} rows have valid JSON")


def _check_untouched(connection: duckdb.DuckDBPyConnection, inputs: dict[str, Input]) -> int:
    found = connection.execute("""
        SELECT source_file, event_id, user_id, item_id, event_type, occurred_at, quantity, currency
        FROM typed_events WHERE malformed_line IS NULL""").fetchall()
    read = {row[:2]: row[2:] for row in found}
    untouched = 0
    for name, one in inputs.items():
        for row in one.untouched:
            user, item, kind, moment, quantity, currency = read[name + one.ending, row["event_id"]]
            given = "" if quantity is None else f"{quantity:g}"
            values = (user, item, kind, moment.isoformat(), given, currency or "")
            if values != tuple(row[column] for column in list(row)[1:]):
                raise AssertionError(f"{name}: {row} was read as {values}")
            untouched += 1
    return untouched


def _check_none_expected(inputs: dict[str, Input]) -> None:
    if lost := [name for name, one in inputs.items() if one.untouched]:
        raise AssertionError(f"no rows at all were read, but those of {lost} were good")


if __name__ == "__main__":
    main()
