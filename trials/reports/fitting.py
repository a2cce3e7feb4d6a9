"""Fit the parts of a polarity model: vocabulary, scores of words and clauses, report head."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import diags_array, vstack
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from trials.reports.evidence import (
    EVIDENCE,
    Matrix,
    ReadClauses,
    clause_counts,
    of_length_one,
    summed,
    weighted,
)
from trials.reports.features import word_feature
from trials.reports.polarity import PolarityModel
from trials.reports.regression import logistic_weights, stored
from trials.reports.topic_fitting import TopicOptions, fit_blended, fit_topics
from trials.reports.topics import topic_shares

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_HEAD_INVERSE_PENALTY = 0.1


@dataclass(frozen=True)
class PolarityOptions:
    """How a polarity model is trained."""

    language: str = "zh"
    """zh or en: decides the features."""
    least_documents: int = 2
    """A feature must occur in so many texts."""
    inverse_penalty: float = 5.0
    """C of the logistic regression; chosen by cross-validation within the training texts."""
    scaled_inverse_penalty: float = 3.0
    """C of the regression on features scaled by their log-count ratio; chosen likewise."""
    clause_inverse_penalty: float = 1.0
    """C of the clause head: nobody labelled its clauses, so it is held tighter."""
    rated_inverse_penalty: float = 4.0
    """C of the regression on rated sentences that scores of words start from; chosen likewise."""
    least_characters: int = 4
    """Texts with fewer letters and digits teach nothing."""
    near_duplicate_jaccard: float = 0.7
    """Texts this alike are one text; this alike to a held-out text, they are not trained on."""
    topics: TopicOptions = field(default_factory=TopicOptions)
    """How what texts are about is learned."""


class RatedRows(NamedTuple):
    """Sentences that people rated, over the vocabulary."""

    counts: Matrix
    """Occurrences of each feature, a row a sentence; there may be none."""
    chances: Floats
    """Chance that each praises, shape (sentences,)."""


def vocabulary_of(
    clauses: Sequence[Sequence[str]], options: PolarityOptions, valences: Mapping[str, float]
) -> list[str]:
    """The features that occur in enough reports, and the words that have a valence."""
    counts, features = clause_counts(options.language, [each for own in clauses for each in own])
    reports = summed(counts, [len(own) for own in clauses])
    is_frequent = _documents(reports) >= options.least_documents
    known = {word_feature(word, options.language, is_negated=False) for word in valences}
    return sorted({*features[is_frequent].tolist(), *known})


def _documents(reports: Matrix) -> Ints:
    """In how many reports each feature occurs."""
    documents: Ints = np.bincount(reports.indices, minlength=reports.shape[1])
    return documents


def topics_of(read: ReadClauses, named: Ints, options: PolarityOptions) -> Floats:
    """Learn topics from the texts that name them; see :func:`fit_topics`."""
    reports = summed(read.counts, read.sizes)
    document_counts = _documents(reports)
    rows = of_length_one(weighted(reports, _inverse(document_counts, len(read.sizes))))
    common = document_counts >= options.topics.least_documents
    return fit_topics(rows, named, common, options.topics)


def fit_scores(
    read: ReadClauses,
    targets: Ints,
    *,
    vocabulary: Sequence[str],
    options: PolarityOptions,
    valences: Mapping[str, float],
    topic_weights: Floats,
    rated: RatedRows,
) -> PolarityModel:
    """Fit the scores of words and clauses; the report head is left at nothing.

    The clause head takes the label of its report for that of the clause. The weights of words
    start from those that rated sentences teach.
    """
    reports = summed(read.counts, read.sizes)
    document_counts = _documents(reports)
    is_taught = document_counts >= options.least_documents
    frequencies = np.where(is_taught, _inverse(document_counts, len(read.sizes)), 0.0)
    ratios = np.where(is_taught, _log_count_ratios(reports, targets), 0.0)
    rows = weighted(reports, frequencies)
    plain = of_length_one(rows)
    pieces = of_length_one(weighted(read.counts, frequencies))
    inherited = np.repeat(targets, read.sizes)
    scaled = of_length_one(rows @ diags_array(ratios))
    blended = partial(
        fit_blended,
        shares=topic_shares(plain, topic_weights),
        common=document_counts >= options.topics.least_documents,
        options=options.topics,
    )
    return PolarityModel(
        language=options.language,
        description=f"TF-IDF and logistic regression trained on {len(read.sizes)} reviews",
        vocabulary=tuple(vocabulary),
        inverse_frequencies=stored(frequencies),
        log_count_ratios=stored(ratios),
        valences=stored(_valences(vocabulary, options.language, valences)),
        topic_weights=topic_weights,
        word_weights=blended(
            plain,
            targets,
            inverse_penalty=options.inverse_penalty,
            known=_known(rated, frequencies, options),
        ),
        scaled_weights=blended(scaled, targets, inverse_penalty=options.scaled_inverse_penalty),
        clause_weights=logistic_weights(pieces, inherited, options.clause_inverse_penalty),
        report_weights=np.zeros(EVIDENCE + topic_weights.shape[1] + 1),
    )


def _known(rated: RatedRows, frequencies: Floats, options: PolarityOptions) -> Floats | None:
    """What rated sentences say of the features; None where there are none."""
    if not len(rated.chances):
        return None
    rows = of_length_one(weighted(rated.counts, frequencies))
    return _weights_by_chance(rows, rated.chances, options.rated_inverse_penalty)


def _inverse(document_counts: Ints, documents: int) -> Floats:
    frequencies: Floats = np.log((1 + documents) / (1 + document_counts)) + 1
    return frequencies


def _log_count_ratios(reports: Matrix, targets: Ints) -> Floats:
    """Wang and Manning 2012, eq. 1, on presence, with one added to each count."""
    presence = reports.astype(bool).astype(np.float64)
    positive = 1 + np.asarray(presence[targets == 1].sum(axis=0)).ravel()
    negative = 1 + np.asarray(presence[targets == 0].sum(axis=0)).ravel()
    ratios: Floats = np.log(positive / positive.sum()) - np.log(negative / negative.sum())
    return ratios


def _valences(vocabulary: Sequence[str], language: str, valences: Mapping[str, float]) -> Floats:
    """The valence of each feature, turned round where the word stands after a negation."""
    of_feature = {
        word_feature(word, language, is_negated=is_negated): -valence if is_negated else valence
        for word, valence in valences.items()
        for is_negated in (False, True)
    }
    return np.array([of_feature.get(feature, 0.0) for feature in vocabulary])


def fit_head(evidence: Floats, targets: Ints) -> Floats:
    """Regress on standardised evidence; return weights for the evidence as it is."""
    means, deviations = evidence.mean(axis=0), evidence.std(axis=0)
    deviations[deviations == 0] = 1.0
    model = LogisticRegression(C=_HEAD_INVERSE_PENALTY, max_iter=1000)
    with threadpool_limits(1, "blas"):
        model.fit((evidence - means) / deviations, targets)
    weights = model.coef_[0] / deviations
    return stored(np.append(weights, model.intercept_[0] - means @ weights))


def fit_clause_head(pieces: Matrix, chances: Floats, options: PolarityOptions) -> Floats:
    """Regress clauses on the chance that they praise; return the weights and the intercept.

    Args:
        pieces: TF-IDF of clauses and of rated sentences, each of length one, a row each.
        chances: Chance that each praises, shape (pieces,): what is believed of a clause, what
            people say of a sentence. It counts as praise by this chance and as blame by the rest.
        options: How to train.
    """
    return _weights_by_chance(pieces, chances, options.clause_inverse_penalty)


def _weights_by_chance(rows: Matrix, chances: Floats, inverse_penalty: float) -> Floats:
    twice = vstack([rows, rows]).tocsr()
    targets = np.repeat(np.array([1, 0], dtype=np.int64), len(chances))
    shares = np.concatenate([chances, 1 - chances])
    return logistic_weights(twice, targets, inverse_penalty, shares)
