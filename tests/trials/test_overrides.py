"""Decisions of people: few, on record, outside every comparison; and who follows a returned unit."""

import json
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest

from quality.errors import ContractError
from quality.tables.outputs import SELECTION
from trials.overrides import Override, OverrideOptions, name_replacements
from trials.recruiting import RecruitOptions, recruit
from trials.verification import verify_draw

QUOTAS = [{"attribute": "age_band", "value": "25-34", "min": 2, "max": 4}]
SECRET = RecruitOptions(draw_secret="s")


def decision(user, action, *, trial="T1", until=date(2030, 1, 1)):
    return Override(
        trial=trial, user=user, action=action, person="the desk", reason="agreed", until=until
    )


def drawn(tables, as_of, *overrides):
    options = replace(SECRET, overrides=overrides)
    found = recruit(tables, as_of=as_of, options=options)
    mine = [row for row in found["selection"].to_pylist() if row["trial_id"] == "T1"]
    return found, {row["user_id"]: row for row in mine}


@pytest.fixture(scope="module")
def plain(random_tables, as_of):
    tables = random_tables(21, quotas=QUOTAS)
    return tables, drawn(tables, as_of)[1]


def test_a_unit_given_and_one_denied_are_told_and_stand_outside_the_lotteries(plain, as_of):
    tables, before = plain
    last = max((row for row in before.values() if row["rank"]), key=lambda row: row["rank"])
    best = min((row for row in before.values() if row["rank"]), key=lambda row: row["rank"])

    found, after = drawn(
        tables, as_of, decision(last["user_id"], "give"), decision(best["user_id"], "deny")
    )

    given, denied = after[last["user_id"]], after[best["user_id"]]
    assert (given["arm"], given["reason_code"], given["stratum"]) == (
        "core",
        "override_given",
        None,
    )
    assert given["inclusion_probability"] == 1
    assert (denied["arm"], denied["reason_code"]) == ("ineligible", "override_denied")
    certificate = found["draw_certificate"].to_pylist()[0]
    assert certificate["units"] == 12
    assert sum(row["inclusion_probability"] for row in after.values()) == pytest.approx(12)
    for quota in json.loads(certificate["quotas"]):
        assert quota["min"] <= quota["got"] <= quota["max"]
    assert verify_draw(certificate, found["selection"]) == ()
    assert last["user_id"] not in certificate["options"]
    audit = {
        (row["trial_id"], row["measure"]): row["result"]
        for row in found["selection_audit"].to_pylist()
    }
    assert audit["T1", "overrides"] == 2
    assert audit["T2", "overrides"] == 0


def test_a_unit_may_be_given_to_somebody_whom_the_rules_refuse(plain, as_of):
    tables, before = plain
    refused = next(row for row in before.values() if row["reason_code"] == "no_consent")

    _, after = drawn(tables, as_of, decision(refused["user_id"], "give"))

    assert after[refused["user_id"]]["arm"] == "core"


def test_an_override_that_has_run_out_decides_nothing(plain, as_of):
    tables, before = plain
    best = min((row for row in before.values() if row["rank"]), key=lambda row: row["rank"])
    spent = decision(best["user_id"], "deny", until=date(2026, 3, 1))

    assert drawn(tables, as_of, spent)[1] == before


def test_who_did_not_apply_cannot_be_given_a_unit(plain, as_of):
    with pytest.raises(ContractError, match="nobody did not apply for trial T1"):
        drawn(plain[0], as_of, decision("nobody", "give"))


def test_more_units_given_than_there_are_is_no_fault_of_the_quotas(random_tables, as_of, trial):
    tables = random_tables(22, trials=[trial("T1", units=1)])
    users = tables["applications"]["user_id"].to_pylist()[:2]

    with pytest.raises(ContractError, match="must not give more units than a trial has"):
        drawn(tables, as_of, *(decision(user, "give") for user in users))


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ([decision(user, "deny") for user in "abc"], "at most 2 overrides, found 3"),
        ([decision("a", "deny"), decision("a", "give")], "one override of a, found several"),
    ],
)
def test_more_overrides_than_a_trial_may_have_are_refused(overrides, message):
    with pytest.raises(ValueError, match=message):
        OverrideOptions(overrides=tuple(overrides))


def test_an_override_that_nobody_answers_for_is_refused():
    with pytest.raises(ValueError, match="must have a reason"):
        replace(decision("a", "give"), reason=" ")


def test_units_that_come_back_go_down_the_waitlist_and_never_to_the_holdout(random_tables, as_of):
    tables = random_tables(23)
    found, rows = drawn(tables, as_of)
    winners = sorted(user for user, row in rows.items() if row["arm"] == "band")
    queue = {
        row["waitlist_position"]: user for user, row in rows.items() if row["arm"] == "waitlist"
    }
    left = [*winners[:2], queue[2]]
    options = OverrideOptions(overrides=tuple(decision(user, "declined") for user in left))

    named = name_replacements(found["selection"], options, as_of).to_pylist()

    assert {row["user_id"]: row["replacement_user_id"] for row in named} == {
        winners[0]: queue[1],
        winners[1]: queue[3],
    }


def test_when_nobody_waits_any_more_nobody_is_named(as_of):
    row = {
        "trial_id": "T1",
        "user_id": "a",
        "arm": "core",
        "inclusion_probability": 1.0,
        "reason_code": "best_score",
        "reason_zh": "x",
        "reason_en": "x",
    }
    selection = pa.Table.from_pylist([row], SELECTION.schema)
    options = OverrideOptions(overrides=(decision("a", "declined"),))

    (named,) = name_replacements(selection, options, as_of).to_pylist()

    assert named["replacement_user_id"] is None
