"""The laws of a recruiting day, on shops drawn at random."""

import json
from collections import Counter
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality.errors import ContractError
from quality.tables.outputs import DRAW_CERTIFICATE, SELECTION
from trials.draw import by_way_drawn, draw, lot_order, open_seed
from trials.errors import InfeasibleError
from trials.plan import NOT_DRAWN, Stratum
from trials.recruiting import RecruitOptions, recruit
from trials.verification import verify_draw

QUOTAS = [
    {"attribute": "age_band", "value": "25-34", "min": 2, "max": 4},
    {"attribute": "region", "value": "N", "min": 2},
    {"attribute": "is_newcomer", "value": True, "min": 3, "max": 6},
]
OPTIONS = RecruitOptions(draw_secret="a secret of the shop")
WINNERS = ("core", "band", "open")


def by_user(selection):
    return {(row["trial_id"], row["user_id"]): row for row in selection.to_pylist()}


@given(st.integers(0, 10**6), st.booleans())
@settings(max_examples=10, deadline=None)
def test_every_draw_keeps_its_promises(random_tables, as_of, seed, has_quotas):
    tables = random_tables(seed, quotas=QUOTAS if has_quotas else None)
    found = recruit(tables, as_of=as_of, options=OPTIONS)
    selection, certificates = found["selection"], found["draw_certificate"].to_pylist()
    rows = selection.to_pylist()
    people = {row["user_id"]: row for row in tables["users"].to_pylist()}
    units = {row["trial_id"]: row["units"] for row in tables["trials"].to_pylist()}

    assert selection.schema.equals(SELECTION.schema)
    winners = [row for row in rows if row["arm"] in WINNERS]
    assert max(Counter(row["user_id"] for row in winners).values()) == 1
    homes = Counter(
        (row["trial_id"], people[row["user_id"]]["household_id"])
        for row in winners
        if people[row["user_id"]]["household_id"]
    )
    assert max(homes.values(), default=1) == 1
    for certificate in certificates:
        mine = [row for row in rows if row["trial_id"] == certificate["trial_id"]]
        given_out = sum(row["arm"] in WINNERS for row in mine)
        chances = sum(row["inclusion_probability"] for row in mine)
        assert given_out == certificate["units"] == units[certificate["trial_id"]]
        assert chances == pytest.approx(given_out, abs=1e-9)
        for quota in json.loads(certificate["quotas"]):
            assert quota["min"] <= quota["got"] <= quota["max"]
        assert certificate["objective"] <= certificate["bound"]
        assert verify_draw(certificate, selection) == ()
    for row in rows:
        has_no_chance = ("household", "other_trial", "no_seat", "quota_full")
        if row["arm"] != "ineligible" and row["reason_code"] not in has_no_chance:
            assert row["inclusion_probability"] > 0
        assert row["reason_code"] != "no_seat" or units[row["trial_id"]] < 4
        assert (row["arm"] != "core") or row["inclusion_probability"] == 1
        assert (row["arm"] != "ineligible") or row["inclusion_probability"] == 0
        assert (row["score"] is None) == (row["rank"] is None) == (row["arm"] == "ineligible")


def test_the_same_input_options_and_secret_give_the_same_bytes(random_tables, as_of):
    first, second = (
        recruit(random_tables(5, quotas=QUOTAS), as_of=as_of, options=OPTIONS) for _ in range(2)
    )

    assert all(first[name].equals(second[name]) for name in first)


def test_the_order_of_the_rows_does_not_matter(random_tables, as_of):
    tables = random_tables(6, quotas=QUOTAS)
    rng = np.random.default_rng(0)
    shuffled = {name: table.take(rng.permutation(len(table))) for name, table in tables.items()}

    first, second = (recruit(one, as_of=as_of, options=OPTIONS) for one in (tables, shuffled))

    assert all(first[name].equals(second[name]) for name in first)


