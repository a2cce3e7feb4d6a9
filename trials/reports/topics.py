"""What kind of thing a text is about: the same words praise a book and blame a computer."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Final

import numpy as np
import yaml
from scipy.special import softmax

from trials.arrays import Floats, Ints
from trials.reports.evidence import Matrix

UNNAMED: Final = -1
"""Stands for a text that has none of the telling words."""


@cache
def telling_words(language: str) -> Mapping[str, Sequence[str]]:
    """Return the words that tell each topic of a language, zh or en, by topic."""
    file = resources.files(__package__) / "topics.yaml"
    words: dict[str, dict[str, list[str]]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return words[language]


def named_topics(texts: Sequence[str], language: str) -> Ints:
    """Return the topic whose telling words occur most often in each text, shape (texts,).

    Args:
        texts: Normalised texts.
        language: zh or en.

    Returns:
        Places in :func:`telling_words`, of equals the first; ``UNNAMED`` where none occurs.
    """
    topics = list(telling_words(language).values())
    if not topics:
        return np.full(len(texts), UNNAMED)
    counts = np.array(
        [[sum(map(text.count, words)) for words in topics] for text in texts], dtype=np.int64
    ).reshape(len(texts), len(topics))
    return np.where(counts.any(axis=1), counts.argmax(axis=1), UNNAMED)


def topic_shares(rows: Matrix, weights: Floats) -> Floats:
    """Return how much each text is about each topic, shape (texts, topics); rows add up to 1.

    Args:
        rows: TF-IDF of the texts, shape (texts, features).
        weights: Of each feature for each topic, shape (features + 1, topics); the last row is the
            intercepts.
    """
    if not weights.shape[1]:
        return np.empty((rows.shape[0], 0))
    shares: Floats = softmax(rows @ weights[:-1] + weights[-1], axis=1)
    return shares
