"""The build step: train the polarity models from the corpora. ``python -m flows.build``."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from infra.logs import configure_logging
from infra.sources.labelled_clauses import clause_lessons
from infra.sources.rated_sentences import rated_sentences
from infra.sources.review_texts import (
    CorpusMissingError,
    Reviews,
    chinese_reviews,
    english_reviews,
)
from infra.sources.valences import chinese_valences
from trials.reports.opinion_words import english_valences
from trials.reports.polarity import MODELS
from trials.reports.training import PolarityOptions, Rated, train_polarity

logger = logging.getLogger("flows.build")

CACHE: Final = Path("build/cache")
"""Where downloaded corpora are kept."""


def build_models(folder: Path = MODELS, cache: Path = CACHE) -> None:
    """Train a polarity model a language and write it into ``folder``.

    A corpus that cannot be had on this machine leaves its language to the lexicon, and says so.
    Chinese, whose corpus is always there, comes last: where its model is newest, all are built.
    """
    folder.mkdir(parents=True, exist_ok=True)
    corpora: tuple[Callable[[], tuple[Reviews, Rated]], ...] = (
        lambda: (english_reviews(cache), rated_sentences(cache)),
        lambda: (chinese_reviews(), ()),
    )
    for load in corpora:
        try:
            _train(*load(), folder)
        except CorpusMissingError as missing:
            logger.warning("no polarity model, the lexicon stands in: %s", missing)


def _train(reviews: Reviews, rated: Rated, folder: Path) -> None:
    options = PolarityOptions(language=reviews.language)
    valences = english_valences() if reviews.language == "en" else chinese_valences()
    taught = (*rated, *clause_lessons(reviews))
    model = train_polarity(
        reviews.texts, reviews.labels, reviews.held_out, options, valences, taught
    )
    path = folder / f"{reviews.language}.npz"
    model.save(path)
    logger.info("%s: %s, %s", path.name, model.description, reviews.source)


if __name__ == "__main__":
    configure_logging(verbose=False)
    build_models()
