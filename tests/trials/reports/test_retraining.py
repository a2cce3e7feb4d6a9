"""A model learned anew replaces the one in use only if it is no worse on what neither has seen."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from quality.tables.inputs import REPORTS
from quality.text_keys import text_key
from trials.reports.comparing import _counts, _drawn, _macro_f1
from trials.reports.options import TrainingOptions
from trials.reports.own_texts import compared, own_texts
from trials.reports.polarity import LexiconPolarity, PolarityModels
from trials.reports.retraining import Teaching, retrain

AS_OF = dt.date(2017, 12, 4)
OPTIONS = TrainingOptions(least_own=100, least_compared=20, draws=300)
# Words of this shop that no lexicon knows: a model has to learn them.
GOOD = ("zesty", "frobnic", "quuxly", "blimful")
BAD = ("snarky", "glumpish", "wozzle", "dreg")
PLACES = ("kitchen", "garden", "office", "garage", "attic", "porch", "cellar", "hallway", "shed")


def shop(count, *, wrong=0.0, seed=0):
    """Rows of reports in a shop's own words; a share of them with the wrong stars."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        is_good = number % 2 == 0
        words = rng.choice(GOOD if is_good else BAD, 2, replace=False)
        place, other = rng.choice(PLACES, 2, replace=False)
        text = f"{words[0]} in the {place} {number} and {words[1]} in the {other} {number * 7}"
        told = is_good != (rng.random() < wrong)
        rows.append(
            {
                "report_id": f"r{number:05d}",
                "item_id": "i",
                "user_id": f"u{number}",
                "submitted_at": dt.datetime(2017, 9, 1, tzinfo=dt.UTC),
                "rating": 5.0 if told else 1.0,
                "text": text,
            }
        )
    return rows


def reports(rows):
    return pa.Table.from_pylist(rows, schema=REPORTS.schema)


@pytest.fixture(scope="module")
def own():
    return own_texts(reports(shop(400)), AS_OF)


@pytest.fixture(scope="module")
def taught(own):
    return retrain(own, {}, PolarityModels(), OPTIONS)


def test_a_model_of_the_shops_own_words_replaces_the_lexicon(taught):
    learned, (chinese, english) = taught

    assert list(learned) == ["en"]
    assert (chinese.verdict, english.verdict) == ("too_few", "replaced")
    assert english.macro_f1_after > 0.95 > english.macro_f1_before
    assert english.low > 0
    assert "own reports" in learned["en"].model.description


def test_a_worse_model_does_not_replace_a_good_one(taught, own):
    current = PolarityModels(en=taught[0]["en"].model)
    # The stars of what is learned from are turned round, those of what is compared on are not.
    spoiled = [
        one
        if one.is_held_back
        else type(one)(one.user_id, one.language, one.text, one.key, 1 - one.label)
        for one in own
    ]

    learned, (_, english) = retrain(spoiled, {}, current, OPTIONS)

    assert learned == {}
    assert english.verdict == "worse"
    assert english.macro_f1_after < english.macro_f1_before


def test_what_cannot_be_told_apart_from_worse_does_not_replace():
    current = PolarityModels(en=LexiconPolarity("en"))
    muddled = own_texts(reports(shop(400, wrong=0.5)), AS_OF)

    learned, (_, english) = retrain(muddled, {}, current, OPTIONS)

    assert learned == {}
    assert english.verdict in ("worse", "cannot_tell")


def test_no_training_learns_from_what_models_are_compared_on(taught, own):
    held_back = [one for one in own if one.is_held_back]

    assert len(held_back) == taught[1][1].compared
    assert taught[1][1].own <= len(own) - len(held_back)
    assert taught[0]["en"].authors <= {one.user_id for one in own if not one.is_held_back}


def test_the_same_reports_give_the_same_bytes_in_whatever_order(taught, tmp_path):
    rows = shop(400)
    again = retrain(own_texts(reports(rows[::-1]), AS_OF), {}, PolarityModels(), OPTIONS)

    for name, (learned, _) in {"one": taught, "other": again}.items():
        learned["en"].model.save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
    assert again[1] == taught[1]


def test_packaged_texts_teach_beside_the_shops_own_but_not_those_held_out(own):
    praise = ["splendiferous thing indeed", "what a splendiferous chair for my aunt"]
    blame = ["lugubrious thing indeed", "never saw so lugubrious a lamp anywhere"]
    kept_apart = ["effulgent gadget of the reserve", "another effulgent one, never to be seen"]
    teaching = Teaching(
        [*praise, *blame, *kept_apart, praise[0]],
        [1, 1, 0, 0, 1, 1, 1],
        set(map(text_key, kept_apart)),
    )

    learned, (_, english) = retrain(own, {"en": teaching}, PolarityModels(), OPTIONS)

    assert "splendiferous" in learned["en"].model.vocabulary
    assert "effulgent" not in learned["en"].model.vocabulary
    assert english.packaged == len(praise + blame)


def test_rated_sentences_teach_what_the_shops_words_mean(taught, own):
    rated = [("the kitchen", -4.0)] * 40

    learned, _ = retrain(own, {"en": Teaching(rated=rated)}, PolarityModels(), OPTIONS)

    before, after = (
        each["en"].model.clause_chances(["the kitchen"])[0] for each in (taught[0], learned)
    )
    assert after < 0.3 < before


def test_too_few_or_equal_reports_teach_nothing():
    rows = shop(400)
    alike = [row | {"text": "zesty in the kitchen"} for row in rows]
    for given_rows in (rows[:50], alike, [row | {"rating": 5.0} for row in rows]):
        learned, comparisons = retrain(
            own_texts(reports(given_rows), AS_OF), {}, PolarityModels(), OPTIONS
        )
        assert learned == {}
        assert {each.verdict for each in comparisons} == {"too_few"}


def test_reports_of_the_day_itself_and_of_three_stars_teach_nothing():
    rows = shop(3)
    rows[0]["submitted_at"] = dt.datetime(2017, 12, 4, tzinfo=dt.UTC)
    rows[1]["rating"] = 3.0

    assert [one.user_id for one in own_texts(reports(rows), AS_OF)] == ["u2"]


def test_a_text_with_both_labels_is_compared_on_by_nobody(own):
    held_back = [one for one in own if one.is_held_back]
    first = held_back[0]
    turned = type(first)("x", first.language, first.text, first.key, 1 - first.label)

    assert len(compared([*own, *held_back], 4)) == len(held_back)
    assert len(compared([*own, turned], 4)) == len(held_back) - 1


@given(st.lists(st.tuples(*[st.integers(0, 1)] * 3), min_size=1, max_size=40))
def test_macro_f1_is_scikit_learns_and_equal_models_never_differ(texts):
    labels, before, after = np.array(texts, dtype=np.int64).T

    for said in (before, after):
        expected = f1_score(labels, said, labels=[0, 1], average="macro", zero_division=0)
        assert _macro_f1(_counts(labels, said))[0] == pytest.approx(expected)
    drawn = _drawn(labels, before, after, 200, np.random.default_rng(0))
    assert (np.abs(drawn) <= 1).all()
    if (before == after).all():
        assert not drawn.any()
