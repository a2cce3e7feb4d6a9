"""A teacher for reports whose stars tell nothing: embeddings carry praise from one category to another.

Words of praise differ from category to category, what a sentence says less so. A regression on
embeddings of packaged reviews finds roughly which of a shop's texts praise; those it is surest of
then teach a second one, on embeddings of the shop's texts alone, what praise is there.

Source:
    Wang et al., "Multilingual E5 Text Embeddings", arXiv 2402.05672, 2024, for the embeddings;
    Yarowsky, "Unsupervised word sense disambiguation rivaling supervised methods", ACL 1995, for
    learning from the surest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from quality.text_keys import text_key
from trials.arrays import Floats, Ints
from trials.reports.normalising import normalise
from trials.reports.retraining import Teaching
from trials.reports.sentence_embeddings import Embedder

_LESSONS_INVERSE_PENALTY = 1e-4
_OWN_INVERSE_PENALTY = 1e-3
"""C of the two regressions. They, and the share below, were chosen on Chinese reviews of hotels,
books and laptops, each in turn the category without labels."""
_MOST_STEPS = 500
_SUREST = 0.25
"""Share of the shop's texts taken for praise, and as many for blame, by the second regression."""


class Lessons(NamedTuple):
    """Packaged reviews of all languages that the teacher itself learns from."""

    texts: list[str]
    labels: Ints
    """1 for praise, 0 for blame, shape (texts,)."""
    weights: Floats
    """Weight of each; praise and blame of a language weigh the same, shape (texts,)."""


def lessons_of(packaged: Mapping[str, Teaching], most: int) -> Lessons:
    """Return at most so many reviews of each language, chosen by the text alone.

    Texts that are held out, or that occur with both labels, are not among them. The lessons are
    empty where nothing is packaged.
    """
    texts: list[str] = []
    labels: list[int] = []
    weights: list[float] = []
    for language in sorted(packaged):
        chosen = _chosen(packaged[language], most)
        praised = sum(label for _, label in chosen)
        of_label = (len(chosen) - praised, praised)
        texts += [text for text, _ in chosen]
        labels += [label for _, label in chosen]
        weights += [len(chosen) / (2 * of_label[label]) for _, label in chosen]
    return Lessons(texts, np.array(labels, dtype=np.int64), np.array(weights))


@dataclass(frozen=True)
class Teacher:
    """What tells praise from blame in texts of a category that nobody labelled."""

    embedder: Embedder
    model: LogisticRegression
    """The regression on embeddings of the lessons, each divided by ``deviations``."""
    deviations: Floats
    """Standard deviation of each dimension among the lessons, 1 where it is 0."""

    @classmethod
    def of(cls, lessons: Lessons, embedder: Embedder) -> "Teacher":
        """Learn from lessons, of which some praise and some blame."""
        vectors = _embedded(lessons.texts, embedder)
        deviations = _deviations(vectors)
        model = LogisticRegression(C=_LESSONS_INVERSE_PENALTY, max_iter=_MOST_STEPS)
        model.fit(vectors / deviations, lessons.labels, sample_weight=lessons.weights)
        return cls(embedder, model, deviations)

    def labels(self, texts: Sequence[str]) -> Ints:
        """Return 1 for praise and 0 for blame of each text as written, shape (texts,)."""
        vectors = _embedded(texts, self.embedder)
        odds = self.model.decision_function(vectors / self.deviations)
        count = int(_SUREST * len(texts))
        if count:
            by_odds = np.argsort(odds, kind="stable")
            surest = vectors[np.concatenate([by_odds[:count], by_odds[len(texts) - count :]])]
            odds = _own_odds(surest, vectors)
        return np.asarray(odds > 0, dtype=np.int64)


def _chosen(teaching: Teaching, most: int) -> list[tuple[str, int]]:
    seen: dict[str, dict[int, str]] = {}
    for text, label in zip(teaching.texts, teaching.labels, strict=True):
        seen.setdefault(text_key(text), {})[label] = text
    clear = sorted(key for key in seen if len(seen[key]) == 1 and key not in teaching.held_out)
    return [(text, label) for key in clear[:most] for label, text in seen[key].items()]


def _embedded(texts: Sequence[str], embedder: Embedder) -> Floats:
    return embedder.embed([normalise(text).text for text in texts])


def _deviations(vectors: Floats) -> Floats:
    deviations: Floats = vectors.std(axis=0)
    deviations[deviations == 0] = 1.0
    return deviations


def _own_odds(surest: Floats, vectors: Floats) -> Floats:
    """Log odds by a regression on a shop's own vectors, surely blame first, then surely praise."""
    deviations = _deviations(vectors)
    model = LogisticRegression(C=_OWN_INVERSE_PENALTY, max_iter=_MOST_STEPS)
    model.fit(surest / deviations, np.repeat([0, 1], len(surest) // 2))
    odds: Floats = model.decision_function(vectors / deviations)
    return odds
