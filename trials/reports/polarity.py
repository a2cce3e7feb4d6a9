"""How positive a text is: a linear model a language, learned at build time from real reviews."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.feature_extraction.text import TfidfVectorizer

from trials.reports.features import chinese_features, english_features
from trials.reports.opinion_words import opinion_sign

Floats = NDArray[np.float64]

MODELS = Path(__file__).parent / "models"
"""Where the build step leaves the models."""

_FORMAT = 1
_FEATURES = {"zh": chinese_features, "en": english_features}
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


@dataclass(frozen=True)
class PolarityModel:
    """TF-IDF and two logistic heads over one vocabulary: whole reports, and clauses."""

    language: str
    """zh or en."""
    description: str
    """What it was trained on."""
    vocabulary: tuple[str, ...]
    """The features in column order."""
    inverse_frequencies: Floats
    """Inverse document frequency of each feature."""
    report_weights: Floats
    """Weights of the report head; the last is the intercept."""
    clause_weights: Floats
    """Weights of the clause head; the last is the intercept."""
    _vectoriser: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        vectoriser = vectoriser_of(
            self.language,
            vocabulary={feature: column for column, feature in enumerate(self.vocabulary)},
        )
        vectoriser.idf_ = self.inverse_frequencies
        object.__setattr__(self, "_vectoriser", vectoriser)

    def report_chances(self, texts: Sequence[str]) -> Floats:
        """Return per normalised report the chance that it is positive, shape (texts,)."""
        return self._chances(texts, self.report_weights)

    def clause_chances(self, texts: Sequence[str]) -> Floats:
        """Return per normalised clause the chance that it is positive, shape (clauses,)."""
        return self._chances(texts, self.clause_weights)

    def _chances(self, texts: Sequence[str], weights: Floats) -> Floats:
        if not texts:
            return np.empty(0)
        chances: Floats = expit(self._vectoriser.transform(texts) @ weights[:-1] + weights[-1])
        return chances

    def save(self, path: Path) -> None:
        """Write the model as an npz of plain arrays, the same bytes for the same model."""
        about = {"format": _FORMAT, "language": self.language, "description": self.description}
        body = io.BytesIO()
        np.savez_compressed(
            body,
            about=_bytes(json.dumps(about, ensure_ascii=False, sort_keys=True)),
            vocabulary=_bytes("\n".join(self.vocabulary)),
            inverse_frequencies=self.inverse_frequencies.astype(np.float32),
            report_weights=self.report_weights.astype(np.float32),
            clause_weights=self.clause_weights.astype(np.float32),
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
                inverse_frequencies=arrays["inverse_frequencies"].astype(np.float64),
                report_weights=arrays["report_weights"].astype(np.float64),
                clause_weights=arrays["clause_weights"].astype(np.float64),
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

    def clause_chances(self, texts: Sequence[str]) -> Floats:
        """Return per normalised clause the chance that it is positive; .5 without such words."""
        signs = np.array([opinion_sign(text, self.language) for text in texts], dtype=np.float64)
        chances: Floats = expit(_LEXICON_SLOPE * signs)
        return chances


def vectoriser_of(language: str, **options: Any) -> Any:
    """Return scikit-learn's TF-IDF vectoriser over the features of a language."""
    return TfidfVectorizer(analyzer=_FEATURES[language], sublinear_tf=True, **options)


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
    for language in _FEATURES:
        path = folder / f"{language}.npz"
        found[language] = PolarityModel.load(path) if path.exists() else LexiconPolarity(language)
    return PolarityModels(**found)


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)
