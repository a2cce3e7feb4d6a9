"""Train a polarity model at build time, never on a text that is held out."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from quality.text_keys import bare, text_key
from trials.reports.clauses import split_clauses
from trials.reports.copies import Likeness, copied_from
from trials.reports.normalising import normalise
from trials.reports.polarity import PolarityModel, vectoriser_of

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PolarityOptions:
    """How a polarity model is trained."""

    language: str = "zh"
    """zh or en: decides the features."""
    least_documents: int = 2
    """A feature must occur in so many texts."""
    inverse_penalty: float = 5.0
    """C of the logistic regression; chosen by cross-validation within the training texts."""
    clause_inverse_penalty: float = 1.0
    """C of the clause head: its labels are inherited from the report, so it is held tighter."""
    least_characters: int = 4
    """Texts with fewer letters and digits teach nothing."""
    near_duplicate_jaccard: float = 0.7
    """Texts this alike are one text; this alike to a held-out text, they are not trained on."""


def train_polarity(
    texts: Sequence[str],
    labels: Sequence[int],
    held_out: AbstractSet[str],
    options: PolarityOptions,
) -> PolarityModel:
    """Train a model on the texts that are not held out.

    Args:
        texts: Reviews as written.
        labels: Per text 1 for positive, 0 for not.
        held_out: Keys (``quality.text_keys.text_key``) of texts that must not be trained on.
        options: How to train.

    Raises:
        ValueError: If texts of only one label are left to train on.
    """
    kept = trainable(texts, labels, held_out, options)
    targets = np.array([labels[index] for index in kept], dtype=np.int64)
    if len(np.unique(targets)) < 2:  # noqa: PLR2004 - two classes are the least to tell apart
        raise ValueError(
            f"training needs positive and negative texts, {len(kept)} of {len(texts)} are usable "
            "and they are of one kind"
        )
    normals = [normalise(texts[index]) for index in kept]
    clauses = [split_clauses(normal) for normal in normals]
    vectoriser = vectoriser_of(options.language, min_df=options.least_documents)
    reports = vectoriser.fit_transform([normal.text for normal in normals])
    pieces = vectoriser.transform([clause.text for own in clauses for clause in own])
    return PolarityModel(
        language=options.language,
        description=f"TF-IDF and logistic regression trained on {len(kept)} reviews",
        vocabulary=tuple(vectoriser.get_feature_names_out().tolist()),
        inverse_frequencies=_stored(vectoriser.idf_),
        report_weights=_head(reports, targets, options.inverse_penalty),
        clause_weights=_head(
            pieces,
            np.repeat(targets, [len(own) for own in clauses]),
            options.clause_inverse_penalty,
        ),
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
    )
    origin = copied_from([texts[index] for index in order], alike)
    return [
        index
        for index, copied in zip(order[len(reserved) :], origin[len(reserved) :], strict=True)
        if copied < 0
    ]


def _head(features: Any, targets: NDArray[np.int64], inverse_penalty: float) -> Floats:
    model = LogisticRegression(C=inverse_penalty, solver="liblinear", max_iter=400, random_state=0)
    model.fit(features, targets)
    return _stored(np.append(model.coef_[0], model.intercept_[0]))


def _stored(values: Floats) -> Floats:
    """Round to what the file holds, so that a saved model scores like the trained one."""
    return values.astype(np.float32).astype(np.float64)
