import os
import subprocess
import sys

import pytest

from infra.errors import StoreError
from infra.store.folder import FolderStore

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
