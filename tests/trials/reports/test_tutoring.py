"""Where own stars are too few a teacher's student reads, if it is no worse on the stars there are."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from quality.tables.inputs import REPORTS
from trials.reports.options import TrainingOptions
from trials.reports.own_texts import PARTS, doubtful_texts, own_texts
from trials.reports.polarity import PolarityModels
from trials.reports.retraining import Teaching, retrain
from trials.reports.tutoring import Tutor, _compared, _Pupils, retrain_tutored

AS_OF = dt.date(2017, 12, 4)
OPTIONS = TrainingOptions(least_own=100, least_compared=40, draws=300)
# Words that no lexicon knows: of the shop, and of the packaged reviews.
GOOD, BAD = ("zesty", "frobnic", "quuxly", "blimful"), ("snarky", "glumpish", "wozzle", "dreg")
PACKAGED_GOOD, PACKAGED_BAD = ("yumptious", "delishy"), ("stalish", "mouldsome")
PLACES = ("kitchen", "garden", "office", "garage", "attic", "porch", "cellar", "hallway", "shed")
PACKAGED = {
    "en": Teaching(
        [f"{word} in dish {number}" for word in PACKAGED_GOOD + PACKAGED_BAD for number in "1234"],
        [1] * 8 + [0] * 8,
    )
}


class Meanings:
    """A text's vector: the praise in it less the blame, in whatever category."""

    name = "meanings"

    def __init__(self, of_the_shop=1.0):
        worth = dict.fromkeys(GOOD, of_the_shop) | dict.fromkeys(BAD, -of_the_shop)
        self.worth = worth | dict.fromkeys(PACKAGED_GOOD, 1.0) | dict.fromkeys(PACKAGED_BAD, -1.0)

    def embed(self, texts):
        meant = [sum(self.worth.get(word, 0.0) for word in text.split()) for text in texts]
        return np.array(meant)[:, None]


class NotAsked:
    """A teacher that must not be needed."""

    name = "not asked"

    def embed(self, texts):
        raise AssertionError(texts)


def shop(starred, count=400):
    """Reports in a shop's own words, of which the first so many have clear stars."""
    rng = np.random.default_rng(0)
    rows = []
    for number in range(count):
        is_good = number % 2 == 0
        words = rng.choice(GOOD if is_good else BAD, 2, replace=False)
        place, other = rng.choice(PLACES, 2, replace=False)
        rows.append(
            {
                "report_id": f"r{number:05d}",
                "item_id": "i",
                "user_id": f"u{number}",
                "submitted_at": dt.datetime(2017, 9, 1, tzinfo=dt.UTC),
                "rating": 3.0 if number >= starred else 5.0 if is_good else 1.0,
                "text": f"{words[0]} in the {place} {number} and {words[1]} in the {other} {number * 7}",
            }
        )
    return pa.Table.from_pylist(rows, schema=REPORTS.schema)


def tutored(reports, embedder, current=PolarityModels(), packaged=PACKAGED):  # noqa: B008 - frozen
    own, doubtful = own_texts(reports, AS_OF), doubtful_texts(reports, AS_OF)
    return retrain_tutored(own, packaged, current, OPTIONS, Tutor(embedder, doubtful))


@pytest.fixture(scope="module")
def reports():
    return shop(starred=60)


@pytest.fixture(scope="module")
def taught(reports):
    return tutored(reports, Meanings())


def test_a_student_knows_words_that_neither_lexicon_nor_packaged_reviews_have(taught, reports):
    learned, (chinese, english) = taught
    alone = retrain(own_texts(reports, AS_OF), PACKAGED, PolarityModels(), OPTIONS)

    assert [each.verdict for each in alone[1]] == ["too_few", "too_few"]
    assert (chinese.verdict, english.verdict) == ("too_few", "replaced")
    assert english.macro_f1_after > 0.95 > english.macro_f1_before
    loved, hated = learned["en"].model.report_chances(["zesty and frobnic", "snarky and glumpish"])
    assert loved > 0.5 > hated
    assert "labelled by a teacher (meanings)" in learned["en"].model.description


def test_rated_sentences_teach_a_student_too(taught, reports):
    rated = {"en": PACKAGED["en"]._replace(rated=[("the kitchen", -4.0)] * 40)}

    learned, _ = tutored(reports, Meanings(), packaged=rated)

    before, after = (
        each["en"].model.clause_chances(["the kitchen"])[0] for each in (taught[0], learned)
    )
    assert after < 0.3 < before


def test_own_stars_teach_too_and_what_is_held_back_teaches_nobody(taught, reports):
    learned, (_, english) = taught
    held_back = {
        one.user_id
        for one in (*own_texts(reports, AS_OF), *doubtful_texts(reports, AS_OF))
        if one.is_held_back
    }

    assert min(english.own, english.tutored) > 40
    assert f"trained on {english.own + english.tutored} reviews" in learned["en"].model.description
    assert len(learned["en"].authors) == english.own + english.tutored
    assert not learned["en"].authors & held_back


class OfOnePart:
    """Stands for a student that must only be asked about the fifth it has not seen."""

    language = "en"

    def __init__(self, part, known):
        self.part, self.known = part, known

    def report_chances(self, texts):
        assert {self.known[text].part for text in texts} == {self.part}
        return np.array([self.known[text].label for text in texts], dtype=np.float64)


def test_all_own_stars_compare_each_by_the_student_that_has_not_seen_it(reports):
    own = own_texts(reports, AS_OF)
    students = [OfOnePart(part, {one.text: one for one in own}) for part in range(PARTS)]

    seen = _compared(_Pupils(own, []), students, PolarityModels().en, OPTIONS)

    assert seen.compared == 60
    assert seen.accuracy_after == 1.0


def test_a_teacher_that_takes_praise_for_blame_replaces_nothing(taught, reports):
    current = PolarityModels(en=taught[0]["en"].model)

    learned, (_, english) = tutored(reports, Meanings(of_the_shop=-1.0), current)

    assert learned == {}
    assert english.verdict == "worse"


def test_where_own_stars_are_enough_no_teacher_is_asked():
    reports = shop(starred=380)

    learned, comparisons = tutored(reports, NotAsked())

    alone = retrain(own_texts(reports, AS_OF), PACKAGED, PolarityModels(), OPTIONS)
    assert comparisons == alone[1]
    assert comparisons[1].verdict == "replaced"
    assert learned["en"].authors == alone[0]["en"].authors


@pytest.mark.parametrize(
    ("reports", "packaged"),
    [
        (shop(starred=30), PACKAGED),
        (shop(starred=60, count=80), PACKAGED),
        (shop(starred=150, count=150), PACKAGED),
        (shop(starred=60), {}),
    ],
    ids=["stars to compare", "texts", "texts without stars", "lessons"],
)
def test_without_enough_of(reports, packaged):
    learned, comparisons = tutored(reports, NotAsked(), packaged=packaged)

    assert learned == {}
    assert {each.verdict for each in comparisons} == {"too_few"}
