"""Every fault at every request of a publication: readers see one whole run, a re-run completes."""

import errno
import itertools
import os
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

import pytest

from infra.errors import StoreError
from infra.publish import PublishedObject, publish_day, read_manifest, read_pointer
from infra.publish.reading import verified
from infra.publish.records import describe
from infra.publish.runs import Run
from infra.store import Store, open_store

DAY = date(2017, 12, 4)
LARGE, SMALL = 1000, 10
"""Words in the merchant's object, which travels in parts, and in the internal one."""
MULTIPART_MIB = 2000 / 2**20
REQUESTS = 2 + 3 + 1 + 2 + 2
"""Look at two prefixes, store an object in parts and one whole, describe both, point both."""
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
    "damage",
)
UNHEARD = ("lost ack", "truncate", "corrupt", "silence")
"""After which the server may have begun an upload that nobody knows the name of."""
LONGEST_SILENCE = {"silence": 0.5}
"""Seconds after which a client gives up, if not the usual ones: every such fault costs them."""
MODES = {"with retries": 3, "without retries": 1}


@dataclass(frozen=True)
class Place:
    """A store with a merchant and an inside."""

    store: Store
    prefixes: tuple[str, ...] = ("merchants/a", "internal")

    def run(self, word):
        """A run whose objects all say one word of three letters."""
        return {
            prefix: {
                "table.csv": PublishedObject(body=word.encode() * words, content_type="text/csv")
            }
            for prefix, words in zip(self.prefixes, (LARGE, SMALL), strict=True)
        }


def publish(place, word, as_of):
    """Publish a run, request after request."""
    return publish_day(place.store, f"{as_of}-{word}", place.run(word), as_of=as_of, workers=1)


def publish_number(place, number, publisher=publish):
    """Publish the run of a day that says its number."""
    return publisher(place, f"{number:03}", DAY + timedelta(days=number))


def seen(place):
    """What readers read under each prefix; raises what they would complain of."""
    said = []
    for prefix in place.prefixes:
        objects = read_manifest(place.store, prefix).objects.values()
        bodies = {verified(place.store, one.key, one.sha256) for one in objects}
        words = {body[at : at + 3] for body in bodies for at in range(0, len(body), 3)}
        assert len(words) == 1
        said.append(int(words.pop()))
    return said


def violations(place, new):
    """What is wrong with what readers see after a publication of a number was disturbed."""
    try:
        said = seen(place)
    except (StoreError, AssertionError) as error:
        return [f"torn: {error}"]
    old = new - 1
    if said in ([old, old], [new, old], [new, new]):
        return []
    # internal is last: whoever sees the new day there may rely on the merchants having it.
    return [f"out of order: {said}"]


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Let botocore and shike retry at once."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    monkeypatch.setattr("infra.store.s3.pause", lambda _: None)
    monkeypatch.setattr("infra.store.connection.pause", lambda _: None)


class Sight:
    """A place in S3 seen through the proxy, and without it."""

    def __init__(self, server, bucket, proxy):
        self._server, self._bucket, self._top = server, bucket, f"faults/{uuid4().hex}"
        self._proxy = proxy
        self.direct = self._place()

    def behind(self, **options):
        """The place as seen through the proxy."""
        return self._place(endpoint_url=self._proxy.endpoint, **options)

    def options(self, **options):
        """How to reach the place, and its address."""
        usual = {"multipart_mib": MULTIPART_MIB, **options}
        return f"s3://{self._bucket}/{self._top}", self._server.options(**usual)

    def unfinished(self):
        """Uploads that were begun and neither completed nor aborted."""
        found = self._server.client().list_multipart_uploads(Bucket=self._bucket)
        return [one for one in found.get("Uploads", ()) if one["Key"].startswith(self._top)]

    def _place(self, **options):
        return Place(open_store(*self.options(**options)))


@pytest.fixture
def sight(seaweedfs, shared_bucket, proxy):
    return Sight(seaweedfs, shared_bucket, proxy)


def _disturbed(publisher, place, number, proxy, fault, at):
    """Publish a number with a fault at one request; return how it ended."""
    proxy.faults.extend(["pass"] * at + [fault])
    try:
        publish_number(place, number, publisher)
        ended = "published"
    except StoreError:
        ended = "refused"
    reached = not proxy.faults
    proxy.faults.clear()
    return ended if reached else "not reached"


@pytest.mark.s3
@pytest.mark.xdist_group("s3")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_request_leaves_one_whole_run_and_a_rerun_completes(
    sight, proxy, fault, mode, record_property
):
    ends = Counter()
    patience = LONGEST_SILENCE.get(fault, 20.0)
    behind = sight.behind(attempts=MODES[mode], read_timeout_seconds=patience)
    publish_number(sight.direct, 0)
    for at in range(REQUESTS):
        number = at + 1
        ended = _disturbed(publish, behind, number, proxy, fault, at)
        ends[ended] += 1
        assert violations(sight.direct, number) == [], at
        if ended == "refused":
            publish_number(sight.direct, number)
        assert seen(sight.direct) == [number] * 2, at
    assert ends["not reached"] == 0
    unknown = len(sight.unfinished())
    assert unknown == 0 or fault in UNHEARD
    counts = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
    record_property(
        "told",
        f"fault matrix: {fault}, {mode}: {counts}, 0 violations, {unknown} uploads for the"
        " lifecycle to remove",
    )


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
def test_planted_bugs_are_caught_by_the_same_matrix(
    seaweedfs, shared_bucket, proxy, bug, record_property
):
    caught = 0
    for at in range(REQUESTS):
        sight = Sight(seaweedfs, shared_bucket, proxy)
        publish_number(sight.direct, 0)
        _disturbed(bug, sight.behind(attempts=1), 1, proxy, "refuse", at)
        caught += bool(violations(sight.direct, 1))
    assert caught > 0
    record_property(
        "told", f"fault matrix: planted bug {bug.__name__}: caught at {caught} requests"
    )