def test_another_secret_changes_the_draw_and_no_chance(random_tables, as_of):
    tables = random_tables(7)
    first, second = (
        by_user(
            recruit(tables, as_of=as_of, options=RecruitOptions(draw_secret=secret))["selection"]
        )
        for secret in ("one", "two")
    )

    fixed = ("score", "rank", "stratum", "inclusion_probability")
    assert all(first[key][name] == second[key][name] for key in first for name in fixed)
    assert any(first[key]["arm"] != second[key]["arm"] for key in first)


def test_permuted_ratings_change_nothing(random_tables, as_of):
    """Nobody is chosen for having been kind: past ratings, in any order, give the same draw."""
    tables = random_tables(8, quotas=QUOTAS)
    reports = tables["reports"]
    expected = recruit(tables, as_of=as_of, options=OPTIONS)
    rng = np.random.default_rng(1)
    ratings = reports["rating"].to_numpy()
    assert len(set(ratings)) > 1
    for changed in (rng.permutation(ratings), 6 - ratings, np.full(len(ratings), 5.0)):
        column = reports.column_names.index("rating")
        rated = reports.set_column(column, reports.schema.field("rating"), pa.array(changed))

        found = recruit(tables | {"reports": rated}, as_of=as_of, options=OPTIONS)

        assert all(found[name].equals(expected[name]) for name in expected)


def test_the_usefulness_of_past_reports_does_change_the_scores(random_tables, as_of):
    # Else the test above would pass by reading no reports at all.
    tables = random_tables(8)
    reports = tables["reports"]
    column = reports.column_names.index("photo_count")
    field = reports.schema.field("photo_count")
    pictured = reports.set_column(column, field, pa.array([3] * len(reports)))

    plain, rich = (
        recruit(one, as_of=as_of, options=OPTIONS)["selection"]
        for one in (tables, tables | {"reports": pictured})
    )

    assert not plain["usefulness"].equals(rich["usefulness"])


def test_stated_chances_are_those_of_many_seeds(random_tables, as_of):
    tables = random_tables(9, n_users=80, quotas=QUOTAS[:1])
    found = recruit(tables, as_of=as_of, options=OPTIONS)
    for certificate in found["draw_certificate"].to_pylist():
        mine = pc.equal(found["selection"]["trial_id"], certificate["trial_id"])
        rows = found["selection"].filter(mine)
        strata = [Stratum(**one) for one in json.loads(certificate["strata"])]
        names = [one.name for one in strata]
        stratum = np.array(
            [names.index(n) if n else NOT_DRAWN for n in rows["stratum"].to_pylist()]
        )
        chance = rows["inclusion_probability"].to_numpy()
        users, is_core = rows["user_id"].to_pylist(), chance == 1
        draws, wins = 2000, np.zeros(len(rows))
        for seed in range(draws):
            order = lot_order(certificate["trial_id"], str(seed), users)
            by_way = by_way_drawn(certificate["trial_id"], str(seed), strata)
            wins += np.isin(draw(is_core, stratum, by_way, order).arm, WINNERS)

        spread = np.sqrt(chance * (1 - chance) / draws)
        assert (np.abs(wins / draws - chance) <= 4.5 * spread).all()


def test_a_day_later_the_draw_is_the_same(random_tables, as_of, table, noon):
    tables = random_tables(10, quotas=QUOTAS)
    news = {
        "event_id": "new",
        "user_id": "u0001",
        "item_id": "I1",
        "event_type": "purchase",
        "occurred_at": noon(as_of),
    }
    later = tables | {"events": table("events", [*tables["events"].to_pylist(), news])}

    first = recruit(tables, as_of=as_of, options=OPTIONS)
    second = recruit(later, as_of=as_of + timedelta(days=1), options=OPTIONS)

    assert first["selection"].equals(second["selection"])
    assert first["draw_certificate"].equals(second["draw_certificate"])


