"""What a teacher learned of one category it tells of another, where only the meaning is the same."""

import numpy as np
import pytest

from quality.text_keys import text_key
from trials.reports.retraining import Teaching
from trials.reports.teacher import Teacher, lessons_of

MEANS = {"tasty": 1.0, "fresh": 0.8, "stale": -1.0, "bitter": -0.8, "zesty": 0.9, "dreg": -0.9}
FOOD = Teaching(
    ["a tasty soup", "fresh and tasty rice", "stale bread", "bitter tea, stale too"], [1, 1, 0, 0]
)


class Meanings:
    """A text's vector: what its words mean together, and a number that is always the same."""

    name = "meanings"

    def embed(self, texts):
        meant = [sum(MEANS.get(word, 0.0) for word in text.split()) for text in texts]
        return np.column_stack([meant, np.ones(len(texts))])


def test_words_that_no_lesson_had_are_told_by_what_they_mean():
    own = ["zesty chair", "dreg of a lamp", "such a zesty and zesty desk", "dreg dreg"] * 3

    labels = Teacher.of(lessons_of({"en": FOOD}, 10), Meanings()).labels(own)

    assert labels.tolist() == [1, 0, 1, 0] * 3


def test_where_a_shop_praises_the_teacher_learns_from_the_shop():
    """Lessons put zero where this shop, whose every text is warm, has its praise still begin."""
    own = ["tasty tasty zesty", "tasty tasty fresh zesty", "tasty tasty dreg", "tasty tasty stale"]

    labels = Teacher.of(lessons_of({"en": FOOD}, 10), Meanings()).labels(own * 3)

    assert labels.tolist() == [1, 1, 0, 0] * 3


def test_one_text_is_told_too():
    teacher = Teacher.of(lessons_of({"en": FOOD}, 10), Meanings())

    assert [teacher.labels([text]).tolist() for text in ("zesty", "dreg")] == [[1], [0]]


def test_lessons_are_neither_held_out_nor_of_two_minds_and_few_enough():
    texts, labels = [*FOOD.texts, "tasty", "stale soup", "stale soup"], [*FOOD.labels, 1, 0, 1]
    teaching = Teaching(texts, labels, {text_key("tasty")})

    lessons = lessons_of({"en": teaching}, 10)
    fewer = lessons_of({"zh": FOOD, "en": teaching}, 3)

    assert sorted(lessons.texts) == sorted(FOOD.texts)
    assert len(fewer.texts) == 6
    assert lessons_of({}, 10).texts == []


def test_lessons_are_the_same_in_whatever_order_and_praise_weighs_as_much_as_blame():
    teaching = Teaching([*FOOD.texts, "fresh"], [*FOOD.labels, 1])
    lessons = lessons_of({"en": teaching}, 10)

    again = lessons_of({"en": Teaching(teaching.texts[::-1], teaching.labels[::-1])}, 10)

    assert again.texts == lessons.texts
    assert lessons.weights[lessons.labels == 1].sum() == pytest.approx(
        lessons.weights[lessons.labels == 0].sum()
    )
