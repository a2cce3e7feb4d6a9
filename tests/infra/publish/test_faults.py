"""Every fault at every request of a publication: readers see one whole run, a re-run completes."""

import multiprocessing
import os
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import pytest

from infra.errors import StoreError
from infra.publish import PublishedObject, publish_day, read_manifest, read_pointer
from infra.publish.reading import verified
from infra.publish.records import describe
from infra.publish.runs import Run
from infra.store import Store, open_store

DAY, NEXT_DAY = date(2017, 12, 4), date(2017, 12, 5)
REQUESTS = 2 + 2 + 2 + 2
"""Of two prefixes with an object each: look, store, describe, point."""
FAULTS = (
    "500 InternalError",
    "503 SlowDown",
    "409 ConditionalRequestConflict",
    "403 AccessDenied",
    "400 ExpiredToken",
    "403 RequestTimeTooSkewed",
    "refuse",
    "reset",
    "lost ack",
    "silence",
    "truncate",
    "corrupt",
)
MODES = {"with retries": 3, "without retries": 1}


@dataclass(frozen=True)
class Place:
    """Somewhere in a store with a merchant and an inside; making a store takes a while."""

    store: Store
    top: str = "shop"

    @property
    def prefixes(self):
        return (f"{self.top}/merchants/a", f"{self.top}/internal")

    def run(self, word):
        """A run whose objects all say one word."""
        body = PublishedObject(body=word.encode() * 100, content_type="text/csv")
        return {prefix: {"table.csv": body} for prefix in self.prefixes}


def publish(place, word, as_of):
    """Publish a run, request after request."""
    return publish_day(place.store, f"{as_of}-{word}", place.run(word), as_of=as_of, workers=1)


def seen(place):
    """What readers read under each prefix; raises what they would complain of."""
    said = []
    for prefix in place.prefixes:
        objects = read_manifest(place.store, prefix).objects.values()
        bodies = {verified(place.store, one.key, one.sha256)[:3] for one in objects}
        assert len(bodies) == 1
        said.append(bodies.pop().decode())
    return said


def violations(place):
    """What is wrong with what readers see after a publication of "two" over "one" was disturbed."""
    try:
        said = seen(place)
    except (StoreError, AssertionError) as error:
        return [f"torn: {error}"]
    if said in (["one", "one"], ["two", "one"], ["two", "two"]):
        return []
    # internal is last: whoever sees the new day there may rely on the merchants having it.
    return [f"out of order: {said}"]


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Let botocore and shike retry at once."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    monkeypatch.setattr("infra.store.s3.pause", lambda _: None)
    monkeypatch.setattr("infra.store.connection.pause", lambda _: None)


@pytest.fixture
def places(seaweedfs, shared_bucket, proxy):
    """For each number a place of its own: as seen through the proxy, and without it."""

    def of(attempts):
        address = f"s3://{shared_bucket}/faults/{uuid4().hex}"
        options = {"attempts": attempts, "read_timeout_seconds": 0.3}
        behind = open_store(address, seaweedfs.options(endpoint_url=proxy.endpoint, **options))
        direct = open_store(address, seaweedfs.options())
        return [(Place(behind, f"c{at}"), Place(direct, f"c{at}")) for at in range(REQUESTS)]

    return of


def _disturbed(publisher, behind, direct, proxy, fault, at):
    """Publish "two" over "one" with a fault at one request; return how it ended, and what broke."""
    publish(direct, "one", DAY)
    proxy.faults.clear()
    proxy.faults.extend(["pass"] * at + [fault])
    try:
        publisher(behind, "two", NEXT_DAY)
        ended = "published"
    except StoreError:
        ended = "refused"
    reached = not proxy.faults
    proxy.faults.clear()
    return ended if reached else "not reached", violations(direct)


@pytest.mark.s3
@pytest.mark.xdist_group("s3")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_request_leaves_one_whole_run_and_a_rerun_completes(
    places, proxy, fault, mode, record_property
):
    ends = Counter()
    for at, (behind, direct) in enumerate(places(MODES[mode])):
        ended, found = _disturbed(publish, behind, direct, proxy, fault, at)
        ends[ended] += 1
        assert found == [], at
        if ended == "published":
            assert seen(direct) == ["two", "two"]
        publish(direct, "two", NEXT_DAY)
        assert seen(direct) == ["two", "two"], at
    assert ends["not reached"] == 0
    counts = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
    record_property("told", f"fault matrix: {fault}, {mode}: {counts}, 0 violations")


def pointers_first(place, word, as_of):
    """A planted bug: the pointers move before anything is stored."""
    run_id, objects, store = f"{as_of}-{word}", place.run(word), place.store
    for prefix in place.prefixes:
        manifest = describe(prefix, run_id, as_of, objects[prefix])
        planned = Run(prefix, objects[prefix], manifest)
        stored = store.get(planned.pointer_key)
        pointer = planned.pointer_after(read_pointer(store, prefix))
        store.swap(planned.pointer_key, pointer.to_bytes(), stored.tag, "application/json")
    for prefix in place.prefixes:
        planned = Run(prefix, objects[prefix], describe(prefix, run_id, as_of, objects[prefix]))
        body = objects[prefix]["table.csv"].body
        store.create(planned.manifest.objects["table.csv"].key, body, "text/csv")
        store.create(planned.manifest_key, planned.manifest_body, "application/json")


