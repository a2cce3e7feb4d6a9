from datetime import date

import pytest

from infra.errors import StoreError
from infra.publish import PublishedObject, publish, read_manifest, read_object, read_pointer
from infra.store import open_store

PAGE = {"day.html": PublishedObject(body=b"<p>the day", content_type="text/html")}


@pytest.fixture
def published(tmp_path):
    """A folder store with one run."""
    store = open_store(str(tmp_path))
    publish(store, "internal", "r1", PAGE, as_of=date(2017, 12, 4))
    return store


def test_nothing_published_is_no_pointer_and_no_manifest(tmp_path):
    store = open_store(str(tmp_path))

    assert read_pointer(store, "internal") is None
    with pytest.raises(StoreError, match=r"nothing is published at .*/internal; run a day first"):
        read_manifest(store, "internal")


@pytest.mark.parametrize(
    "damaged", ["internal/runs/r1/day.html", "internal/runs/r1/_manifest.json"]
)
def test_damage_is_found_and_named(published, tmp_path, damaged):
    body = (tmp_path / damaged).read_bytes()
    (tmp_path / damaged).write_bytes(body[:-1] + bytes([body[-1] ^ 1]))

    with pytest.raises(StoreError, match=rf"{damaged} is damaged: its SHA-256 must be"):
        read_object(published, "internal", "day.html")


@pytest.mark.parametrize(
    "missing", ["internal/runs/r1/day.html", "internal/runs/r1/_manifest.json"]
)
def test_what_is_gone_is_named(published, missing):
    published.delete(missing)

    with pytest.raises(StoreError, match=rf"{missing} is missing"):
        read_object(published, "internal", "day.html")


def test_an_object_the_run_does_not_have_is_named_beside_those_it_has(published):
    with pytest.raises(StoreError, match=r"has no week\.html; it has day\.html"):
        read_object(published, "internal", "week.html")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"format": 1}', b'{"format": 1, "run_id": 1}', b"\xff\xfe"]
)
def test_a_pointer_that_is_none_is_named(tmp_path, body):
    store = open_store(str(tmp_path))
    store.create("internal/current.json", body, "application/json")

    with pytest.raises(StoreError, match=r"internal/current\.json cannot be understood"):
        read_pointer(store, "internal")


class Flaky:
    """A store whose first answer is damaged on the way."""

    def __init__(self, store):
        self._store = store
        self._damages = 1

    def __getattr__(self, name):
        return getattr(self._store, name)

    def get(self, key):
        stored = self._store.get(key)
        if key.endswith("day.html") and self._damages:
            self._damages -= 1
            return type(stored)(stored.body[:-1], stored.tag)
        return stored


def test_a_body_damaged_on_the_way_is_read_again(published):
    assert read_object(Flaky(published), "internal", "day.html") == b"<p>the day"
