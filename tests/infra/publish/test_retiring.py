"""Going back and tidying up: withdrawn runs stay away, what somebody reads is never deleted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.errors import StoreError
from infra.publish import (
    PublishedObject,
    Status,
    collect,
    publish_day,
    read_manifest,
    read_pointer,
    roll_back,
)
from infra.publish.collecting import plan
from infra.publish.inventory import Inventory, take_inventory
from infra.publish.reading import verified
from infra.publish.records import Pointer, manifest_key
from infra.publish.retention import Retention, change_retention, read_retention
from infra.store import open_store

FIRST = date(2017, 12, 4)
PREFIXES = ("merchants/a", "merchants/b", "internal")
LATER = FIRST + timedelta(days=365)


def run(number):
    """Id of the run of a day."""
    return f"{FIRST + timedelta(days=number)}-run"


def publish(store, number, prefixes=PREFIXES):
    """Publish a day whose objects all say its number; return the outcome by prefix."""
    body = PublishedObject(body=str(number).encode(), content_type="text/csv")
    objects = {prefix: {"a.csv": body, "b.csv": body} for prefix in prefixes}
    return publish_day(store, run(number), objects, as_of=FIRST + timedelta(days=number))


def told(store, prefix="internal"):
    """What a reader reads."""
    objects = read_manifest(store, prefix).objects.values()
    return {verified(store, record.key, record.sha256).decode() for record in objects}


def sweep(store, today=LATER, **limits):
    """Mark on one day and delete on another."""
    limits = {"keep": 1, "grace_days": 7, **limits}
    collect(store, today=today, **limits)
    return collect(store, today=today + timedelta(days=limits["grace_days"]), **limits)


def test_a_rollback_points_everybody_at_the_earlier_run_and_the_generation_grows(store):
    for number in range(3):
        publish(store, number)

    withdrawn = roll_back(store, run(0))

    assert withdrawn == (run(1), run(2))
    assert [told(store, prefix) for prefix in PREFIXES] == [{"0"}] * 3
    assert {read_pointer(store, prefix).generation for prefix in PREFIXES} == {4}


def test_a_late_retry_does_not_bring_back_what_was_withdrawn_but_a_new_day_is_published(store):
    for number in range(3):
        publish(store, number)
    roll_back(store, run(0))

    late = [publish(store, number)["internal"].status for number in (1, 2)]
    fresh = publish(store, 3)

    assert late == [Status.WITHDRAWN] * 2
    assert {outcome.status for outcome in fresh.values()} == {Status.PUBLISHED}
    assert publish(store, 2)["internal"].status is Status.WITHDRAWN


def test_rolling_back_twice_is_once_and_forward_again_is_possible(store):
    for number in range(2):
        publish(store, number)
    roll_back(store, run(0))
    seen = read_pointer(store, "internal")

    roll_back(store, run(0))
    assert read_pointer(store, "internal") == seen
    roll_back(store, run(1))

    assert told(store) == {"1"}
    assert read_pointer(store, "internal").withdrawn == ()


def test_a_merchant_that_the_run_did_not_know_is_left_with_nothing(store):
    publish(store, 0, ("merchants/a", "internal"))
    publish(store, 1)

    roll_back(store, run(0))

    assert read_manifest(store, "merchants/b").objects == {}
    assert publish(store, 1)["merchants/b"].status is Status.WITHDRAWN


def test_a_run_that_is_not_there_or_damaged_is_not_rolled_back_to(tmp_path):
    store = open_store(str(tmp_path))
    publish(store, 0)
    publish(store, 1)
    (tmp_path / "merchants" / "a" / "runs" / run(0) / "b.csv").write_bytes(b"other")

    with pytest.raises(StoreError, match="no run 'x' is published"):
        roll_back(store, "x")
    with pytest.raises(StoreError, match="damaged"):
        roll_back(store, run(0))
    assert [told(store, prefix) for prefix in PREFIXES] == [{"1"}] * 3


def test_a_rollback_that_was_interrupted_is_completed_by_another(store):
    for number in range(2):
        publish(store, number)
    dying = Dying(store, verb="swap", times=2)
    with pytest.raises(Killed):
        roll_back(dying, run(0))

    roll_back(store, run(0))

    assert [told(store, prefix) for prefix in PREFIXES] == [{"0"}] * 3


class Killed(BaseException):
    """The machine went away."""


class Dying:
    """A store whose machine dies when a verb is called for the n-th time."""

    def __init__(self, store, *, verb, times):
        self._store, self._verb, self._left = store, verb, times

    @property
    def address(self):
        return self._store.address

    def __getattr__(self, verb):
        def call(*arguments):
            if verb == self._verb:
                self._left -= 1
                if self._left < 0:
                    raise Killed
            return getattr(self._store, verb)(*arguments)

        return call


def test_only_what_nobody_needs_is_deleted_and_nothing_of_it_is_left(store):
    for number in range(5):
        publish(store, number)
        store.create(f"state/{run(number)}/selection.parquet", b"s", "application/octet-stream")

    done = sweep(store, keep=2)

    assert done.deleted == (run(0), run(1), run(2))
    assert done.objects == 3 * (3 * 3 + 1)
    left = {key for key in store.list("") if not key.startswith("state/retention")}
    assert not any(run(gone) in key for gone in range(3) for key in left)
    assert all(told(store, prefix) == {"4"} for prefix in PREFIXES)
    roll_back(store, run(3))
    assert told(store) == {"3"}


def test_nothing_is_deleted_before_its_grace_is_over(store):
    for number in range(3):
        publish(store, number)

    first = collect(store, keep=1, grace_days=7, today=LATER)
    early = collect(store, keep=1, grace_days=7, today=LATER + timedelta(days=6))

    assert (first.deleted, early.deleted) == ((), ())
    assert first.marked == early.marked == (run(0), run(1))


def test_a_dry_run_changes_nothing_and_says_what_would_be_done(store):
    for number in range(3):
        publish(store, number)
    collect(store, keep=1, grace_days=1, today=LATER)
    before = {key: store.get(key) for key in store.list("")}

    done = collect(store, keep=1, grace_days=1, today=LATER + timedelta(days=1), dry_run=True)

    assert done.deleted == (run(0), run(1))
    assert {key: store.get(key) for key in store.list("")} == before


def test_a_run_that_was_killed_before_its_manifest_is_collected_unless_it_may_still_come(store):
    publish(store, 3)
    for number in (1, 4):
        store.create(f"internal/runs/{run(number)}/a.csv", b"half", "text/csv")

    assert sweep(store, keep=5).deleted == (run(1),)
    publish(store, 4, ("merchants/a",))


def test_a_merchant_that_left_keeps_its_last_run(store):
    publish(store, 0)
    for number in range(1, 4):
        publish(store, number, ("merchants/a", "internal"))

    sweep(store)

    assert told(store, "merchants/b") == {"0"}
    assert run(0) not in sweep(store, LATER + timedelta(days=30)).deleted


def test_what_was_rolled_back_to_is_current_and_what_was_withdrawn_goes(store):
    for number in range(3):
        publish(store, number)
    roll_back(store, run(1))

    assert sweep(store, keep=1).deleted == (run(0), run(2))
    assert told(store) == {"1"}


def test_a_run_that_is_being_deleted_cannot_be_rolled_back_to(store):
    for number in range(3):
        publish(store, number)
    collect(store, keep=1, grace_days=1, today=LATER)
    dying = Dying(store, verb="delete", times=0)
    with pytest.raises(Killed):
        collect(dying, keep=1, grace_days=1, today=LATER + timedelta(days=1))

    with pytest.raises(StoreError, match="is being deleted"):
        roll_back(store, run(0))
    assert told(store) == {"2"}
    # The next collection finishes what was begun, even if it keeps more.
    assert run(0) in collect(store, keep=9, grace_days=9, today=LATER).deleted
    assert run(0) not in "".join(store.list("internal"))


@pytest.mark.parametrize("first", ["rollback", "gc"])
def test_of_a_rollback_and_a_collection_that_meet_one_gives_way(tmp_path, first):
    store = open_store(str(tmp_path))
    for number in range(3):
        publish(store, number)
    collect(store, keep=1, grace_days=1, today=LATER)
    inventory = take_inventory(store)

    def due(seen):
        return plan(inventory, seen, keep=1, grace_days=1, today=LATER + timedelta(days=1))

    if first == "gc":
        change_retention(store, due)
        with pytest.raises(StoreError, match="is being deleted"):
            roll_back(store, run(0))
        assert told(store) == {"2"}
    else:
        roll_back(store, run(0))
        # The collection's inventory is from before the rollback, as when the two race.
        assert run(0) not in change_retention(store, due).collecting
        assert told(store) == {"0"}


def test_what_is_current_is_whole_while_others_publish_and_collect(racing_store, record_property):
    store, stop = racing_store, Event()
    publish(store, 0)

    def read():
        seen = 0
        while not stop.is_set():
            before = read_pointer(store, "merchants/a")
            try:
                assert len(told(store, "merchants/a")) == 1
            except StoreError:
                # Days pass in a moment here: only a run that is current no more may be gone.
                assert read_pointer(store, "merchants/a") != before
            seen += 1
        return seen

    def tidy():
        turns = deleted = 0
        while not stop.is_set():
            today = LATER + timedelta(days=turns)
            deleted += len(collect(store, keep=2, grace_days=1, today=today).deleted)
            turns += 1
        return turns, deleted

    with ThreadPoolExecutor(4) as pool:
        readers, tidiers = ([pool.submit(work) for _ in range(2)] for work in (read, tidy))
        try:
            for number in range(1, 8):
                publish(store, number)
        finally:
            stop.set()
        reads = [reader.result() for reader in readers]
        turns, deleted = (
            sum(counts) for counts in zip(*(one.result() for one in tidiers), strict=True)
        )
    assert min(reads) > 0
    assert turns > 1
    assert {told(store, prefix).pop() for prefix in PREFIXES} == {"7"}
    record_property(
        "told",
        f"readers, publishers and two collectors at once, {type(store).__name__}: {sum(reads)} reads, "
        f"0 torn; {turns} collections, {deleted} runs deleted",
    )


def test_an_empty_store_has_nothing_to_collect_and_says_so(tmp_path):
    with pytest.raises(StoreError, match="nothing is published"):
        collect(open_store(str(tmp_path)), keep=1, grace_days=1, today=LATER)


RUNS = st.integers(0, 12).map(run)


@given(
    runs=st.sets(RUNS, min_size=1),
    current=st.integers(0, 12),
    withdrawn=st.sets(RUNS),
    merchant=RUNS,
    seen=st.builds(
        Retention,
        marked=st.dictionaries(RUNS, st.dates(LATER - timedelta(days=20), LATER)),
        pinned=st.sets(RUNS).map(lambda runs: tuple(sorted(runs))),
    ),
    keep=st.integers(1, 5),
)
def test_no_plan_ever_touches_what_is_needed(runs, current, withdrawn, merchant, seen, keep):
    runs = runs | {run(current), merchant}
    withdrawn -= {run(current)}
    inventory = Inventory(
        {
            "internal": _pointer(run(current), withdrawn),
            "merchants/a": _pointer(merchant, ()),
        },
        {one: {"internal": (manifest_key("internal", one),)} for one in sorted(runs)},
    )

    planned = plan(inventory, seen, keep=keep, grace_days=7, today=LATER)

    assert run(current) not in planned.marked
    assert merchant not in planned.marked
    for gone in planned.collecting:
        assert seen.marked[gone] <= LATER - timedelta(days=7)
        assert gone < run(current) or gone in withdrawn
    kept = sorted(runs - withdrawn)[-keep:]
    assert not set(kept) & set(planned.collecting)


def _pointer(run_id, withdrawn):
    return Pointer(
        run_id=run_id,
        as_of=date.fromisoformat(run_id[:10]),
        generation=1,
        manifest_key=manifest_key("internal", run_id),
        manifest_sha256="",
        withdrawn=tuple(withdrawn),
    )


def test_the_record_is_read_back_as_it_was_written_and_no_other_is_read(tmp_path):
    store = open_store(str(tmp_path))
    wanted = Retention(marked={run(1): FIRST}, collecting=(run(2),), pinned=(run(3),))

    assert change_retention(store, lambda _: wanted) == wanted
    assert read_retention(store) == wanted
    stored = store.get("state/retention.json")
    store.swap("state/retention.json", b"{}", stored.tag, "application/json")
    with pytest.raises(StoreError, match="cannot be understood"):
        read_retention(store)
