"""What the packages teach beside a shop's own reports, as far as the build step left it here."""

import logging

import pytest

from flows.build import CACHE
from flows.packaged_texts import packaged_texts
from infra.sources.labelled_clauses import COUNT
from infra.sources.rated_sentences import RATED_SDIST
from infra.sources.review_texts import DEBIAN_PACKAGE


@pytest.mark.real_data
def test_texts_come_with_labelled_clauses_and_english_ones_with_rated_sentences_too():
    if not (CACHE / RATED_SDIST).exists():
        pytest.skip(f"no {RATED_SDIST} in {CACHE}; `make` puts it there")

    found = packaged_texts()

    english, chinese = (found[language].teaching for language in ("en", "zh"))
    assert len(english.rated) == 23_703 + COUNT * 7_695
    assert "Hutto and Gilbert" in found["en"].source
    assert len(chinese.texts) > 35_000
    assert len(chinese.rated) == COUNT * 5_598


def test_what_the_build_did_not_leave_is_not_fetched_and_said(tmp_path, caplog):
    (tmp_path / f"{DEBIAN_PACKAGE}_1_all.deb").write_bytes(b"")

    with caplog.at_level(logging.WARNING):
        found = packaged_texts(tmp_path)

    assert not found["en"].teaching.texts
    assert found["en"].teaching.valences["good"] > 0
    assert f"no {RATED_SDIST} in {tmp_path}" in caplog.text
    assert not (tmp_path / RATED_SDIST).exists()
