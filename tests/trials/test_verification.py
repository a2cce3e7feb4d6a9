"""Whoever changes a published draw is found out."""

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality.tables.outputs import DRAW_CERTIFICATE, SELECTION
from trials.recruiting import RecruitOptions, recruit
from trials.score import PARTS
from trials.verification import verify_draw


@pytest.fixture(scope="module")
def drawn(random_tables, as_of):
    found = recruit(random_tables(3), as_of=as_of, options=RecruitOptions(draw_secret="s"))
    return found["draw_certificate"].to_pylist()[0], found["selection"]


def changed(selection, change):
    """Change the first row of trial T1 for which ``change`` returns something."""
    rows = selection.to_pylist()
    for row in rows:
        new = change(row) if row["trial_id"] == "T1" else None
        if new:
            row.update(new)
            return SELECTION.conform(pa.Table.from_pylist(rows, SELECTION.schema))
    raise AssertionError("no row to change")


def codes(findings):
    return {finding.code for finding in findings}


def test_an_honest_draw_has_no_findings_with_json_read_or_unread(drawn):
    certificate, selection = drawn
    read = {
        name: json.loads(value) if DRAW_CERTIFICATE.column(name).kind == "json" else value
        for name, value in certificate.items()
    }

    assert verify_draw(certificate, selection) == ()
    assert verify_draw(read, selection) == ()


def test_a_favoured_loser_is_found(drawn):
    certificate, selection = drawn
    favoured = changed(selection, lambda row: {"arm": "band"} if row["arm"] == "holdout" else None)

    findings = verify_draw(certificate, favoured)

    assert codes(findings) == {"arm", "counts", "units"}
    assert "is band, replayed holdout" in findings[0].sentence_en
    assert findings[0].sentence_zh.startswith("抽签结果与凭证不符")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda row: {"score": row["score"] + 1e-6} if row["arm"] == "band" else None, {"input"}),
        (lambda row: {"fit": 0.123} if row["arm"] == "core" else None, {"input"}),
        (
            lambda row: {"inclusion_probability": 0.5} if row["arm"] == "band" else None,
            {"chance"},
        ),
        (
            lambda row: {"waitlist_position": 99} if row["arm"] == "waitlist" else None,
            {"waitlist"},
        ),
        (
            lambda row: (
                {"arm": "core", "inclusion_probability": 1.0}
                if row["arm"] == "ineligible"
                else None
            ),
            {"input", "counts", "units"},
        ),
    ],
)
def test_one_changed_cell_is_found(drawn, change, expected):
    certificate, selection = drawn

    assert codes(verify_draw(certificate, changed(selection, change))) == expected


REPLAYED = ("user_id", "arm", "rank", *PARTS, "score", "stratum", "inclusion_probability")
SEALED = ("seed", "seed_commitment", "algorithm", "config_hash", "input_hash", "units", "counts")


def another(value):
    """Return a value of the same kind that differs as little as it can."""
    if value is None or isinstance(value, str):
        return f"{value or ''}!"
    return value + 1 if isinstance(value, int) else float(np.nextafter(value, 2))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_one_value_that_was_drawn_from_or_drawn_cannot_change_unnoticed(drawn, data):
    certificate, selection = drawn
    mine = np.flatnonzero(np.array(selection["trial_id"].to_pylist()) == "T1")
    row = int(data.draw(st.sampled_from(mine.tolist())))
    name = data.draw(st.sampled_from(REPLAYED))
    values = selection[name].to_pylist()
    if values[row] is None and name not in ("arm", "stratum"):
        values[row] = 1 if name == "rank" else 0.5
    else:
        values[row] = another(values[row])
    place = selection.column_names.index(name)
    changed = selection.set_column(
        place, selection.schema.field(name), pa.array(values, selection.schema.field(name).type)
    )

    assert verify_draw(certificate, changed) != ()


@pytest.mark.parametrize("name", SEALED)
def test_no_sealed_field_of_a_certificate_can_change_unnoticed(drawn, name):
    certificate, selection = drawn
    value = certificate[name]
    other = value.replace("1", "2") if name == "counts" else another(value)

    assert verify_draw(certificate | {name: other}, selection) != ()


def test_other_options_than_were_hashed_are_found(drawn):
    certificate, selection = drawn
    options = json.loads(certificate["options"]) | {"core_share": 0.31}

    found = codes(verify_draw(certificate | {"options": json.dumps(options)}, selection))

    assert found == {"options"}


def test_a_dropped_applicant_is_found(drawn):
    certificate, selection = drawn
    row = next(n for n, arm in enumerate(selection["arm"].to_pylist()) if arm == "holdout")
    fewer = pa.concat_tables([selection.slice(0, row), selection.slice(row + 1)])

    assert {"input", "stratum", "counts"} <= codes(verify_draw(certificate, fewer))


def test_another_seed_than_the_committed_one_is_found(drawn):
    certificate, selection = drawn

    assert "commitment" in codes(verify_draw(certificate | {"seed": "0" * 64}, selection))


def test_another_way_of_sharing_the_seats_than_the_drawn_one_is_found(drawn):
    certificate, selection = drawn
    strata = json.loads(certificate["strata"])
    strata[0]["seats"] += 1

    found = codes(verify_draw(certificate | {"strata": json.dumps(strata)}, selection))

    assert "seats" in found


def test_a_certificate_of_the_first_version_is_replayed_still(drawn):
    certificate, selection = drawn
    strata = json.loads(certificate["strata"])
    assert all(len(one["splits"]) == 1 for one in strata)
    old = certificate | {
        "algorithm": "shike-draw/1 (SHA-256 of trial|seed|user, ascending, by stratum)",
        "strata": json.dumps([{k: v for k, v in one.items() if k != "splits"} for one in strata]),
    }

    assert verify_draw(old, selection) == ()


def test_an_unknown_algorithm_is_not_replayed(drawn):
    certificate, selection = drawn

    assert codes(verify_draw(certificate | {"algorithm": "coin"}, selection)) == {"algorithm"}
