"""The packaged reviews that teach polarity beside a shop's own reports, as far as they are here."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flows.build import CACHE
from infra.sources.review_texts import (
    DEBIAN_PACKAGE,
    CorpusMissingError,
    Reviews,
    chinese_reviews,
    english_reviews,
)
from infra.sources.valences import chinese_valences
from trials.reports.opinion_words import english_valences
from trials.reports.retraining import Teaching

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PackagedTexts:
    """Packaged reviews of one language."""

    teaching: Teaching
    source: str
    """Where they come from; empty where there are none and only the lexicon's words are known."""


def packaged_texts(cache: Path = CACHE, *, with_texts: bool = True) -> dict[str, PackagedTexts]:
    """Return the packaged reviews by language, with the words whose valence is known.

    Nothing is fetched: a training is no time to wait for another machine.

    Args:
        cache: Where the build step left what it downloaded.
        with_texts: Whether to read the texts; without them only the words are returned.
    """
    words = {"zh": chinese_valences(), "en": english_valences()}
    found = _reviews(cache) if with_texts else {}
    return {language: _packaged(found.get(language), words[language]) for language in words}


def _packaged(reviews: Reviews | None, words: Mapping[str, float]) -> PackagedTexts:
    if reviews is None:
        return PackagedTexts(Teaching(valences=words), "")
    taught = Teaching(reviews.texts, reviews.labels, reviews.held_out, words)
    return PackagedTexts(taught, reviews.source)


def _reviews(cache: Path) -> dict[str, Reviews]:
    found = {}
    for load in (chinese_reviews, lambda: _english(cache)):
        try:
            reviews = load()
        except CorpusMissingError as missing:
            logger.warning("only the shop's own reports teach: %s", missing)
        else:
            found[reviews.language] = reviews
    return found


def _english(cache: Path) -> Reviews:
    if not any(cache.glob(f"{DEBIAN_PACKAGE}_*.deb")):
        raise CorpusMissingError(f"no {DEBIAN_PACKAGE} in {cache}; `make` puts it there")
    return english_reviews(cache)
