"""A day of 1,000 merchants with 10 small files each, published to a folder and to a real S3 server.

    python benchmarks/bench_publishing.py [--merchants 1000] [--workers 8]

Contestants take turns in processes of their own, whose peak memory is theirs alone; making the
files and starting the server (SeaweedFS on this machine, so it shares the cores) are not timed.

- shike: `publish_day`: objects created once, manifests, pointers swapped, everything durable.
- floor: the same bytes with as many threads and no promise: `put_object` of boto3 without a
  condition, a manifest or a pointer; in a folder, files written and synced, their names not.

"again" is the same day published a second time, which has to find out that nothing is to be done.
"""

import argparse
import multiprocessing
import os
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import boto3
import botocore
from botocore.config import Config

from infra.publish import PublishedObject, publish_day
from infra.store import StoreOptions, open_store
from infra.store.seaweedfs import serving

AS_OF = date(2019, 1, 1)
FILES = 10
FILE_BYTES = 2_048
S3_BAR_SECONDS, FOLDER_BAR_SECONDS = 90, 30
"""What a full day may take on 2 cores that do nothing else."""

Day = dict[str, dict[str, PublishedObject]]
Contestant = Callable[[Day, str, StoreOptions, int], None]


@dataclass(frozen=True)
class Figures:
    """What one contestant took."""

    seconds: float
    peak_bytes: int
    requests: Counter[str]
    """Requests sent to S3 by operation, repeated ones among them."""


def make_day(merchants: int) -> Day:
    """Return files that all differ, and `internal` last."""
    prefixes = [*(f"merchants/m{number:04}" for number in range(merchants)), "internal"]
    return {
        prefix: {f"table{number}.csv": _file(f"{prefix} {number}\n") for number in range(FILES)}
        for prefix in prefixes
    }


def _file(line: str) -> PublishedObject:
    body = (line * (FILE_BYTES // len(line))).encode()
    return PublishedObject(body=body, content_type="text/csv; charset=utf-8")


def shike(day: Day, place: str, options: StoreOptions, workers: int) -> None:
    """Publish."""
    publish_day(open_store(place, options), "2019-01-01-run", day, as_of=AS_OF, workers=workers)


def bare_boto3(day: Day, place: str, options: StoreOptions, workers: int) -> None:
    """Put the bodies, and nothing else."""
    bucket = place.removeprefix("s3://")
    client = boto3.client(
        "s3",
        endpoint_url=options.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=options.access_key,
        aws_secret_access_key=options.secret_key,
        config=Config(signature_version="s3v4", max_pool_connections=options.connections),
    )

    def put(key: str, body: bytes) -> None:
        client.put_object(Bucket=bucket, Key=key, Body=body)

    _each(day, put, workers)


def bare_files(day: Day, place: str, options: StoreOptions, workers: int) -> None:
    """Write and sync the bodies, and nothing else."""
    del options
    for prefix in day:
        (Path(place) / prefix).mkdir(parents=True, exist_ok=True)

    def write(key: str, body: bytes) -> None:
        with (Path(place) / key).open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())

    _each(day, write, workers)


def _each(day: Day, store: Callable[[str, bytes], None], workers: int) -> None:
    work = [
        (f"{prefix}/{name}", published.body)
        for prefix, objects in day.items()
        for name, published in objects.items()
    ]
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda item: store(*item), work))


def run(
    contestant: Contestant,
    place: str,
    options: StoreOptions,
    merchants: int,
    workers: int,
) -> Figures:
    """Run one contestant in this process."""
    day = make_day(merchants)
    sent: list[str] = []
    botocore.register_initializer(
        lambda session: session.register("before-send.s3", partial(_note, sent))
    )
    started = time.perf_counter()
    contestant(day, place, options, workers)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Figures(seconds, peak, Counter(sent))


def _note(sent: list[str], event_name: str, **_: object) -> None:
    sent.append(event_name.rpartition(".")[2])


def alone(*arguments: object) -> Figures:
    """Run one contestant in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(run, *arguments).result()


def tell(name: str, found: Figures, day: Day) -> None:
    """Print what a contestant took."""
    objects = sum(map(len, day.values()))
    print(
        f"{name:<18}{found.seconds:7.1f} s  {objects / found.seconds:>7,.0f} objects/s  "
        f"peak {found.peak_bytes / 2**20:,.0f} MiB"
    )


def tell_requests(found: Figures, day: Day) -> None:
    """Print requests by operation, and how they relate to objects and prefixes."""
    objects, prefixes = sum(map(len, day.values())), len(day)
    made, allowed = found.requests.total(), objects + 3 * prefixes
    said = ", ".join(f"{count:,} {name}" for name, count in sorted(found.requests.items()))
    print(
        f"requests: {said}; {made:,} for {objects:,} objects below {prefixes:,} prefixes, "
        f"one an object and {(made - objects) / prefixes:.2f} a prefix"
    )
    if made > allowed:
        raise SystemExit("a day must cost at most one request an object and three a prefix")


def compare(
    name: str,
    bar: float,
    floor: Contestant,
    places: tuple[str, str],
    options: StoreOptions,
    merchants: int,
    workers: int,
) -> Figures:
    """Publish, publish again, and store without promises; print it and return the first."""
    ours, again = (alone(shike, places[0], options, merchants, workers) for _ in range(2))
    least = alone(floor, places[1], options, merchants, workers)
    day = make_day(merchants)
    tell(name, ours, day)
    tell("  again", again, day)
    tell("  its floor", least, day)
    print(f"  {ours.seconds / least.seconds:.1f} x its floor; at most {bar} s on idle cores")
    return ours


def main() -> None:
    """Publish a day to both kinds of store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--merchants", type=int, default=1_000)
    parser.add_argument("--workers", type=int, default=8)
    arguments = parser.parse_args()
    extent = (arguments.merchants, arguments.workers)
    cores = len(os.sched_getaffinity(0))
    print(
        f"{arguments.merchants:,} merchants x {FILES} files of 2 KiB, {arguments.workers} at once, "
        f"{cores} cores"
    )
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        places = (str(scratch / "store"), str(scratch / "files"))
        compare("folder", FOLDER_BAR_SECONDS, bare_files, places, StoreOptions(), *extent)
        (scratch / "weed").mkdir()
        server = stack.enter_context(serving(scratch / "weed"))
        places = (f"s3://{server.bucket()}", f"s3://{server.bucket()}")
        ours = compare("SeaweedFS", S3_BAR_SECONDS, bare_boto3, places, server.options(), *extent)
        tell_requests(ours, make_day(arguments.merchants))


if __name__ == "__main__":
    main()
