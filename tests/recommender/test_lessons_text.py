"""What was learned, written as text and read again."""

import numpy as np

from recommender.chance import Design, fit_chance
from recommender.complements import Complements
from recommender.followups import FollowUps
from recommender.lessons_text import (
    chance_text,
    lessons_text,
    read_chance,
    read_lessons,
    read_rules,
    rules_text,
)

ROWS = 12_000


def _fitted(*, boosted):
    rng = np.random.default_rng(3)
    features = rng.normal(size=(ROWS, 4)).astype(np.float32)
    odds = features[:, 0] - features[:, 1] * features[:, 2] + np.abs(features[:, 3]) - 1
    bought = (rng.random(ROWS) < 1 / (1 + np.exp(-odds))).astype(float)
    return fit_chance(features, bought, Design((0, 1, 2), (1, 2)), boosted=boosted), features


def test_a_chance_reads_back_to_the_same_bits():
    for boosted in (False, True):
        chance, features = _fitted(boosted=boosted)

        again = read_chance(chance_text(chance))

        assert (again.trees is not None) is boosted
        told, read = (each.with_and_without_trees(features) for each in (chance, again))
        assert [values.tobytes() for values in read] == [values.tobytes() for values in told]


def test_what_was_read_is_written_as_it_was():
    text = chance_text(_fitted(boosted=True)[0])

    assert chance_text(read_chance(text)) == text


def test_where_too_little_was_learned_nothing_is_read():
    assert read_chance(chance_text(None)) is None


def test_lessons_read_back_to_the_same_bits(cyclic):
    lessons = cyclic.personal.model.lessons

    again = read_lessons(lessons_text(lessons))

    assert lessons.repeat is not None
    assert again.hazard.excess.tobytes() == lessons.hazard.excess.tobytes()
    assert again.hazard.horizon_days == lessons.hazard.horizon_days
    assert again.without == lessons.without
    for name in ("repeat", "novel"):
        assert chance_text(getattr(again, name)) == chance_text(getattr(lessons, name))
    assert list(map(chance_text, again.weeks)) == list(map(chance_text, lessons.weeks))


def _rules():
    return Complements(
        before=np.array([0, 2, 2]),
        after=np.array([1, 0, 3]),
        lifts=np.array([1.7, 2.1, 1 / 3]),
        followers=np.array([12, 30, 11]),
        is_ordered=np.array([True, False, True]),
        lags=np.array([0, 4, 2]),
        timing=FollowUps(np.arange(9.0).reshape(3, 3) / 7, np.arange(15.0).reshape(3, 5) / 11),
    )


def _columns(rules):
    plain = (rules.before, rules.after, rules.lifts, rules.followers, rules.is_ordered, rules.lags)
    return [column.tolist() for column in (*plain, rules.timing.quartiles, rules.timing.risk)]


def test_rules_read_back_to_the_same_bits():
    ids = np.array(["bun", "coffee", "tea", "wine"], dtype=object)

    assert _columns(read_rules(rules_text(_rules(), ids), ids)) == _columns(_rules())


def test_rules_follow_their_needs_into_another_vocabulary():
    ids = np.array(["bun", "coffee", "tea", "wine"], dtype=object)
    grown = np.array(["ale", "bun", "coffee", "milk", "tea"], dtype=object)

    rules = read_rules(rules_text(_rules(), ids), grown)

    assert rules.before.tolist() == [1, 4]
    assert rules.after.tolist() == [2, 1]
    assert rules.lifts.tolist() == [1.7, 2.1]


def test_no_rules_read_back_to_none():
    ids = np.array(["bun", "coffee", "tea", "wine"], dtype=object)
    none = read_rules(rules_text(_rules(), ids), ids[:0])

    again = read_rules(rules_text(none, ids), ids)

    assert len(again.before) == len(again.timing.quartiles) == len(again.timing.risk) == 0
