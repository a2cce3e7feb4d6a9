"""What topics add to the polarity of Chinese reports. ``python benchmarks/quality_topics.py``.

On the training texts alone, held-out texts are not looked at. First cross-validation in five folds,
with topics and without, and a paired bootstrap of the difference; then, for each topic, the texts
that name it as a kind of thing that no lesson speaks of. Takes about six minutes.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from sklearn.model_selection import StratifiedKFold

from infra.sources.review_texts import chinese_reviews
from infra.sources.valences import chinese_valences
from trials.reports.fitting import PolarityOptions
from trials.reports.normalising import normalise
from trials.reports.topic_fitting import TopicOptions
from trials.reports.topics import named_topics, telling_words
from trials.reports.training import train_on, trainable

FOLDS = 5
DRAWS = 2000
EVEN = 0.5
NEVER = 10**9
HOW = {
    "without topics": PolarityOptions(language="zh", topics=TopicOptions(least_texts=NEVER)),
    "with topics": PolarityOptions(language="zh"),
}


class Lessons:
    """The texts that may be learned from."""

    def __init__(self) -> None:
        """Read them."""
        reviews = chinese_reviews()
        kept = trainable(reviews.texts, reviews.labels, reviews.held_out, PolarityOptions())
        self.texts = [reviews.texts[at] for at in kept]
        self.normal = [normalise(text).text for text in self.texts]
        self.labels = np.array([reviews.labels[at] for at in kept])
        self.valences = chinese_valences()

    def right(self, how: PolarityOptions, seen: np.ndarray, unseen: np.ndarray) -> np.ndarray:
        """Return which of the unseen texts a model of the seen ones tells right."""
        model = train_on([self.texts[at] for at in seen], self.labels[seen], how, self.valences)
        chances = model.report_chances([self.normal[at] for at in unseen])
        return (chances > EVEN) == self.labels[unseen]


def main() -> None:
    """Print both parts."""
    lessons = Lessons()
    right = {name: np.empty(len(lessons.labels)) for name in HOW}
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=1)
    for seen, unseen in folds.split(lessons.labels, lessons.labels):
        for name, how in HOW.items():
            right[name][unseen] = lessons.right(how, seen, unseen)
    for name, each in right.items():
        print(f"{name:<16}{each.mean():.4f} of {len(each):,} texts, {FOLDS} folds")
    gains = right["with topics"] - right["without topics"]
    draws = np.random.default_rng(0).integers(0, len(gains), (DRAWS, len(gains)))
    low, high = np.quantile(gains[draws].mean(axis=1), [0.025, 0.975])
    print(f"difference {gains.mean():+.4f} [{low:+.4f}, {high:+.4f}]")
    named = named_topics(lessons.normal, "zh")
    for topic, name in enumerate(telling_words("zh")):
        seen, unseen = np.flatnonzero(named != topic), np.flatnonzero(named == topic)
        told = ", ".join(f"{key} {lessons.right(how, seen, unseen).mean():.3f}"
                         for key, how in HOW.items())  # fmt: skip
        print(f"{name} unknown: {told} of {len(unseen):,} texts")


if __name__ == "__main__":
    main()
