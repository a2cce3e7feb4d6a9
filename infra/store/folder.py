"""A store in a folder: what ``link`` and ``rename`` promise on a local POSIX file system.

``link`` refuses a name in use, so it creates; ``rename`` replaces in one step, so under a lock it
swaps. Both take a file that was written and synced beforehand: a reader sees all of it or nothing,
also after a power cut. Network file systems do not promise this.

A store holds no symbolic links: one that somebody planted could lead a write or a deletion out of
the folder. The folder itself may be reached through one.
"""

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from infra.errors import StoreError
from infra.store.base import KeyTaken, Stored, TagMismatch
from infra.store.keys import check_key

_INCOMING = ".incoming"
"""Where bodies are written before they get their name; a kill leaves its unnamed file here."""
_LOCK = ".lock"
_FILE_MODE, _FOLDER_MODE = 0o664, 0o775
"""What is written is never everybody's to change, whatever the process's mask allows."""
_ADVICE = {
    errno.ENOSPC: "the disk is full; make room, or run `shike gc`",
    errno.EDQUOT: "this user's quota is used up; make room, or run `shike gc`",
    errno.EROFS: "the disk is mounted read-only; mount it for writing",
    errno.EACCES: "this user may not do that; give it the right, or run as who owns the store",
    errno.EPERM: "this user may not do that, or the file system knows no hard links",
    errno.EIO: "the disk reports an error; look into the system's log",
    errno.EMFILE: "too many files are open; raise the limit (ulimit -n)",
    errno.EXDEV: "a folder of the store is on another disk; keep the store on one",
}
_USUALLY = "the store must be a local folder that this user may write, with space left"


class FolderStore:
    """Keys are paths below a folder; tags are digests; content types follow from the names."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._durable: set[Path] = set()

    @property
    def address(self) -> str:
        """The folder."""
        return str(self._root)

    def get(self, key: str) -> Stored | None:
        """Return what is stored; see :class:`infra.store.base.Store`."""
        path = self._path(key)
        with _explained("read", path):
            try:
                body = path.read_bytes()
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                return None
        return Stored(body, _tag(body))

    def create(self, key: str, body: bytes, content_type: str) -> str:  # noqa: ARG002  # the name says it
        """Store a body where there is none; see :class:`infra.store.base.Store`."""
        path = self._path(key)
        with _explained("write", path), self._incoming(body) as incoming:
            self._make_folder(path.parent)
            try:
                path.hardlink_to(incoming)
            except FileExistsError:
                raise KeyTaken(key) from None
            _sync_folder(path.parent)
        return _tag(body)

    def swap(self, key: str, body: bytes, expected_tag: str | None, content_type: str) -> str:
        """Replace what was seen; see :class:`infra.store.base.Store`."""
        if expected_tag is None:
            try:
                return self.create(key, body, content_type)
            except KeyTaken:
                raise TagMismatch(key) from None
        path = self._path(key)
        with _explained("write", path), self._incoming(body) as incoming, self._locked():
            found = self.get(key)
            if found is None or found.tag != expected_tag:
                raise TagMismatch(key)
            incoming.rename(path)
            _sync_folder(path.parent)
        return _tag(body)

    def list(self, prefix: str) -> Iterator[str]:
        """Yield keys below a prefix; see :class:`infra.store.base.Store`."""
        top = self._path(prefix) if prefix else self._root
        with _explained("list", top):
            for folder, folders, files in os.walk(top, onerror=_raise_unless_missing):
                folders[:] = [name for name in folders if not name.startswith(".")]
                place = Path(folder).relative_to(self._root)
                yield from ((place / name).as_posix() for name in files if name[0] != ".")

    def delete(self, key: str) -> None:
        """Remove what is stored; see :class:`infra.store.base.Store`."""
        path = self._path(key)
        with _explained("delete", path):
            if not path.exists():
                return
            with self._locked(), suppress(FileNotFoundError):
                path.unlink()
                _sync_folder(path.parent)

    def now(self) -> None:
        """Return None: a folder goes by this machine's clock."""

    def _path(self, key: str) -> Path:
        return self._inside(self._root / check_key(key))

    def _inside(self, path: Path) -> Path:
        """Return a path below the root once nothing on the way is a link."""
        for place in (path, *path.parents):
            if place == self._root:
                break
            if place.is_symlink():
                raise StoreError(
                    f"cannot go through {place}: a store must hold no links, and this one could "
                    "lead out of it; remove the link"
                )
        return path

    @contextmanager
    def _incoming(self, body: bytes) -> Iterator[Path]:
        """Write and sync a body under a name of its own, which is gone afterwards."""
        path = self._inside(self._root / _INCOMING / uuid4().hex)
        self._make_folder(path.parent)
        try:
            with _opened(path, os.O_EXCL | os.O_WRONLY) as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            yield path
        finally:
            path.unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other swaps and deletes out, of this process and of others, until the end."""
        with _opened(self._inside(self._root / _LOCK), os.O_APPEND | os.O_WRONLY) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make_folder(self, folder: Path) -> None:
        """Make a folder, and make its name durable once, whoever made it."""
        is_inside = self._root in folder.parents
        if folder in self._durable or (not is_inside and folder.is_dir()):
            return
        self._make_folder(folder.parent)
        folder.mkdir(_FOLDER_MODE, exist_ok=True)
        _sync_folder(folder.parent)
        self._durable.add(folder)


def _tag(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _opened(path: Path, flags: int) -> BinaryIO:
    """Create or open a file to write."""
    return os.fdopen(os.open(path, os.O_CREAT | flags, _FILE_MODE), "wb")


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _raise_unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


@contextmanager
def _explained(verb: str, path: Path) -> Iterator[None]:
    """Say which path failed and why."""
    try:
        yield
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, _USUALLY)
        raise StoreError(f"cannot {verb} {path}: {error.strerror or error}; {advice}") from error
