"""What one day learned, on the days after it."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from recommender.carrying import (
    CHANCES,
    FACTORS,
    LEARNERS,
    STATES,
    Carried,
    Circumstances,
    last_learned,
)
from recommender.catalogue import read_catalogue
from recommender.choice import read_products
from recommender.interactions import day_number
from recommender.model import fit_need_model
from recommender.needs import read_needs
from recommender.people import read_people
from recommender.stage import RecommendOptions, recommend

OPTIONS = RecommendOptions(list_length=8)
CODE = "digest"
PUBLISHED = ("recommendations", "do_not_recommend", "replenishment_calendar", "need_states")


def _dated(made, day):
    """Return the states of a day as the store hands them to later ones."""
    return {
        name: made[name].append_column("as_of", pa.array([day] * len(made[name]), pa.date32()))
        for name in STATES
    }


def _run(tables, day, states=None, options=OPTIONS, code=CODE):
    return recommend(tables, as_of=day, options=options, carried=Carried(states or {}, code))


def _published(made):
    return {name: made[name].to_pydict() for name in PUBLISHED}


@pytest.fixture(scope="module")
def learned_on(day):
    return day - timedelta(days=3)


@pytest.fixture(scope="module")
def states(cyclic_tables, learned_on):
    return _dated(_run(cyclic_tables, learned_on), learned_on)


@pytest.fixture(scope="module")
def later(cyclic_tables, day, states):
    return _run(cyclic_tables, day, states)


@pytest.fixture(scope="module")
def fresh(cyclic_tables, day):
    return _run(cyclic_tables, day)


def test_a_later_day_uses_what_was_learned_and_learns_nothing(later, fresh):
    assert not set(STATES) & later.keys()
    assert set(STATES) <= fresh.keys()
    assert _published(later) != _published(fresh)


def test_what_was_learned_three_days_ago_gives_nearly_the_chances_of_today(later, fresh):
    chances = [np.array(made["need_states"]["p_need"]) for made in (later, fresh)]

    assert np.corrcoef(*chances)[0, 1] > 0.97
    assert np.abs(chances[0] - chances[1]).mean() < 0.05


def test_a_later_day_sees_needs_through_the_factors_and_rules_that_were_learned(cyclic, day):
    learned = cyclic.personal.learned
    other = replace(learned, ties=replace(learned.ties, factors=learned.ties.factors[::-1]))

    for told in (learned, other):
        fitted = fit_need_model(cyclic.needs, day_number(day) + 3, cyclic.catalogue, learned=told)
        snapshot = fitted.today.snapshot
        assert snapshot.crowd.need_factors.tobytes() == told.ties.factors.tobytes()
        assert snapshot.rules is told.ties.rules
        assert fitted.today.lessons is told.lessons
        assert fitted.learned is told
        assert fitted.past is None


def test_what_was_not_learned_of_products_cannot_be_learned_on_a_later_day(cyclic, day):
    later = day_number(day) + 3
    learned = cyclic.personal.learned
    personal = read_needs(cyclic.needs, later, cyclic.catalogue, learned=learned)

    with pytest.raises(ValueError, match=f"found needs learned on day {later - 3}: hand over"):
        read_products(cyclic.items, personal, cyclic.catalogue)


def test_the_same_inputs_and_the_same_past_give_the_same_bytes(cyclic_tables, day, states, later):
    assert _published(_run(cyclic_tables, day, states)) == _published(later)


def test_purchases_since_then_count_at_once(cyclic_tables, day, states, later, learned_on):
    """A day is not a copy of the day that learned: what was bought in between has elapsed less."""
    bought = pc.greater_equal(cyclic_tables["events"]["occurred_at"], pa.scalar(learned_on))
    without = cyclic_tables | {"events": cyclic_tables["events"].filter(pc.invert(bought))}

    assert _published(_run(without, day, states)) != _published(later)


def test_events_from_the_day_on_change_no_byte(cyclic_tables, learned_on, states):
    """Seen from the day that learned, all later purchases are of the future."""
    tomorrow = learned_on + timedelta(days=1)
    events = cyclic_tables["events"]
    known = events.filter(pc.less(events["occurred_at"], pa.scalar(tomorrow)))

    assert len(known) < len(events)
    assert _published(_run(cyclic_tables, tomorrow, states)) == _published(
        _run(cyclic_tables | {"events": known}, tomorrow, states)
    )


def _holds(tables, day, states, options=OPTIONS, code=CODE):
    now = Circumstances.of(code, options, read_people(tables, assumes_consent=True))
    catalogue = read_catalogue(tables["items"], day)
    held = last_learned(Carried(states, code), day_number(day), catalogue, now, 7)
    return held is not None


def _aged(states, day):
    return {
        name: table.set_column(
            table.column_names.index("as_of"), "as_of", pa.array([day] * len(table), pa.date32())
        )
        for name, table in states.items()
    }


def test_what_was_learned_holds_for_a_week_and_never_on_its_day_or_before(
    cyclic_tables, day, states
):
    ages = (-2, 0, 1, 6, 7, 30)

    held = [_holds(cyclic_tables, day, _aged(states, day - timedelta(days=age))) for age in ages]

    assert held == [False, False, True, True, False, False]


def test_the_last_of_two_days_that_learned_counts(cyclic_tables, day, states):
    older, now = _aged(states, day - timedelta(days=9)), _aged(states, day)

    assert _holds(cyclic_tables, day, {n: pa.concat_tables([older[n], states[n]]) for n in STATES})
    assert not _holds(
        cyclic_tables, day, {n: pa.concat_tables([states[n], now[n]]) for n in STATES}
    )


def test_what_does_not_hold_is_learned_anew_as_if_there_were_no_past(
    cyclic_tables, day, states, fresh
):
    old = _run(cyclic_tables, day, _aged(states, day - timedelta(days=7)))

    assert _published(old) == _published(fresh)
    assert [old[name] for name in STATES] == [fresh[name] for name in STATES]


def test_what_other_code_or_other_options_learned_does_not_hold(cyclic_tables, day, states):
    other = replace(OPTIONS, trial_pack_share=0.4)

    assert _holds(cyclic_tables, day, states)
    assert not _holds(cyclic_tables, day, states, code="another")
    assert not _holds(cyclic_tables, day, states, options=other)


def test_what_was_learned_from_an_erased_person_does_not_hold(cyclic_tables, day, states):
    learners = states[LEARNERS]
    erased = states | {LEARNERS: learners.filter(pc.not_equal(learners["user_id"], "u07"))}

    assert len(erased[LEARNERS]) == len(learners) - 1
    assert not _holds(cyclic_tables, day, erased)


def test_what_was_learned_from_somebody_who_refuses_now_does_not_hold(cyclic_tables, day, states):
    users = cyclic_tables["users"]
    says_no = pa.array([user != "u07" for user in users["user_id"].to_pylist()])
    place = users.column_names.index("has_profiling_consent")
    refusing = users.set_column(place, users.schema.field(place), says_no)

    assert not _holds(cyclic_tables | {"users": refusing}, day, states)


def test_who_left_without_a_word_lets_everything_hold(cyclic_tables, day, states):
    """A shop that delivers the last year only must not learn anew whenever somebody drops out."""
    others = {
        name: cyclic_tables[name].filter(pc.not_equal(cyclic_tables[name]["user_id"], "u07"))
        for name in ("events", "users")
    }

    assert _holds(cyclic_tables | others, day, states)


def test_half_of_a_past_is_no_past(cyclic_tables, day, states):
    for name in STATES:
        rest = {other: table for other, table in states.items() if other != name}
        assert not _holds(cyclic_tables, day, rest)


def test_who_learns_every_day_leaves_nothing_behind(cyclic_tables, day):
    assert (
        not set(STATES) & _run(cyclic_tables, day, options=replace(OPTIONS, relearn_days=1)).keys()
    )


def test_weights_are_kept_by_id_when_the_shop_grows(cyclic_tables, day, states, later):
    """New needs that sort before, between and after the others, and that nobody bought yet."""
    items = cyclic_tables["items"]
    new = items.slice(0, 3)
    for column, values in (
        ("item_id", ["a0", "i05aa", "zz"]),
        ("need_group", ["a need", "need 05b", "zz need"]),
        ("category", ["a/a", "m/m", "z/z"]),
    ):
        place = new.column_names.index(column)
        new = new.set_column(place, new.schema.field(place), pa.array(values))
    grown = cyclic_tables | {"items": pa.concat_tables([new, items])}

    made = _run(grown, day, states)

    assert not set(STATES) & made.keys()
    before, after = (
        {(row["user_id"], row["need_group"]): row["p_need"] for row in table.to_pylist()}
        for table in (later["need_states"], made["need_states"])
    )
    assert before == pytest.approx(after, abs=1e-5)


def test_only_what_was_bought_has_factors_and_only_who_bought_is_named(states, cyclic_tables):
    bought = {
        (row["level"], row["id"]) for row in states[FACTORS].select(["level", "id"]).to_pylist()
    }
    assert {level for level, _ in bought} == {"need", "item"}
    assert len(bought) == 24 + 48
    assert states[LEARNERS]["user_id"].to_pylist() == sorted(
        pc.unique(cyclic_tables["events"]["user_id"]).to_pylist()
    )
    assert states[CHANCES]["part"].to_pylist() == [
        "made",
        "needs",
        "rules",
        "own_products",
        "new_products",
    ]
