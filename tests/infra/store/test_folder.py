import errno
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.errors import StoreError
from infra.store.folder import FolderStore
from infra.store.keys import decode_id, encode_id

COUNTS = """
import sys
from pathlib import Path
from infra.store import FolderStore, TagMismatch

store = FolderStore(Path(sys.argv[1]))
for _ in range(25):
    while True:
        seen = store.get("counter")
        try:
            store.swap("counter", b"%d" % (int(seen.body) + 1), seen.tag, "text/plain")
            break
        except TagMismatch:
            pass
"""


def test_swaps_of_several_processes_lose_no_update(tmp_path):
    store = FolderStore(tmp_path)
    store.create("counter", b"0", "text/plain")

    command = [sys.executable, "-c", COUNTS, str(tmp_path)]
    processes = [subprocess.Popen(command) for _ in range(4)]

    assert [process.wait() for process in processes] == [0] * 4
    assert store.get("counter").body == b"100"


def test_nothing_but_the_keys_is_left_visible(tmp_path):
    store = FolderStore(tmp_path)
    tag = store.create("a/b", b"1", "text/plain")
    store.swap("a/b", b"2", tag, "text/plain")

    visible = [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")]
    assert visible == ["a"]
    assert list((tmp_path / ".incoming").iterdir()) == []


def test_a_body_that_was_cut_off_by_a_kill_is_never_listed(tmp_path):
    store = FolderStore(tmp_path)
    store.create("a", b"", "text/plain")
    (tmp_path / ".incoming" / "half").write_bytes(b"hal")

    assert list(store.list("")) == ["a"]


def test_a_body_is_on_disk_before_it_has_a_name_and_the_name_before_the_verb_returns(
    tmp_path, monkeypatch
):
    calls = []
    store = FolderStore(tmp_path)
    tag = store.create("folder/other", b"", "text/plain")
    for name in ("fsync", "link", "rename"):
        real = getattr(os, name)

        def noted(*given, name=name, real=real):
            is_folder = name == "fsync" and stat.S_ISDIR(os.fstat(given[0]).st_mode)
            calls.append("fsync of a folder" if is_folder else name)
            return real(*given)

        monkeypatch.setattr(os, name, noted)

    store.create("folder/key", b"1", "text/plain")
    store.swap("folder/other", b"2", tag, "text/plain")

    assert calls == ["fsync", "link", "fsync of a folder", "fsync", "rename", "fsync of a folder"]


def test_published_files_are_readable_by_others_as_the_umask_says(tmp_path):
    umask = os.umask(0o022)
    try:
        FolderStore(tmp_path).create("a", b"", "text/plain")
    finally:
        os.umask(umask)

    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644


def test_a_store_that_cannot_be_written_says_where_and_what_to_do(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    store = FolderStore(tmp_path / "file")

    with pytest.raises(StoreError, match=r"cannot write .*file/key: .*must be a local folder"):
        store.create("key", b"", "text/plain")
    assert store.get("key") is None


def test_opening_and_reading_make_nothing(tmp_path):
    store = FolderStore(tmp_path / "absent")

    assert store.get("key") is None
    assert list(store.list("")) == []
    store.delete("key")
    assert not (tmp_path / "absent").exists()


def with_link(root, outside, place):
    """A store in which somebody planted a link to another folder, or to a file in it."""
    link = root / place
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(outside / "file" if place.endswith("key") else outside)
    return FolderStore(root)


@pytest.mark.parametrize("place", ["merchants", "merchants/a", "merchants/a/key"])
def test_a_link_planted_in_the_store_is_followed_by_no_verb(tmp_path, place):
    outside = tmp_path / "elsewhere"
    (outside / "a").mkdir(parents=True)
    (outside / "file").write_bytes(b"theirs")
    store = with_link(tmp_path / "store", outside, place)

    for verb in (
        lambda: store.get("merchants/a/key"),
        lambda: store.create("merchants/a/key", b"ours", "text/plain"),
        lambda: store.swap("merchants/a/key", b"ours", "tag", "text/plain"),
        lambda: store.swap("merchants/a/key", b"ours", None, "text/plain"),
        lambda: store.delete("merchants/a/key"),
    ):
        with pytest.raises(StoreError, match=rf"cannot go through .*{place}: .*remove the link"):
            verb()
    assert [path.name for path in outside.rglob("*") if path.is_file()] == ["file"]
    assert (outside / "file").read_bytes() == b"theirs"


@pytest.mark.parametrize("place", [".incoming", ".lock"])
def test_a_link_in_place_of_what_the_store_needs_itself_is_refused(tmp_path, place):
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    store = FolderStore(tmp_path / "store")
    tag = store.create("key", b"old", "text/plain")
    planted = tmp_path / "store" / place
    if planted.exists():
        planted.rmdir()
    planted.symlink_to(outside / "new" if place == ".lock" else outside)

    with pytest.raises(StoreError, match="remove the link"):
        store.swap("key", b"new", tag, "text/plain")
    assert list(outside.iterdir()) == []
    assert store.get("key").body == b"old"


def test_a_listing_does_not_follow_links_out_of_the_store(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").write_bytes(b"theirs")
    store = with_link(tmp_path / "store", tmp_path / "elsewhere", "merchants")
    store.create("a", b"", "text/plain")

    assert list(store.list("")) == ["a"]


def test_a_store_that_is_itself_reached_through_a_link_is_used(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "store").symlink_to("disk")

    FolderStore(tmp_path / "store").create("a/key", b"1", "text/plain")

    assert (tmp_path / "disk" / "a" / "key").read_bytes() == b"1"


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (errno.ENOSPC, "the disk is full; make room"),
        (errno.EDQUOT, "quota is used up; make room"),
        (errno.EROFS, "mounted read-only; mount it for writing"),
        (errno.EACCES, "this user may not do that; give it the right"),
        (errno.EPERM, "the file system knows no hard links"),
        (errno.EIO, "the disk reports an error"),
        (errno.EMFILE, "too many files are open"),
        (errno.EXDEV, "a folder of the store is on another disk"),
        (errno.ENODEV, "must be a local folder that this user may write"),
    ],
)
def test_a_disk_that_refuses_is_named_with_what_to_do(tmp_path, monkeypatch, code, advice):
    store = FolderStore(tmp_path)

    def refuse(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", refuse)

    with pytest.raises(StoreError, match=rf"cannot write {tmp_path}/a/key: .*{advice}") as failure:
        store.create("a/key", b"canary", "text/plain")
    assert os.strerror(code) in str(failure.value)
    assert "canary" not in str(failure.value)
    assert list((tmp_path / ".incoming").iterdir()) == []


ROUGH = st.text("./\\\0=%~:a b\u2024\u2025\uff0e\uff0f\u2215\u29f8\r\n*?'", max_size=12)
"""Dots, slashes, what looks like them in Unicode, and what shells and other systems read."""


@settings(max_examples=25)
@given(merchant=ROUGH, name=ROUGH)
def test_whatever_an_id_is_its_object_lies_below_the_store_and_is_found_by_its_id(merchant, name):
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "store"
        store = FolderStore(root)
        key = f"merchants/{encode_id(merchant)}/runs/r/{encode_id(name)}"

        store.create(key, b"body", "text/plain")

        (written,) = (path for path in Path(scratch).rglob("*") if path.is_file())
        assert written == root / key
        assert list(store.list("")) == [key]
        _, found, *_, last = key.split("/")
        assert (decode_id(found), decode_id(last)) == (merchant, name)


@settings(max_examples=50)
@given(st.lists(ROUGH, min_size=1, max_size=4).map("/".join) | ROUGH)
def test_a_key_that_was_not_encoded_is_refused_or_lies_below_the_store(key):
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "store"
        store = FolderStore(root)
        try:
            store.create(key, b"body", "text/plain")
        except ValueError:
            pass
        else:
            assert (root / key).resolve() == root / key
            assert list(store.list("")) == [key]
        assert {path.name for path in Path(scratch).iterdir()} <= {"store"}
