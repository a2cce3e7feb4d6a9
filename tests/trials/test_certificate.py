"""The hashes cover what was fixed before the draw, and nothing that the draw decided."""

import json
from hashlib import sha256

import pyarrow as pa
import pytest

from quality.tables.outputs import SELECTION
from trials.certificate import HASHED, input_hash
from trials.recruiting import RecruitOptions, recruit

ROW = {
    "trial_id": "T",
    "user_id": "甲",
    "arm": "holdout",
    "rank": 2,
    "score": 0.5,
    **dict.fromkeys(("completion", "usefulness", "uplift", "fit", "reach", "freebie_index"), 0.25),
    "stratum": "band|*",
    "inclusion_probability": 1 / 3,
    "reason_code": "held_out",
    "reason_zh": "x",
    "reason_en": "x",
}


def hash_of(*rows):
    return input_hash(SELECTION.conform(pa.Table.from_pylist(list(rows), SELECTION.schema)))


def test_the_input_hash_can_be_computed_by_hand():
    text = '[["甲",null,2,0.25,0.25,0.25,0.25,0.25,0.25,0.5,"band|*"]]'

    assert hash_of(ROW) == sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "change", [name for name in HASHED if name not in ("standing", "stratum", "user_id")]
)
def test_every_hashed_number_matters(change):
    assert hash_of(ROW | {change: 1}) != hash_of(ROW)


def test_who_is_sure_matters_and_who_was_drawn_does_not():
    sure = ROW | {"stratum": None, "arm": "core"}

    assert hash_of(sure) != hash_of(sure | {"arm": "not_selected"})
    assert hash_of(ROW) == hash_of(ROW | {"arm": "band"})


def test_the_options_are_hashed_without_the_secret(random_tables, as_of):
    tables = random_tables(2)
    one, other, wider = (
        recruit(tables, as_of=as_of, options=options)["draw_certificate"].to_pylist()[0]
        for options in (
            RecruitOptions(draw_secret="one"),
            RecruitOptions(draw_secret="other"),
            RecruitOptions(draw_secret="one", band_ratio=4),
        )
    )

    assert one["config_hash"] == other["config_hash"] != wider["config_hash"]
    assert one["config_hash"] == sha256(one["options"].encode()).hexdigest()
    assert "draw_secret" not in json.loads(one["options"])
    assert one["input_hash"] == other["input_hash"] != wider["input_hash"]


def test_what_the_band_can_show_is_stated_before_the_draw(random_tables, as_of):
    tables = random_tables(2)
    one, other = (
        recruit(tables, as_of=as_of, options=RecruitOptions(draw_secret=secret))
        for secret in ("one", "other")
    )

    effects = one["draw_certificate"]["smallest_detectable_effect"]
    assert effects.equals(other["draw_certificate"]["smallest_detectable_effect"])
    assert all(0 < effect < 1 for effect in effects.to_pylist())
