"""Train a polarity model at build time, never on a text that is held out."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import vstack
from scipy.special import expit
from sklearn.model_selection import StratifiedKFold

from quality.text_keys import bare, text_key
from trials.reports.clause_weights import believed_chances
from trials.reports.copies import Likeness, copied_from
from trials.reports.evidence import EVIDENCE, clause_counts, clauses_of, read_clauses
from trials.reports.fitting import (
    PolarityOptions,
    RatedRows,
    fit_clause_head,
    fit_head,
    fit_scores,
    topics_of,
    vocabulary_of,
)
from trials.reports.normalising import normalise
from trials.reports.polarity import PolarityModel
from trials.reports.topics import named_topics

__all__ = ["PolarityOptions", "Rated", "train_on", "train_polarity", "trainable"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rated = Sequence[tuple[str, float]]
"""Sentences as written, and how people rate them: from -4, blame, to 4, praise."""

_MOST_FOLDS = 4


def train_polarity(
    texts: Sequence[str],
    labels: Sequence[int],
    held_out: AbstractSet[str],
    options: PolarityOptions,
    valences: Mapping[str, float] = MappingProxyType({}),
    rated: Rated = (),
) -> PolarityModel:
    """Train a model on the texts that are not held out.

    Args:
        texts: Reviews as written.
        labels: Per text 1 for positive, 0 for not.
        held_out: Keys (``quality.text_keys.text_key``) of texts that must not be trained on.
        options: How to train.
        valences: A lexicon of words, greater than 0 for praise, so that words no text taught
            count too.
        rated: Sentences that teach words and clauses beside the reviews.

    Raises:
        ValueError: If fewer than two texts of a label are left to train on.
    """
    kept = trainable(texts, labels, held_out, options)
    targets = np.array([labels[index] for index in kept], dtype=np.int64)
    if np.bincount(targets, minlength=2).min() < 2:  # noqa: PLR2004 - one to learn, one to check
        raise ValueError(
            f"training needs at least two positive and two negative texts, {len(kept)} of "
            f"{len(texts)} are usable, {targets.sum()} of them positive"
        )
    return train_on([texts[index] for index in kept], targets, options, valences, rated=rated)


def train_on(
    texts: Sequence[str],
    targets: Ints,
    options: PolarityOptions,
    valences: Mapping[str, float],
    *,
    judging: int | None = None,
    rated: Rated = (),
) -> PolarityModel:
    """Train a model on exactly these texts and labels, at least two of each label.

    The report head learns from scores of models that did not see the report, or it would trust
    them too much. The clause head learns what such models believe of a clause together with its
    words, its turns of phrase and the label of its report: few reports are of one mind. Sentences
    that people rated teach it too, each as much as a clause, by the words that the texts have, and
    the weights of words in reports start from what they teach.

    Args:
        texts: Reviews as written.
        targets: 1 for praise, 0 for blame, shape (texts,).
        options: How to train.
        valences: A lexicon of words, greater than 0 for praise.
        judging: How many of the texts, from the first on, the report head learns from; None for
            all. Where only they are the shop's, the model is calibrated to the shop.
        rated: Sentences that teach words and clauses; they may be of other categories.

    Source:
        Learning from what another view believes: Yarowsky, "Unsupervised word sense disambiguation
        rivaling supervised methods", ACL 1995; the chance itself, not the nearer label, is taught.
    """
    normal = [normalise(text).text for text in texts]
    clauses = [clauses_of(text) for text in normal]
    vocabulary = vocabulary_of(clauses, options, valences)
    read = read_clauses(clauses, options.language, vocabulary)
    topics = topics_of(read, named_topics(normal, options.language), options)
    sentences = _rated_rows(rated, options.language, vocabulary)
    teach = partial(
        fit_scores,
        vocabulary=vocabulary,
        options=options,
        valences=valences,
        topic_weights=topics,
        rated=sentences,
    )
    folds = StratifiedKFold(_folds(targets), shuffle=True, random_state=0)
    evidence = np.empty((len(targets), EVIDENCE + topics.shape[1]))
    odds = np.empty(len(read.signs))
    report_of = np.repeat(np.arange(len(targets)), read.sizes)
    for seen, unseen in folds.split(targets, targets):
        scorer, left = teach(read.of(seen), targets[seen]), read.of(unseen)
        evidence[unseen] = scorer.evidence(left)
        odds[np.isin(report_of, unseen)] = scorer.clause_odds(left)
    model = teach(read, targets)
    pieces = [clause for own in clauses for clause in own or [""]]
    believed = believed_chances(pieces, odds, targets[report_of], options.language)
    counts = vstack([read.counts, sentences.counts]).tocsr()
    chances = np.concatenate([believed, sentences.chances])
    return replace(
        model,
        report_weights=fit_head(evidence[:judging], targets[:judging]),
        clause_weights=fit_clause_head(model.pieces(counts), chances, options),
    )


def trainable(
    texts: Sequence[str],
    labels: Sequence[int],
    held_out: AbstractSet[str],
    options: PolarityOptions,
) -> list[int]:
    """Return the indices of the texts that may be trained on.

    Left out are texts held out, texts that occur with both labels, short ones, and near
    duplicates of an earlier text or of a held-out one.
    """
    labels_of: dict[str, set[int]] = {}
    for text, label in zip(texts, labels, strict=True):
        labels_of.setdefault(bare(text), set()).add(label)
    reserved = [index for index, text in enumerate(texts) if text_key(text) in held_out]
    is_reserved = set(reserved)
    usable = [
        index
        for index, text in enumerate(texts)
        if index not in is_reserved
        and len(bare(text)) >= options.least_characters
        and len(labels_of[bare(text)]) == 1
    ]
    return _first_of_each(texts, reserved, usable, options)


def _rated_rows(rated: Rated, language: str, vocabulary: Sequence[str]) -> RatedRows:
    """Count the features of rated sentences.

    A rating is taken for the log odds that its sentence praises: 4 is .98, 0 is even, -1 is .27.
    """
    texts = [normalise(text).text for text, _ in rated]
    counts, _ = clause_counts(language, texts, vocabulary)
    odds = np.array([rating for _, rating in rated], dtype=np.float64)
    return RatedRows(counts, expit(odds))


def _first_of_each(
    texts: Sequence[str], reserved: list[int], usable: list[int], options: PolarityOptions
) -> list[int]:
    # The held-out texts come first, so that what resembles them counts as their copy.
    order = [*reserved, *usable]
    alike = Likeness(
        least_characters=options.least_characters,
        jaccard=options.near_duplicate_jaccard,
        containment=2.0,
        boilerplate_share=1.0,
        passage_share=2.0,
    )
    origin = copied_from([texts[index] for index in order], alike)
    return [
        index
        for index, copied in zip(order[len(reserved) :], origin[len(reserved) :], strict=True)
        if copied < 0
    ]


def _folds(targets: Ints) -> int:
    return int(min(_MOST_FOLDS, np.bincount(targets, minlength=2).min()))
