import dataclasses
import hashlib
import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event, Lock

import pytest

from infra.errors import ConflictError, StoreError
from infra.publish import (
    PublishedObject,
    Status,
    publish,
    publish_day,
    read_manifest,
    read_object,
    read_pointer,
)
from infra.publish.records import Pointer
from infra.store import open_store

DAY, NEXT_DAY = date(2017, 12, 4), date(2017, 12, 5)
PREFIXES = ("merchants/a", "merchants/b", "internal")


def objects(word, count=2):
    """Objects that all say one word, so that a mixture would show."""
    return {
        f"table{number}.csv": PublishedObject(
            body=f"{word} {number}".encode(), content_type="text/csv", rows=number
        )
        for number in range(count)
    }


def sha256(body):
    """The digest as hexadecimal digits."""
    return hashlib.sha256(body).hexdigest()


def day(word):
    """One run for all prefixes."""
    return {prefix: objects(f"{word} of {prefix}") for prefix in PREFIXES}


def words(store, prefix):
    """Read the current run as readers do; return the words its objects say."""
    manifest = read_manifest(store, prefix)
    return {read_object(store, prefix, name).split()[0].decode() for name in manifest.objects}


class Killed(BaseException):
    """The machine went away."""


class Dying:
    """A store whose machine dies at one verb, before or after the verb is done."""

    def __init__(self, store, *, at=None, after=False):
        self._store = store
        self._at = at
        self._after = after
        self._lock = Lock()
        self.verbs = []

    @property
    def address(self):
        return self._store.address

    def __getattr__(self, verb):
        def call(*arguments):
            with self._lock:
                number = len(self.verbs)
                self.verbs.append((verb, arguments[0]))
                if self._at is not None and number >= self._at + self._after:
                    raise Killed
            return getattr(self._store, verb)(*arguments)

        return call


def test_what_was_published_is_read_through_the_pointer(store):
    outcome = publish(store, "internal", "r1", objects("one"), as_of=DAY)

    assert (outcome.status, outcome.generation) == (Status.PUBLISHED, 1)
    assert (outcome.objects, outcome.created) == (2, 2)
    assert read_object(store, "internal", "table1.csv") == b"one 1"
    record = read_manifest(store, "internal").objects["table1.csv"]
    assert record.key == "internal/runs/r1/table1.csv"
    assert (record.bytes, record.rows, record.content_type) == (5, 1, "text/csv")


def test_the_records_hold_what_other_programs_may_rely_on(store):
    publish(store, "internal", "r1", objects("one", count=1), as_of=DAY)

    pointer = json.loads(store.get("internal/current.json").body)
    manifest = json.loads(store.get("internal/runs/r1/_manifest.json").body)
    assert pointer == {
        "format": 1,
        "run_id": "r1",
        "as_of": "2017-12-04",
        "generation": 1,
        "manifest_key": "internal/runs/r1/_manifest.json",
        "manifest_sha256": sha256(store.get("internal/runs/r1/_manifest.json").body),
        "withdrawn": [],
    }
    assert manifest == {
        "format": 1,
        "run_id": "r1",
        "as_of": "2017-12-04",
        "objects": {
            "table0.csv": {
                "key": "internal/runs/r1/table0.csv",
                "bytes": 5,
                "sha256": sha256(b"one 0"),
                "content_type": "text/csv",
                "rows": 0,
                "schema": None,
            }
        },
    }


def test_publishing_twice_stores_no_second_copy_and_writes_nothing(store):
    first = publish_day(store, "r1", day("one"), as_of=DAY)
    before = {key: store.get(key) for key in store.list("")}

    watched = Dying(store)
    again = publish_day(watched, "r1", day("one"), as_of=DAY)

    assert {key: store.get(key) for key in store.list("")} == before
    assert {verb for verb, _ in watched.verbs} == {"get"}
    assert len(watched.verbs) == len(PREFIXES)
    for prefix in PREFIXES:
        assert again[prefix].status is Status.CURRENT
        assert again[prefix].generation == first[prefix].generation
        assert again[prefix].created == 0


