"""Every applicant is told, and nobody is told who was held out."""

import re
from hashlib import sha256

import pyarrow.compute as pc
import pytest

from trials.recruiting import RecruitOptions, recruit


@pytest.fixture(scope="module")
def day(random_tables, as_of):
    return recruit(random_tables(5), as_of=as_of, options=RecruitOptions(draw_secret="a secret"))


@pytest.fixture(scope="module")
def letter_of(day):
    letters = day["applicant_letters"].to_pylist()
    return {(letter["trial_id"], letter["user_id"]): letter for letter in letters}


def test_every_applicant_has_one_letter_with_the_outcome_of_the_draw(day, letter_of):
    outcome_of = {"core": "chosen", "band": "chosen", "open": "chosen", "waitlist": "waiting"}
    outcome_of |= {"holdout": "not_chosen", "not_selected": "not_chosen", "ineligible": "refused"}

    for row in day["selection"].to_pylist():
        letter = letter_of.pop((row["trial_id"], row["user_id"]))
        assert letter["outcome"] == outcome_of[row["arm"]]
        assert row["user_id"] in letter["letter_zh"]
        assert row["user_id"] in letter["letter_en"]
    assert letter_of == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_letter_gives_the_reason_and_what_happens_next(day, language):
    letters = {it["user_id"]: it for it in day["applicant_letters"].to_pylist()}
    chosen, waiting = (
        day["selection"].filter(pc.equal(day["selection"]["arm"], arm)).to_pylist()[0]
        for arm in ("core", "waitlist")
    )

    said = letters[chosen["user_id"]][f"letter_{language}"]
    assert {"zh": "您的得分位居前列", "en": "You have one of the best scores"}[language] in said
    assert "2026-03-31" in letters[chosen["user_id"]][f"letter_{language}"]
    assert str(waiting["waitlist_position"]) in letters[waiting["user_id"]][f"letter_{language}"]


def test_a_letter_speaks_to_its_reader(day):
    for letter in day["applicant_letters"].to_pylist():
        assert "您" in letter["letter_zh"]
        assert "申请人未" not in letter["letter_zh"]
        assert "the applicant " not in letter["letter_en"].lower()


def test_who_was_held_out_reads_what_others_not_drawn_read(day):
    letters = {(it["trial_id"], it["user_id"]): it for it in day["applicant_letters"].to_pylist()}
    told = {"holdout": set(), "not_selected": set()}
    for row in day["selection"].to_pylist():
        if row["arm"] in told and row["inclusion_probability"] > 0:
            letter = letters[row["trial_id"], row["user_id"]]["letter_en"]
            letter = re.sub(r"\(.* drawn among \d+\)", "(_)", letter)
            told[row["arm"]].add(letter.replace(row["user_id"], "_"))

    assert told["holdout"] == told["not_selected"] != set()


def test_the_seed_beside_the_letter_is_the_one_committed_to(letter_of):
    for letter in letter_of.values():
        assert sha256(letter["seed"].encode()).hexdigest() == letter["seed_commitment"]
