"""Whoever may read a folder's store may not change it for that reason."""

import os
import stat

import pytest

from infra.store.folder import FolderStore


@pytest.fixture
def no_mask():
    """A process whose mask takes no right away, as in some containers."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("no_mask")
def test_nothing_in_the_store_is_everybodys_to_change(tmp_path):
    store = FolderStore(tmp_path / "store")
    tag = store.create("a/b/c", b"1", "text/plain")
    store.swap("a/b/c", b"2", tag, "text/plain")

    modes = {path: path.stat().st_mode for path in (tmp_path / "store").rglob("*")}

    assert len(modes) == 5
    assert not [path for path, mode in modes.items() if mode & stat.S_IWOTH]