def test_a_prefix_costs_one_request_an_object_and_three_more(tmp_path):
    watched = Dying(open_store(str(tmp_path)))

    publish_day(watched, "r1", {"merchants/a": objects("one", 7)}, as_of=DAY)

    assert len(watched.verbs) == 7 + 3


def test_the_next_day_replaces_the_day_before(store):
    publish_day(store, "r1", day("one"), as_of=DAY)

    outcomes = publish_day(store, "r2", day("two"), as_of=NEXT_DAY)

    assert {outcome.generation for outcome in outcomes.values()} == {2}
    assert [words(store, prefix) for prefix in PREFIXES] == [{"two"}] * 3


def test_another_run_about_the_same_day_replaces_the_first(store):
    publish(store, "internal", "r1", objects("one"), as_of=DAY)

    assert publish(store, "internal", "r2", objects("two"), as_of=DAY).generation == 2
    assert words(store, "internal") == {"two"}


def test_an_older_day_never_replaces_a_newer_one(store):
    publish(store, "internal", "r2", objects("two"), as_of=NEXT_DAY)

    outcome = publish(store, "internal", "r1", objects("one"), as_of=DAY)

    assert (outcome.status, outcome.generation) == (Status.SUPERSEDED, 1)
    assert words(store, "internal") == {"two"}


def test_a_withdrawn_run_stays_away_and_the_list_outlives_later_runs(store):
    publish(store, "internal", "r1", objects("one"), as_of=DAY)
    publish(store, "internal", "r2", objects("two"), as_of=NEXT_DAY)
    roll_back(store, "internal", withdrawn="r2", to="r1")

    late = publish(store, "internal", "r2", objects("two"), as_of=NEXT_DAY)

    assert (late.status, late.generation) == (Status.WITHDRAWN, 3)
    assert words(store, "internal") == {"one"}

    publish(store, "internal", "r3", objects("three"), as_of=NEXT_DAY)
    assert read_pointer(store, "internal").withdrawn == ("r2",)
    assert publish(store, "internal", "r2", objects("two"), as_of=NEXT_DAY).generation == 4


def roll_back(store, prefix, *, withdrawn, to):
    """Swap forward to an older run, by hand."""
    stored = store.get(f"{prefix}/current.json")
    older = store.get(f"{prefix}/runs/{to}/_manifest.json")
    pointer = dataclasses.replace(
        Pointer.from_bytes(stored.body),
        run_id=to,
        as_of=DAY,
        generation=3,
        manifest_key=f"{prefix}/runs/{to}/_manifest.json",
        manifest_sha256=sha256(older.body),
        withdrawn=(withdrawn,),
    )
    store.swap(f"{prefix}/current.json", pointer.to_bytes(), stored.tag, "application/json")


def test_other_bytes_under_the_id_of_a_published_run_are_refused(store):
    publish_day(store, "r1", day("one"), as_of=DAY)

    with pytest.raises(ConflictError, match="not deterministic"):
        publish_day(store, "r1", day("other"), as_of=DAY)
    assert [words(store, prefix) for prefix in PREFIXES] == [{"one"}] * 3


def test_other_bytes_are_refused_before_the_run_is_current_too(store):
    store.create("internal/runs/r1/table1.csv", b"left by a run that was killed", "text/csv")

    with pytest.raises(ConflictError, match=r"internal/runs/r1/table1\.csv"):
        publish_day(store, "r1", day("one"), as_of=DAY)
    assert [read_pointer(store, prefix) for prefix in PREFIXES] == [None] * 3


def test_a_run_with_an_object_less_is_other_bytes_as_well(store):
    publish(store, "internal", "r1", objects("one", 3), as_of=DAY)

    with pytest.raises(ConflictError, match=r"_manifest\.json"):
        publish(store, "internal", "r1", objects("one", 2), as_of=DAY)


