"""What a report's words and clauses say together: the few numbers that decide its polarity."""

from array import array
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags_array
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

from trials.reports.clauses import contrasts, split_clauses
from trials.reports.features import FEATURES
from trials.reports.normalising import Normal
from trials.reports.opinion_words import opinion_sign

Floats = NDArray[np.float64]
Matrix = Any
"""A scipy CSR matrix; scipy has no types."""

EVIDENCE = 19
"""Numbers a report is judged by, beside its topics: three of its words, five of each of three
readings of a clause, and what follows words of contrast."""


class ReadClauses(NamedTuple):
    """The clauses of some reports, as the models see them."""

    counts: Matrix
    """Occurrences of each feature of the vocabulary, a row a clause."""
    signs: Floats
    """The lexicon's sign of each clause."""
    turns: Floats
    """1 for each clause that begins with a word of contrast, 0 for the others."""
    sizes: list[int]
    """Clauses of each report, at least 1."""

    def of(self, reports: NDArray[np.int64]) -> "ReadClauses":
        """Return the clauses of some of the reports, given by their places."""
        first = np.cumsum([0, *self.sizes])
        own = np.concatenate([np.arange(first[at], first[at + 1]) for at in reports])
        sizes = [self.sizes[at] for at in reports]
        return ReadClauses(self.counts[own], self.signs[own], self.turns[own], sizes)


def read_clauses(reports: Sequence[Sequence[str]], language: str, vocabulary: Any) -> ReadClauses:
    """Return reports given as their normalised clauses, the features counted over a vocabulary.

    A report without clauses is read as one empty clause.
    """
    clauses = [list(own) or [""] for own in reports]
    pieces = [clause for own in clauses for clause in own]
    return ReadClauses(
        counts=clause_counts(language, pieces, vocabulary)[0],
        signs=np.array([opinion_sign(piece, language) for piece in pieces], dtype=np.float64),
        turns=np.array([contrasts(piece) for piece in pieces], dtype=np.float64),
        sizes=[len(own) for own in clauses],
    )


def clauses_of(text: str) -> list[str]:
    """Return the clauses of a normalised text; none for one that says nothing."""
    as_it_is = Normal(text, range(len(text)), range(1, len(text) + 1))
    return [clause.text for clause in split_clauses(as_it_is)]


def clause_counts(
    language: str, clauses: Sequence[str], vocabulary: Any = None
) -> tuple[Matrix, Any]:
    """Return how often each feature occurs in each clause, and the vocabulary.

    Args:
        language: zh or en: decides the features.
        clauses: Normalised clauses.
        vocabulary: The features to count, in column order; None for all there are.
    """
    if vocabulary is not None:
        return _counts_of(language, clauses, vocabulary), vocabulary
    vectoriser = CountVectorizer(analyzer=FEATURES[language], dtype=np.float32)
    counts = vectoriser.fit_transform(clauses)
    return counts, vectoriser.get_feature_names_out()


def _counts_of(language: str, clauses: Sequence[str], vocabulary: Any) -> Matrix:
    """Count known features: half the time of scikit-learn, which counts a clause at a time."""
    features = FEATURES[language]
    known = (
        vocabulary
        if isinstance(vocabulary, dict)
        else {feature: column for column, feature in enumerate(vocabulary)}
    )
    columns: array[int] = array("i")
    ends = [0]
    for clause in clauses:
        found = map(known.get, features(clause))
        columns.extend([column for column in found if column is not None])
        ends.append(len(columns))
    ones = np.ones(len(columns), dtype=np.float32)
    counts = csr_matrix((ones, columns, ends), shape=(len(clauses), len(vocabulary)))
    counts.sum_duplicates()
    return counts


def summed(counts: Matrix, sizes: Sequence[int]) -> Matrix:
    """Return the counts of whole reports from those of their clauses, ``sizes`` a report."""
    starts = np.array([0, *accumulate(sizes)], dtype=np.int64)
    ones = np.ones(counts.shape[0], dtype=np.float32)
    members = csr_matrix((ones, np.arange(len(ones)), starts), shape=(len(sizes), len(ones)))
    reports = (members @ counts).tocsr()
    reports.sort_indices()
    return reports


def weighted(counts: Matrix, inverse_frequencies: Floats) -> Matrix:
    """Return TF-IDF with 1 + log tf, not yet of length one."""
    dampened = counts.astype(np.float64)
    dampened.data = 1 + np.log(dampened.data)
    return (dampened @ diags_array(inverse_frequencies)).tocsr()


def of_length_one(rows: Matrix) -> Matrix:
    """Return the rows divided by their Euclidean length; an empty row stays empty."""
    return normalize(rows)


def spread(values: Floats, sizes: Sequence[int]) -> Floats:
    """Return mean, least, greatest, first and last of each report's values, shape (reports, 5).

    A report's first and last words weigh more than those between, and one bad clause more than
    the mean shows.
    """
    starts = np.array([0, *accumulate(sizes)][:-1], dtype=np.int64)
    ends = starts + np.array(sizes, dtype=np.int64) - 1
    means = np.add.reduceat(values, starts) / np.array(sizes)
    least = np.minimum.reduceat(values, starts)
    greatest = np.maximum.reduceat(values, starts)
    return np.stack([means, least, greatest, values[starts], values[ends]], axis=1)


def after_contrast(values: Floats, turns: Floats, sizes: Sequence[int]) -> Floats:
    """Return the sum of each report's values over the clauses that turn, shape (reports,).

    Args:
        values: A value of each clause.
        turns: 1 for a clause that begins with a word of contrast, else 0.
        sizes: Clauses of each report.
    """
    starts = np.array([0, *accumulate(sizes)][:-1], dtype=np.int64)
    sums: Floats = np.add.reduceat(values * turns, starts)
    return sums