def test_an_earlier_draw_is_not_repeated_and_its_winners_rest(random_tables, as_of, trial):
    tables = random_tables(11, trials=[trial("T1")])
    first = recruit(tables, as_of=as_of, options=OPTIONS)["selection"]
    both = random_tables(11, trials=[trial("T1"), trial("T2")])

    tomorrow = as_of + timedelta(days=1)
    second = recruit(both, as_of=tomorrow, options=OPTIONS, earlier_selection=first)["selection"]

    won = {row["user_id"] for row in first.to_pylist() if row["arm"] in WINNERS}
    again = by_user(second)
    assert {key[0] for key in again} == {"T2"}
    resting = {user for (_, user), row in again.items() if row["reason_code"] == "cool_down"}
    assert resting == won & {user for _, user in again}
    assert resting


@pytest.mark.parametrize(
    ("changes", "is_drawn"),
    [
        ({}, True),
        ({"closes_on": 0}, False),
        ({"reports_due_on": 0}, True),
        ({"reports_due_on": -1}, False),
    ],
)
def test_a_trial_is_drawn_when_it_has_closed_and_reports_are_not_yet_due(
    random_tables, as_of, trial, changes, is_drawn
):
    dates = {name: as_of + timedelta(days=days) for name, days in changes.items()}

    found = recruit(random_tables(1, trials=[trial("T1", **dates)]), as_of=as_of, options=OPTIONS)

    assert (len(found["draw_certificate"]) == 1) == is_drawn
    assert (len(found["selection"]) > 0) == is_drawn
    assert "T1" in found["trial_funnel"]["trial_id"].to_pylist()


def test_a_trial_with_an_award_has_been_drawn(random_tables, as_of):
    tables = random_tables(12)
    awards = tables["awards"].to_pylist()
    awarded = pa.Table.from_pylist(
        [*awards, {**awards[0], "trial_id": "T1"}], tables["awards"].schema
    )

    found = recruit(tables | {"awards": awarded}, as_of=as_of, options=OPTIONS)

    assert found["draw_certificate"]["trial_id"].to_pylist() == ["T2"]


def test_more_units_than_applicants_leaves_nobody_eligible_out(random_tables, as_of, trial):
    tables = random_tables(13, trials=[trial("T1", units=10**9)], households=False)

    found = recruit(tables, as_of=as_of, options=OPTIONS)

    rows = found["selection"].to_pylist()
    assert {row["arm"] for row in rows} == {"core", "ineligible"}
    (certificate,) = found["draw_certificate"].to_pylist()
    assert certificate["units"] == sum(row["arm"] == "core" for row in rows)
    assert certificate["smallest_detectable_effect"] is None


def test_a_trial_that_nobody_asked_for_is_not_drawn_but_its_funnel_is_told(
    random_tables, as_of, trial
):
    tables = random_tables(14, trials=[trial("T1"), trial("T2")])
    asked = tables["applications"].filter(pc.equal(tables["applications"]["trial_id"], "T1"))

    found = recruit(tables | {"applications": asked}, as_of=as_of, options=OPTIONS)

    assert found["draw_certificate"]["trial_id"].to_pylist() == ["T1"]
    assert "T2" in found["trial_funnel"]["trial_id"].to_pylist()


def test_a_trial_without_anybody_eligible_gives_nothing_and_is_drawn_once(
    random_tables, as_of, trial
):
    tables = random_tables(14, trials=[trial("T1", min_age=120)])

    found = recruit(tables, as_of=as_of, options=OPTIONS)
    again = recruit(
        tables,
        as_of=as_of + timedelta(days=1),
        options=OPTIONS,
        earlier_selection=found["selection"],
    )

    (certificate,) = found["draw_certificate"].to_pylist()
    assert (certificate["units"], json.loads(certificate["strata"])) == (0, [])
    assert set(found["selection"]["arm"].to_pylist()) == {"ineligible"}
    assert verify_draw(certificate, found["selection"]) == ()
    assert len(again["draw_certificate"]) == len(again["selection"]) == 0