@pytest.fixture
def at_system_calls(monkeypatch):
    """Let something stand around each call that makes a folder durable, linked or renamed."""

    def install(around):
        for name in ("fsync", "link", "rename"):
            real = getattr(os, name)
            monkeypatch.setattr(os, name, lambda *given, real=real: around(lambda: real(*given)))

    return install


class Disturbance:
    """What happens at the n-th system call of those that follow, before or after it is done."""

    def __init__(self, what):
        self._what, self._left, self._is_done_first = what, -1, False

    def at(self, number, *, is_done_first):
        """Let it happen; a negative number is never."""
        self._left, self._is_done_first = number, is_done_first

    def __call__(self, call):
        self._left -= 1
        happens = self._left == -1
        if happens and not self._is_done_first:
            self._what()
        result = call()
        if happens and self._is_done_first:
            self._what()
        return result

    @property
    def has_happened(self):
        return self._left < 0


def everywhere():
    """Every system call, before and after it is done; whoever asks stops."""
    return ((at, is_done_first) for at in itertools.count() for is_done_first in (False, True))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_fails_at_any_system_call_leaves_one_whole_run(
    tmp_path, at_system_calls, code, record_property
):
    def fail():
        raise OSError(code, os.strerror(code))

    disk, place, ends = Disturbance(fail), Place(open_store(str(tmp_path))), Counter()
    at_system_calls(disk)
    publish_number(place, 0)
    for number, (at, is_done_first) in enumerate(everywhere(), start=1):
        disk.at(at, is_done_first=is_done_first)
        try:
            publish_number(place, number)
            ends["published"] += 1
        except StoreError:
            ends["refused"] += 1
        has_happened = disk.has_happened
        disk.at(-1, is_done_first=False)
        assert violations(place, number) == [], at
        publish_number(place, number)
        assert seen(place) == [number] * 2
        if not has_happened:
            break
    assert ends["published"] == 1
    counts = f"{ends['refused']} refused, 0 violations"
    record_property("told", f"fault matrix of a folder: {errno.errorcode[code]}: {counts}")


def _ended_by(action, proxy=None):
    """Do something in a process of its own; return the signal that ended it, 0 if none did."""
    ready, go = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            os.read(ready, 1)
            action()
        finally:
            os._exit(0)
    if proxy:
        proxy.victim = process
    os.write(go, b".")
    _, status = os.waitpid(process, 0)
    os.close(ready)
    os.close(go)
    return os.WTERMSIG(status)


def test_a_publisher_killed_at_any_system_call_leaves_one_whole_run(
    tmp_path, at_system_calls, record_property
):
    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    death, place, kills = Disturbance(die), Place(open_store(str(tmp_path))), 0
    at_system_calls(death)
    publish_number(place, 0)
    for number, (at, is_done_first) in enumerate(everywhere(), start=1):

        def publish_and_die(number=number, at=at, is_done_first=is_done_first):
            death.at(at, is_done_first=is_done_first)
            publish_number(place, number)

        ended = _ended_by(publish_and_die)
        assert violations(place, number) == [], (at, is_done_first)
        publish_number(place, number)
        assert seen(place) == [number] * 2
        if not ended:
            break
        assert ended == signal.SIGKILL
        kills += 1
    assert kills > 2 * REQUESTS
    record_property("told", f"kill -9 of a publisher to a folder: {kills} kills, 0 violations")


@pytest.mark.s3
@pytest.mark.xdist_group("s3")
@pytest.mark.parametrize("has_arrived", [False, True], ids=["before", "after it was done"])
def test_a_publisher_killed_inside_any_request_leaves_one_whole_run(
    sight, proxy, has_arrived, record_property
):
    publish_number(sight.direct, 0)
    for at in range(REQUESTS):
        number = at + 1
        proxy.faults.extend(["pass"] * at + ["kill after" if has_arrived else "kill"])

        ended = _ended_by(lambda number=number: publish_number(sight.behind(), number), proxy)

        assert ended == signal.SIGKILL
        assert not proxy.faults
        assert violations(sight.direct, number) == [], at
        publish_number(sight.direct, number)
        assert seen(sight.direct) == [number] * 2
    record_property("told", f"kill -9 inside a request to S3: {REQUESTS} kills, 0 violations")


def test_six_publishers_at_once_never_show_half_a_run(racing_store, record_property):
    place = Place(racing_store)
    publish_number(place, 0)
    numbers = range(1, 7)

    def reading():
        return [_read_once(place) for _ in range(10)]

    with ThreadPoolExecutor(8) as pool:
        readers = [pool.submit(reading) for _ in range(2)]
        publishers = [pool.submit(publish_number, place, number) for number in numbers]
        statuses = Counter(
            str(one.result()[prefix].status) for one in publishers for prefix in place.prefixes
        )
        reads = [one.result() for one in readers]

    assert set(statuses) <= {"published", "superseded"}
    assert seen(place) == [6, 6]
    for numbers_read in reads:
        assert numbers_read == sorted(numbers_read)
    counts = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    record_property(
        "told",
        f"six publishers at once, {type(racing_store).__name__}: {counts}; "
        f"{sum(map(len, reads))} reads meanwhile, 0 torn",
    )


def _read_once(place):
    """Read the merchant's run whole; return what it says."""
    objects = read_manifest(place.store, place.prefixes[0]).objects.values()
    (body,) = {verified(place.store, one.key, one.sha256) for one in objects}
    assert body == body[:3] * LARGE
    return int(body[:3])
