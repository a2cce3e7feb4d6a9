"""What every store promises, asked of a folder and of a real S3 server over http and over TLS."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from infra.store import KeyTaken, TagMismatch

TEXT = "text/plain"
THREADS, ROUNDS = 16, 20


def test_what_was_created_is_read_back_whole(store):
    body = bytes(range(256)) * 1000

    tag = store.create("a/b.bin", body, "application/octet-stream")

    assert store.get("a/b.bin").body == body
    assert store.get("a/b.bin").tag == tag


def test_an_empty_body_is_a_body(store):
    store.create("empty", b"", TEXT)

    assert store.get("empty").body == b""


def test_nothing_is_none(store):
    assert store.get("absent") is None
    assert store.get("absent/deeper") is None


def test_what_is_above_or_below_a_key_is_nothing(store):
    store.create("a/b", b"", TEXT)

    assert store.get("a") is None


def test_creating_twice_is_refused_and_leaves_the_first(store):
    store.create("key", b"first", TEXT)

    with pytest.raises(KeyTaken):
        store.create("key", b"second", TEXT)
    assert store.get("key").body == b"first"


def test_creating_twice_with_equal_bytes_is_refused_as_well(store):
    store.create("key", b"same", TEXT)

    with pytest.raises(KeyTaken):
        store.create("key", b"same", TEXT)


def test_a_swap_replaces_what_was_seen(store):
    tag = store.create("key", b"old", TEXT)

    new = store.swap("key", b"new", tag, TEXT)

    assert new != tag
    assert store.get("key").body == b"new"
    assert store.get("key").tag == new


def test_a_swap_of_what_has_changed_meanwhile_is_refused(store):
    tag = store.create("key", b"old", TEXT)
    store.swap("key", b"theirs", tag, TEXT)

    with pytest.raises(TagMismatch):
        store.swap("key", b"ours", tag, TEXT)
    assert store.get("key").body == b"theirs"


def test_a_swap_of_what_is_gone_is_refused(store):
    tag = store.create("key", b"old", TEXT)
    store.delete("key")

    with pytest.raises(TagMismatch):
        store.swap("key", b"new", tag, TEXT)
    assert store.get("key") is None


def test_a_swap_of_nothing_creates_once(store):
    store.swap("key", b"first", None, TEXT)

    with pytest.raises(TagMismatch):
        store.swap("key", b"second", None, TEXT)
    assert store.get("key").body == b"first"


def test_listing_goes_by_whole_segments(store):
    for key in ("a/1", "a/b/2", "ab/3", "c"):
        store.create(key, b"", TEXT)

    assert sorted(store.list("a")) == ["a/1", "a/b/2"]
    assert sorted(store.list("")) == ["a/1", "a/b/2", "ab/3", "c"]
    assert list(store.list("absent")) == []


def test_an_empty_store_lists_nothing(store):
    assert list(store.list("")) == []


def test_deleting_is_repeatable(store):
    store.create("a/key", b"", TEXT)

    store.delete("a/key")
    store.delete("a/key")

    assert store.get("a/key") is None
    assert list(store.list("")) == []
    store.create("a/key", b"again", TEXT)


@pytest.mark.parametrize("key", ["", "/a", "a/", "a//b", "a/../b", ".a", "a b", "商家", "a\0b"])
def test_what_is_no_key_is_refused_before_anything_happens(store, key):
    with pytest.raises(ValueError, match="segments must be"):
        store.get(key)
    with pytest.raises(ValueError, match="segments must be"):
        store.create(key, b"", TEXT)
    assert list(store.list("")) == []


def race(write, refused):
    """Let 16 threads write each of 20 keys at once, ten keys at a time; return who won where."""

    def attempt(key, barrier, number):
        barrier.wait()
        try:
            write(key, b"%d" % number)
        except refused:
            return False
        return True

    rounds = [(f"race/{turn}", Barrier(THREADS)) for turn in range(ROUNDS)]
    with ThreadPoolExecutor(10 * THREADS) as pool:
        attempts = {
            key: [pool.submit(attempt, key, barrier, number) for number in range(THREADS)]
            for key, barrier in rounds
        }
        return {key: [one.result() for one in many] for key, many in attempts.items()}


def test_of_many_who_create_one_key_exactly_one_wins(racing_store, record_property):
    """Conformance of the server too: releases of some had this very race."""
    winners = race(lambda key, body: racing_store.create(key, body, TEXT), KeyTaken)

    assert_one_won_each(racing_store, winners)
    tell(record_property, "create", racing_store)


def test_of_many_who_swap_one_tag_exactly_one_wins(racing_store, record_property):
    tags = {
        f"race/{turn}": racing_store.create(f"race/{turn}", b"", TEXT) for turn in range(ROUNDS)
    }

    winners = race(lambda key, body: racing_store.swap(key, body, tags[key], TEXT), TagMismatch)

    assert_one_won_each(racing_store, winners)
    tell(record_property, "swap", racing_store)


def assert_one_won_each(store, winners):
    """Exactly one of each round's writers was told that it wrote, and it is what is there."""
    for key, won in winners.items():
        assert won.count(True) == 1
        assert store.get(key).body == b"%d" % won.index(True)


def tell(record_property, verb, store):
    """Count what was tried."""
    record_property(
        "told",
        f"race to {verb}, {type(store).__name__}: {ROUNDS} rounds of {THREADS} threads, "
        "one winner each",
    )