def overwriting_in_place(place, word, as_of):
    """A planted bug: the objects of the current run are replaced where they are."""
    del as_of
    for prefix in place.prefixes:
        key = read_manifest(place.store, prefix).objects["table.csv"].key
        stored = place.store.get(key)
        body = place.run(word)[prefix]["table.csv"].body
        place.store.swap(key, body, stored.tag, "text/csv")


@pytest.mark.s3
@pytest.mark.xdist_group("s3")
@pytest.mark.parametrize("bug", [pointers_first, overwriting_in_place])
def test_planted_bugs_are_caught_by_the_same_matrix(places, proxy, bug, record_property):
    caught = 0
    for at, (behind, direct) in enumerate(places(1)):
        _, found = _disturbed(bug, behind, direct, proxy, "refuse", at)
        caught += bool(found)
    assert caught > 0
    record_property(
        "told", f"fault matrix: planted bug {bug.__name__}: caught at {caught} requests"
    )


class Deadly:
    """A store that kills its own process before or after one of its verbs."""

    def __init__(self, store, at, *, after):
        self._store, self._left, self._after = store, at, after

    @property
    def address(self):
        return self._store.address

    def __getattr__(self, verb):
        def call(*arguments):
            self._left -= 1
            if self._left < 0 and not self._after:
                os.kill(os.getpid(), signal.SIGKILL)
            result = getattr(self._store, verb)(*arguments)
            if self._left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return call


def _publish_and_die(address, options, at, after):
    publish(Place(Deadly(open_store(address, options), at, after=after)), "two", NEXT_DAY)


def _killed(target, *arguments):
    """Run something in a process of its own; return its exit code."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=target, args=arguments)
    process.start()
    process.join()
    return process.exitcode


def test_a_publisher_killed_at_any_verb_leaves_one_whole_run(tmp_path, record_property):
    kills = 0
    for at in range(REQUESTS):
        for after in (False, True):
            address = str(tmp_path / f"{at}-{after}")
            store = Place(open_store(address))
            publish(store, "one", DAY)

            assert _killed(_publish_and_die, address, None, at, after) == -signal.SIGKILL

            kills += 1
            assert violations(store) == [], (at, after)
            publish(store, "two", NEXT_DAY)
            assert seen(store) == ["two", "two"]
    record_property("told", f"kill -9 of a publisher to a folder: {kills} kills, 0 violations")


def _publish_to(address, options):
    publish(Place(open_store(address, options)), "two", NEXT_DAY)


@pytest.mark.s3
@pytest.mark.xdist_group("s3")
@pytest.mark.parametrize("has_arrived", [False, True], ids=["before", "after it was done"])
def test_a_publisher_killed_inside_any_request_leaves_one_whole_run(
    seaweedfs, shared_bucket, proxy, has_arrived, record_property
):
    kills = 0
    for at in range(REQUESTS):
        address = f"s3://{shared_bucket}/kills/{uuid4().hex}"
        direct = Place(open_store(address, seaweedfs.options()))
        publish(direct, "one", DAY)
        proxy.faults.clear()
        proxy.faults.extend(["pass"] * at + ["kill after" if has_arrived else "kill"])
        options = seaweedfs.options(endpoint_url=proxy.endpoint)

        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        process = context.Process(target=_publish_to, args=(address, options))
        process.start()
        proxy.victim = process.pid
        process.join()

        assert process.exitcode == -signal.SIGKILL
        kills += 1
        assert violations(direct) == [], at
        publish(direct, "two", NEXT_DAY)
        assert seen(direct) == ["two", "two"]
    record_property("told", f"kill -9 inside a request to S3: {kills} kills, 0 violations")


def test_six_publishers_at_once_never_show_half_a_run(store):
    place = Place(store)
    publish(place, "one", DAY)
    days = [date(2017, 12, day) for day in range(5, 11)]

    def reading():
        return [_whole(place) for _ in range(20)]

    with ThreadPoolExecutor(8) as pool:
        readers = [pool.submit(reading) for _ in range(2)]
        publishers = [pool.submit(publish, place, f"d{day.day:02}", day) for day in days]
        statuses = [one.result()[place.prefixes[-1]].status for one in publishers]
        assert all(all(one.result()) for one in readers)

    assert read_pointer(store, place.prefixes[-1]).as_of == days[-1]
    assert set(statuses) <= {"published", "superseded"}
    assert seen(place) == ["d10", "d10"]


def _whole(place):
    objects = read_manifest(place.store, place.prefixes[0]).objects.values()
    return len({verified(place.store, one.key, one.sha256) for one in objects}) == 1