VERBS = 3 + 6 + 3 + 3
"""Of publishing three prefixes with two objects each: look, store, describe, point."""


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(VERBS))
def test_killed_at_any_verb_readers_see_whole_runs_and_running_again_completes(tmp_path, at, after):
    store = open_store(str(tmp_path))
    publish_day(store, "r1", day("one"), as_of=DAY)

    try:
        publish_day(Dying(store, at=at, after=after), "r2", day("two"), as_of=NEXT_DAY, workers=1)
    except Killed:
        assert (at, after) != (VERBS - 1, True)
    else:
        assert (at, after) == (VERBS - 1, True)

    seen = [words(store, prefix) for prefix in PREFIXES]
    assert all(one in ({"one"}, {"two"}) for one in seen)
    # internal/ is last: whoever sees the new day there may rely on the merchants having it.
    assert seen[-1] == {"one"} or seen == [{"two"}] * 3

    stored = set(store.list(""))
    for prefix in PREFIXES:
        if f"{prefix}/runs/r2/_manifest.json" in stored:
            assert stored >= {f"{prefix}/runs/r2/{name}" for name in objects("two")}

    publish_day(store, "r2", day("two"), as_of=NEXT_DAY)
    assert [words(store, prefix) for prefix in PREFIXES] == [{"two"}] * 3
    assert {read_pointer(store, prefix).generation for prefix in PREFIXES} == {2}


def test_readers_never_see_half_a_run_while_days_are_published(store):
    days = [date(2017, 12, 1 + number) for number in range(6)]
    publish(store, "internal", "r0", objects("day0"), as_of=days[0])
    finished = Event()

    def read():
        seen = []
        while not finished.is_set():
            manifest = read_manifest(store, "internal")
            said = {store.get(record.key).body.split()[0] for record in manifest.objects.values()}
            seen.append((manifest.run_id, said))
        return seen

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for number in range(1, 6):
            publish(store, "internal", f"r{number}", objects(f"day{number}"), as_of=days[number])
        finished.set()
        seen = [reader.result() for reader in readers]

    for run_id, said in itertools.chain(*seen):
        assert said == {f"day{run_id[1:]}".encode()}
    for run_ids in ([run_id for run_id, _ in one] for one in seen):
        assert run_ids == sorted(run_ids)


def test_of_publishers_at_once_the_newest_day_wins_and_every_swap_counts(store):
    days = [date(2017, 12, 1 + number) for number in range(6)]

    def run(number):
        words = objects(f"day{number}")
        return publish(store, "internal", f"r{number}", words, as_of=days[number], workers=2)

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(run, range(6)))

    pointer = read_pointer(store, "internal")
    published = [outcome for outcome in outcomes if outcome.status is Status.PUBLISHED]
    assert outcomes[5].status is Status.PUBLISHED
    assert (pointer.run_id, pointer.generation) == ("r5", len(published))
    assert words(store, "internal") == {"day5"}
    assert {outcome.status for outcome in outcomes} <= {Status.PUBLISHED, Status.SUPERSEDED}


def test_of_publishers_of_one_run_at_once_one_publishes(store):
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(
            pool.map(
                lambda _: publish(store, "internal", "r1", objects("one"), as_of=DAY), range(4)
            )
        )

    statuses = sorted(outcome.status.value for outcome in outcomes)
    assert statuses == ["already current"] * 3 + ["published"]
    assert sum(outcome.created for outcome in outcomes) == 2
    assert read_pointer(store, "internal").generation == 1


def test_a_prefix_or_name_that_is_no_key_is_refused_before_anything_is_stored(tmp_path):
    store = open_store(str(tmp_path))

    for run_id, names in [("r/../1", ["a.csv"]), ("r1", ["a b.csv"]), ("r1", ["_manifest.json"])]:
        bad = {name: objects("one")["table0.csv"] for name in names}
        with pytest.raises(ValueError, match=r"segments must|must not be named"):
            publish_day(store, run_id, {"a": objects("one"), "b": bad}, as_of=DAY)
    assert list(store.list("")) == []


def test_publishing_nothing_does_nothing(tmp_path):
    assert publish_day(open_store(str(tmp_path)), "r1", {}, as_of=DAY) == {}


def test_a_pointer_of_another_format_is_not_overwritten(store):
    store.create("internal/current.json", b'{"format": 2}', "application/json")

    with pytest.raises(StoreError, match=r"format must be 1, found 2"):
        publish(store, "internal", "r1", objects("one"), as_of=DAY)
    assert store.get("internal/current.json").body == b'{"format": 2}'