def test_without_trials_there_is_nothing_to_do(as_of):
    found = recruit({}, as_of=as_of, options=OPTIONS)

    assert {name: len(table) for name, table in found.items()} == {
        "selection": 0,
        "draw_certificate": 0,
        "trial_funnel": 0,
        "trial_funnel_parts": 0,
        "applicant_profile": 0,
        "trial_outlook": 0,
        "award_states": 0,
        "report_reminders": 0,
        "applicant_letters": 0,
        "replacements": 0,
        "selection_audit": 0,
    }
    assert found["draw_certificate"].schema.equals(DRAW_CERTIFICATE.schema)


def test_one_smallest_cell_holds_for_all_that_is_told_of_a_trials_public(
    random_tables, as_of, trial
):
    still_open = trial("T9", closes_on=as_of + timedelta(days=3))
    tables = random_tables(16, n_users=40, trials=[trial(), still_open])

    told, hidden = (
        recruit(tables, as_of=as_of, options=OPTIONS, smallest_cell=fewest) for fewest in (1, 1000)
    )

    for name in ("applicant_profile", "trial_funnel_parts"):
        assert len(told[name]) > len(hidden[name]) == 0
    assert hidden["trial_outlook"]["applicants"].to_pylist() == [None]
    assert told["trial_outlook"]["applicants"].to_pylist()[0] > 0


def test_a_published_commitment_is_kept_or_named(random_tables, as_of, trial):
    kept = open_seed("T1", OPTIONS.draw_secret, None).commitment
    committed = random_tables(15, trials=[trial("T1", seed_commitment=kept)])
    found = recruit(committed, as_of=as_of, options=OPTIONS)

    assert found["draw_certificate"]["is_precommitted"].to_pylist() == [True]
    with pytest.raises(ContractError, match="trial T1"):
        recruit(committed, as_of=as_of, options=RecruitOptions(draw_secret="another"))


def test_quotas_that_cannot_be_met_stop_the_draw_and_are_named(random_tables, as_of):
    tables = random_tables(16, quotas=[{"attribute": "region", "value": "E", "min": 3, "max": 9}])

    with pytest.raises(InfeasibleError) as caught:
        recruit(tables, as_of=as_of, options=OPTIONS)

    assert [(s.trial_id, s.quota, s.missing) for s in caught.value.shortfalls] == [
        ("T1", "region=E", 3),
        ("T2", "region=E", 3),
    ]


def test_the_secret_is_published_nowhere(random_tables, as_of, caplog):
    caplog.set_level("DEBUG")
    found = recruit(random_tables(17), as_of=as_of, options=OPTIONS)

    text = str([table.to_pylist() for table in found.values()]) + caplog.text + repr(OPTIONS)
    assert OPTIONS.draw_secret not in text


def test_an_empty_secret_is_warned_about(random_tables, as_of, caplog):
    recruit(random_tables(17), as_of=as_of, options=RecruitOptions())

    assert "draw_secret is empty" in caplog.text


def test_fewer_applicants_than_a_minimum_asks_for_name_the_smallest_change(
    random_tables, as_of, trial
):
    quotas = json.dumps([{"attribute": "is_newcomer", "value": True, "min": 500, "max": 600}])
    tables = random_tables(14, trials=[trial("T1", units=600, quotas=quotas)])

    with pytest.raises(InfeasibleError, match="lower its minimum from 500 to") as caught:
        recruit(tables, as_of=as_of, options=OPTIONS)

    (shortfall,) = caught.value.shortfalls
    lowered = json.dumps(
        [{"attribute": "is_newcomer", "value": True, "min": shortfall.reachable, "max": 600}]
    )
    tables = random_tables(14, trials=[trial("T1", units=600, quotas=lowered)])
    assert len(recruit(tables, as_of=as_of, options=OPTIONS)["draw_certificate"]) == 1


