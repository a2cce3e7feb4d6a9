"""What a text is about: named by telling words, learned for texts that have none of them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trials.reports.evidence import read_clauses
from trials.reports.fitting import PolarityOptions, topics_of, vocabulary_of
from trials.reports.topic_fitting import TopicOptions
from trials.reports.topics import UNNAMED, named_topics, telling_words, topic_shares
from trials.reports.training import train_on

OPTIONS = PolarityOptions(least_documents=1, topics=TopicOptions(least_texts=2, least_documents=1))
LODGING, BOOKS, COMPUTERS = range(3)


def test_a_text_is_about_what_most_of_its_telling_words_tell():
    texts = ["酒店的房间里有一本书", "这本书的作者", "很好,下次再来"]

    assert list(telling_words("zh")) == ["lodging", "books", "computers"]
    assert named_topics(texts, "zh").tolist() == [LODGING, BOOKS, UNNAMED]


def test_a_language_without_topics_names_none():
    assert named_topics(["a hotel and a book"], "en").tolist() == [UNNAMED]


@given(st.lists(st.text("书酒店电脑好", max_size=20)))
def test_every_text_has_one_topic_or_none(texts):
    named = named_topics(texts, "zh")

    assert named.shape == (len(texts),)
    assert set(named.tolist()) <= {UNNAMED, LODGING, BOOKS, COMPUTERS}


@pytest.fixture(scope="module")
def shares():
    """How much texts are about books and computers, learned from texts that name them."""
    texts = ["书的情节不错", "作者写的情节", "电脑的风扇响", "键盘和风扇", "情节", "风扇", "天气"]
    clauses = [[text] for text in texts]
    vocabulary = vocabulary_of(clauses, OPTIONS, {})
    read = read_clauses(clauses, "zh", vocabulary)
    weights = topics_of(read, named_topics(texts, "zh"), OPTIONS)
    return dict(zip(texts, topic_shares(read.counts, weights), strict=True))


def test_texts_without_telling_words_are_about_what_their_other_words_go_with(shares):
    assert shares["情节"][0] > 0.6
    assert shares["风扇"][1] > 0.6


def test_shares_of_topics_add_up_to_one(shares):
    assert np.allclose([own.sum() for own in shares.values()], 1)


def test_a_topic_that_few_texts_name_is_not_told_apart():
    texts = ["书的情节不错", "作者写的情节", "电脑的风扇响"]
    clauses = [[text] for text in texts]
    read = read_clauses(clauses, "zh", vocabulary_of(clauses, OPTIONS, {}))

    weights = topics_of(read, named_topics(texts, "zh"), OPTIONS)

    assert weights.shape[1] == 0
    assert topic_shares(read.counts, weights).shape == (3, 0)


def test_a_word_may_praise_one_thing_and_blame_another():
    texts = ["电脑很薄", "书很薄", "电脑很厚", "书很厚"] * 8
    labels = np.array([1, 0, 0, 1] * 8)
    without = replace(OPTIONS, topics=TopicOptions())

    told, untold = (train_on(texts, labels, how, {}) for how in (OPTIONS, without))

    thin = told.report_chances(["电脑薄", "书薄", "电脑厚", "书厚"])
    assert (thin > 0.5).tolist() == [True, False, False, True]
    assert np.ptp(thin) > 2 * np.ptp(untold.report_chances(["电脑薄", "书薄", "电脑厚", "书厚"]))
