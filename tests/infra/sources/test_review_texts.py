import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from infra.sources.review_texts import (
    DEBIAN_PACKAGE,
    CorpusMissingError,
    Reviews,
    chinese_reviews,
    english_reviews,
    held_out_keys,
)
from quality.text_keys import text_key

CACHE = Path(__file__).parents[3] / "build" / "cache"


@pytest.fixture(scope="module")
def fine_foods():
    try:
        return english_reviews(CACHE)
    except CorpusMissingError as missing:
        pytest.skip(str(missing))


@pytest.mark.real_data
def test_the_chinese_corpus_holds_its_reviews_and_every_held_out_one():
    reviews = chinese_reviews()

    assert len(reviews.texts) == len(reviews.labels) > 35_000
    assert reviews.held_out_texts().keys() == held_out_keys("zh")
    assert len(held_out_keys("zh")) == 3_479


@pytest.mark.real_data
def test_the_english_corpus_is_read_without_r(fine_foods):
    assert len(fine_foods.texts) == len(fine_foods.labels) == 5_000
    assert sum(fine_foods.labels) == 3_258
    assert fine_foods.held_out_texts().keys() == held_out_keys("en")
    assert len(held_out_keys("en")) == 1_029


def test_held_out_texts_come_by_key_with_their_label():
    texts = ("Nice tea!", "Bad tea", "Other")
    held_out = frozenset({text_key("nice TEA"), "unknown"})

    reviews = Reviews("en", texts, (1, 0, 1), held_out, "made up")

    assert reviews.held_out_texts() == {text_key("Nice tea!"): ("Nice tea!", 1)}


def test_without_apt_the_message_says_how_to_get_the_corpus(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(CorpusMissingError, match=r"apt-get, which is not here.*cache folder"):
        english_reviews(tmp_path / "cache")


def test_a_failing_apt_is_quoted(tmp_path, monkeypatch):
    apt = tmp_path / "apt-get"
    apt.write_text("#!/bin/sh\necho 'E: Unable to locate package' >&2\nexit 100\n")
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(CorpusMissingError, match="E: Unable to locate package"):
        english_reviews(tmp_path / "cache")


def test_an_apt_that_brings_nothing_is_noticed(tmp_path, monkeypatch):
    apt = tmp_path / "apt-get"
    apt.write_text("#!/bin/sh\n")
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(CorpusMissingError, match="did not arrive"):
        english_reviews(tmp_path / "cache")


@pytest.mark.parametrize("body", [b"", b"not an archive", b"!<arch>\n"])
def test_a_file_that_is_no_debian_package_is_refused(tmp_path, body):
    (tmp_path / f"{DEBIAN_PACKAGE}_1_all.deb").write_bytes(body)

    with pytest.raises(CorpusMissingError, match="not a Debian package"):
        english_reviews(tmp_path)


def test_a_package_without_the_data_is_refused(tmp_path):
    (tmp_path / f"{DEBIAN_PACKAGE}_1_all.deb").write_bytes(_deb({"./usr/share/doc/x": b"words"}))

    with pytest.raises(CorpusMissingError, match="does not hold the data"):
        english_reviews(tmp_path)


@pytest.mark.real_data
@pytest.mark.usefixtures("fine_foods")
def test_a_truncated_package_is_refused(tmp_path):
    whole = next(CACHE.glob(f"{DEBIAN_PACKAGE}_*.deb")).read_bytes()
    (tmp_path / f"{DEBIAN_PACKAGE}_1_all.deb").write_bytes(whole[:100_000])

    with pytest.raises(CorpusMissingError, match="cannot be read"):
        english_reviews(tmp_path)


def test_the_cache_is_asked_before_apt(tmp_path, monkeypatch):
    def never(*_args, **_options):
        raise AssertionError("apt was asked")

    monkeypatch.setattr(subprocess, "run", never)
    (tmp_path / f"{DEBIAN_PACKAGE}_1_all.deb").write_bytes(b"")

    with pytest.raises(CorpusMissingError):
        english_reviews(tmp_path)


def _deb(files):
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:xz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    tar = body.getvalue()
    header = f"{'data.tar.xz':<16}{'0':<12}{'0':<6}{'0':<6}{'100644':<8}{len(tar):<10}`\n"
    return b"!<arch>\n" + header.encode() + tar + b"\n" * (len(tar) % 2)