@pytest.mark.parametrize(
    "quotas",
    [
        '[{"attribute": "region", "value": "N", "min": 5, "max": 2}]',
        '[{"attribute": "shoe_size", "value": "43"}]',
        "[{",
    ],
)
def test_quotas_that_contradict_themselves_are_a_broken_contract(
    random_tables, as_of, trial, quotas
):
    tables = random_tables(14, trials=[trial("T1", quotas=quotas)])

    with pytest.raises(ContractError, match="quotas of trial T1 must"):
        recruit(tables, as_of=as_of, options=OPTIONS)


@pytest.mark.parametrize("changes", [{"units": 0}, {"opens_on": 1}])
def test_a_trial_of_no_units_or_that_closes_before_it_opens_gives_nothing(
    random_tables, as_of, trial, changes
):
    # The contract of ``trials`` refuses both; should one come through, nothing is given.
    opens = {name: as_of + timedelta(days=days) for name, days in changes.items() if days}
    tables = random_tables(14, trials=[trial("T1", **(opens or changes))])

    found = recruit(tables, as_of=as_of, options=OPTIONS)

    (certificate,) = found["draw_certificate"].to_pylist()
    assert certificate["units"] == 0
    assert found["selection"]["inclusion_probability"].to_pylist() == [0.0] * len(
        found["selection"]
    )
    assert verify_draw(certificate, found["selection"]) == ()


def test_an_applicant_twice_is_one_and_an_award_without_application_counts_as_an_award(
    random_tables, as_of, trial, table, noon
):
    tables = random_tables(14, trials=[trial("T1")])
    asked = tables["applications"].to_pylist()
    again = [row | {"application_id": f"{row['application_id']}-2"} for row in asked[:5]]
    stray = {
        "trial_id": "T0",
        "user_id": asked[9]["user_id"],
        "awarded_at": noon(as_of - timedelta(days=9)),
    }
    awards = [row for row in tables["awards"].to_pylist() if row["user_id"] != stray["user_id"]]
    twice = tables | {"applications": table("applications", [*asked, *again])}

    once, both = (recruit(one, as_of=as_of, options=OPTIONS) for one in (tables, twice))
    with_stray = recruit(
        tables | {"awards": table("awards", [*awards, stray])}, as_of=as_of, options=OPTIONS
    )

    assert both["selection"].equals(once["selection"])
    rows = by_user(with_stray["selection"])
    # The reports of T0 were due in October.
    assert rows["T1", stray["user_id"]]["reason_code"] == "report_overdue"


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([None, 9.5], "found none for I1"),
        ([4.0, 9.5], "found CNY, EUR"),
    ],
)
def test_a_budget_needs_the_price_of_every_item_on_trial(
    random_tables, as_of, table, items, message
):
    tables = random_tables(14)
    priced = [
        row | {"list_price": price, "currency": currency}
        for row, price, currency in zip(
            tables["items"].to_pylist(), items, ("CNY", "EUR"), strict=True
        )
    ]
    options = RecruitOptions(draw_secret="s", budget=100)

    with pytest.raises(ContractError, match=message):
        recruit(tables | {"items": table("items", priced)}, as_of=as_of, options=options)


def test_a_budget_is_kept_over_all_trials_of_the_day(random_tables, as_of, table):
    tables = random_tables(14)
    prices = {"I1": 4.1, "I2": 9.9}
    priced = [
        row | {"list_price": prices[row["item_id"]], "currency": "CNY"}
        for row in tables["items"].to_pylist()
    ]
    options = RecruitOptions(draw_secret="s", budget=100)

    found = recruit(tables | {"items": table("items", priced)}, as_of=as_of, options=options)

    units = {row["trial_id"]: row["units"] for row in found["draw_certificate"].to_pylist()}
    # Twelve units at 4.10 come first; what is left, 50.80, buys five at 9.90.
    assert units == {"T1": 12, "T2": 5}
    limits = json.loads(found["draw_certificate"]["options"][0].as_py())
    assert limits["budget"] == 100
