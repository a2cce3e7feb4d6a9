import re
import sys
from pathlib import Path

import pytest

from infra.sources.rated_sentences import RATED_SDIST, rated_reviews, rated_sentences
from infra.sources.review_texts import CorpusMissingError, held_out_keys
from quality.text_keys import text_key

ROOT = Path(__file__).parents[3]
CACHE = ROOT / "build" / "cache"


@pytest.fixture(scope="module")
def sentences():
    try:
        return rated_sentences(CACHE)
    except CorpusMissingError as missing:
        pytest.skip(str(missing))


@pytest.mark.real_data
def test_every_sentence_has_a_rating_on_the_scale(sentences):
    assert len(sentences) == 23_703
    assert all(-4 <= sentence.rating <= 4 and sentence.text.strip() for sentence in sentences)
    rating_of = {sentence.text: sentence.rating for sentence in sentences}
    assert rating_of["fantastic piece of machinery."] == 3.05
    assert rating_of["Effective but too tepid biopic"] == -0.6


@pytest.mark.real_data
def test_the_reviews_of_electronics_are_the_first_sentences_in_order(sentences):
    reviews = rated_reviews(CACHE)

    assert len(reviews) == 300
    together = tuple(sentence for review in reviews for sentence in review)
    assert together == sentences[: len(together)]
    assert len(together) == 3_708


@pytest.mark.real_data
def test_no_held_out_text_is_among_them(sentences):
    assert not {text_key(sentence.text) for sentence in sentences} & held_out_keys("en")


def test_another_file_of_that_name_is_refused(tmp_path):
    (tmp_path / RATED_SDIST).write_bytes(b"something else")

    with pytest.raises(CorpusMissingError, match=r"SHA-256 5d7c\w+, found \w+: delete it"):
        rated_sentences(tmp_path)


def test_pip_is_told_the_digest_that_the_lock_has(tmp_path, monkeypatch):
    pip_that(monkeypatch, tmp_path, 'for last; do :; done; cp "$last" "$0.asked"')

    with pytest.raises(CorpusMissingError, match="did not arrive"):
        rated_sentences(tmp_path / "cache")

    asked = (tmp_path / "python.asked").read_text(encoding="ascii")
    requirement, digest = re.fullmatch(r"(\S+) (--hash=sha256:\w{64})\n", asked).groups()
    lock = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    (entry,) = re.findall(rf"^{requirement.lower()} \\\n(?:    --hash.*\n)+", lock, re.MULTILINE)
    assert digest in entry


def test_a_failing_pip_is_quoted_with_what_to_do(tmp_path, monkeypatch):
    pip_that(monkeypatch, tmp_path, "echo 'ERROR: no index' >&2; exit 1")

    with pytest.raises(CorpusMissingError, match=r"\(ERROR: no index\): build again .* cache"):
        rated_sentences(tmp_path / "cache")


def test_the_cache_is_asked_before_pip(tmp_path, monkeypatch):
    pip_that(monkeypatch, tmp_path, 'touch "$0.asked"')
    (tmp_path / RATED_SDIST).write_bytes(b"")

    with pytest.raises(CorpusMissingError, match="SHA-256"):
        rated_sentences(tmp_path)

    assert not (tmp_path / "python.asked").exists()


def pip_that(monkeypatch, folder, does):
    """Let a shell script stand in for the Python that pip runs in."""
    python = folder / "python"
    python.write_text(f"#!/bin/sh\n{does}\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
