"""How positive a text is: a linear model a language, learned at build time from real reviews."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import diags_array
from scipy.special import expit

from trials.reports.evidence import (
    Matrix,
    ReadClauses,
    after_contrast,
    clause_counts,
    clauses_of,
    of_length_one,
    read_clauses,
    spread,
    summed,
    weighted,
)
from trials.reports.features import FEATURES
from trials.reports.opinion_words import opinion_sign
from trials.reports.topics import topic_shares

Floats = NDArray[np.float64]

MODELS = Path(__file__).parent / "models"
"""Where the build step leaves the models."""

_FORMAT = 3
_ARRAYS: Final = (
    "inverse_frequencies",
    "log_count_ratios",
    "valences",
    "topic_weights",
    "word_weights",
    "scaled_weights",
    "clause_weights",
    "report_weights",
)
_LEXICON_SLOPE = 2.0
_LEXICON_NAMES = {"en": "VADER lexicon", "zh": "opinion word list"}


class Polarity(Protocol):
    """What scores texts of one language."""

    @property
    def language(self) -> str:
        """Return zh or en."""

    @property
    def description(self) -> str:
        """Return what it is and what it was trained on, for the page."""

    def report_chances(self, texts: Sequence[str]) -> Floats:
        """Return per normalised report the chance that it is positive."""

    def clause_chances(self, texts: Sequence[str]) -> Floats:
        """Return per normalised clause the chance that it is positive."""

    def chances(self, reports: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
        """Return the chances of reports given as their clauses, and of all clauses in order."""


@dataclass(frozen=True)
class PolarityModel:
    """Linear scores over one vocabulary, and a report head that weighs them with the lexicon's.

    A word has a weight for all texts and one more for each topic, which counts by how much the text
    is about the topic; a model without topics has the first alone.

    Source:
        Wang and Manning, "Baselines and Bigrams", ACL 2012: features scaled by their naive Bayes
        log-count ratio, averaged with unscaled ones; here a second logistic regression weighs
        the two and the clauses (stacking: Wolpert, Neural Networks 5, 1992). Weights of all and of
        each: Daumé III, "Frustratingly easy domain adaptation", ACL 2007.
    """

    language: str
    """zh or en."""
    description: str
    """What it was trained on."""
    vocabulary: tuple[str, ...]
    """The features in column order."""
    inverse_frequencies: Floats
    """Inverse document frequency of each feature; 0 for words known by their valence only."""
    log_count_ratios: Floats
    """log P(feature | positive) - log P(feature | negative) of each feature."""
    valences: Floats
    """A lexicon's valence of each feature; 0 when it has none."""
    topic_weights: Floats
    """Weights of each feature for each topic, shape (features + 1, topics)."""
    word_weights: Floats
    """Weights of the regression on TF-IDF, of all texts and of each topic, shape (features + 1,
    1 + topics); the last row is the intercepts."""
    scaled_weights: Floats
    """Weights of the regression on TF-IDF times log-count ratio, likewise."""
    clause_weights: Floats
    """Weights of the clause head on TF-IDF; the last is the intercept."""
    report_weights: Floats
    """Weights of the report head on :meth:`evidence`; the last is the intercept."""
    _columns: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        columns = {feature: column for column, feature in enumerate(self.vocabulary)}
        object.__setattr__(self, "_columns", columns)

    def report_chances(self, texts: Sequence[str]) -> Floats:
        """Return per normalised report the chance that it is positive, shape (texts,)."""
        if not texts:
            return np.empty(0)
        return self.chances([clauses_of(text) for text in texts])[0]

    def chances(self, reports: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
        """Return the chances of reports, and of all their clauses in order, counting once."""
        if not reports:
            return np.empty(0), np.empty(0)
        read = read_clauses(reports, self.language, self._columns)
        found = expit(_scores(self.evidence(read), self.report_weights))
        is_real = np.repeat([bool(own) for own in reports], read.sizes)
        return found, expit(self.clause_odds(read))[is_real]

    def clause_chances(self, texts: Sequence[str]) -> Floats:
        """Return per normalised clause the chance that it is positive, shape (clauses,)."""
        if not texts:
            return np.empty(0)
        counts, _ = clause_counts(self.language, texts, self._columns)
        chances: Floats = expit(_scores(self.pieces(counts), self.clause_weights))
        return chances

    def clause_odds(self, read: ReadClauses) -> Floats:
        """Return per clause the log odds by the clause head that it is positive."""
        return _scores(self.pieces(read.counts), self.clause_weights)

    def pieces(self, counts: Matrix) -> Matrix:
        """Return what the clause head weighs: TF-IDF of clauses, each of length one."""
        return of_length_one(weighted(counts, self.inverse_frequencies))

    def evidence(self, read: ReadClauses) -> Floats:
        """Return what the report head weighs, shape (reports, ``EVIDENCE`` + topics).

        The three scores of the report's words (TF-IDF, scaled TF-IDF, log-count ratios), then the
        spread over its clauses of the scaled score, of the signs and of the summed valences, the
        scaled score once more of what follows words of contrast, which weighs more, and the share
        of each topic.
        """
        ratios = diags_array(self.log_count_ratios)
        rows = weighted(summed(read.counts, read.sizes), self.inverse_frequencies)
        pieces = of_length_one(weighted(read.counts, self.inverse_frequencies) @ ratios)
        plain = of_length_one(rows)
        shares = topic_shares(plain, self.topic_weights)
        scores = _blended(pieces, self.scaled_weights, np.repeat(shares, read.sizes, axis=0))
        return np.column_stack(
            [
                _blended(plain, self.word_weights, shares),
                _blended(of_length_one(rows @ ratios), self.scaled_weights, shares),
                plain @ self.log_count_ratios,
                spread(scores, read.sizes),
                spread(read.signs, read.sizes),
                spread(read.counts @ self.valences, read.sizes),
                after_contrast(scores, read.turns, read.sizes),
                shares,
            ]
        )

    def save(self, path: Path) -> None:
        """Write the model as an npz of plain arrays, the same bytes for the same model."""
        about = {"format": _FORMAT, "language": self.language, "description": self.description}
        body = io.BytesIO()
        np.savez_compressed(
            body,
            about=_bytes(json.dumps(about, ensure_ascii=False, sort_keys=True)),
            vocabulary=_bytes("\n".join(self.vocabulary)),
            **{name: getattr(self, name).astype(np.float32) for name in _ARRAYS},
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body.getvalue())

    @classmethod
    def load(cls, path: Path) -> "PolarityModel":
        """Read a model written by ``save``; nothing in the file is executed.

        Raises:
            ValueError: If the file is of another format.
        """
        with np.load(path, allow_pickle=False) as arrays:
            about = json.loads(arrays["about"].tobytes())
            if about.get("format") != _FORMAT:
                raise ValueError(
                    f"{path} must be a polarity model of format {_FORMAT}, found "
                    f"{about.get('format')}: build the models again"
                )
            return cls(
                language=about["language"],
                description=about["description"],
                vocabulary=tuple(arrays["vocabulary"].tobytes().decode().split("\n")),
                **{name: arrays[name].astype(np.float64) for name in _ARRAYS},
            )


@dataclass(frozen=True)
class LexiconPolarity:
    """What stands in where no model was trained: the balance of praising and blaming words."""

    language: str
    """zh or en."""

    @property
    def description(self) -> str:
        """Say plainly that nothing was learned."""
        name = _LEXICON_NAMES[self.language]
        return f"{name} only: no training texts were at hand, so nothing was learned"

    def report_chances(self, texts: Sequence[str]) -> Floats:
        """Return per normalised report the chance that it is positive."""
        return self.clause_chances(texts)

    def chances(self, reports: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
        """Return the chances of reports given as their clauses, and of all clauses in order."""
        whole = self.report_chances(["\n".join(own) for own in reports])
        return whole, self.clause_chances([clause for own in reports for clause in own])

    def clause_chances(self, texts: Sequence[str]) -> Floats:
        """Return per normalised clause the chance that it is positive; .5 without such words."""
        signs = np.array([opinion_sign(text, self.language) for text in texts], dtype=np.float64)
        chances: Floats = expit(_LEXICON_SLOPE * signs)
        return chances


@dataclass(frozen=True)
class PolarityModels:
    """The models of the day, one a language."""

    zh: Polarity = LexiconPolarity("zh")
    """For Chinese."""
    en: Polarity = LexiconPolarity("en")
    """For English."""


def load_models(folder: Path = MODELS) -> PolarityModels:
    """Load ``zh.npz`` and ``en.npz`` from a folder; the lexicon stands in for a missing file."""
    found: dict[str, Polarity] = {}
    for language in FEATURES:
        path = folder / f"{language}.npz"
        found[language] = PolarityModel.load(path) if path.exists() else LexiconPolarity(language)
    return PolarityModels(**found)


def _scores(rows: Matrix, weights: Floats) -> Floats:
    scores: Floats = rows @ weights[:-1] + weights[-1]
    return scores


def _blended(rows: Matrix, weights: Floats, shares: Floats) -> Floats:
    """Score by the weights of all texts, and of each topic by its share; shape (rows,)."""
    scores = _scores(rows, weights)
    blended: Floats = scores[:, 0] + np.vecdot(scores[:, 1:], shares)
    return blended


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)
