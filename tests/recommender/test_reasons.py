import numpy as np
import pyarrow as pa
import pytest

from recommender.reasons import SHOWN, WITHHELD, sentences


def test_a_due_need_names_its_cycle_and_its_last_purchase():
    facts = {"gap": pa.array(["34"]), "ago": pa.array(["33"])}
    due = np.array([list(SHOWN).index("due")])

    zh, en = sentences({"due": SHOWN["due"]}, due, facts)

    assert zh.to_pylist() == ["大约每 34 天购买一次，上次购买在 33 天前"]
    assert en.to_pylist() == ["Bought about every 34 days, last 33 days ago"]


def test_one_is_written_as_one():
    template = {"one": ("{n}", "Bought {n} days ago by {n} people, {x} times as often")}
    facts = {"n": pa.array(["1", "11"]), "x": pa.array(["1.1", "2.1"])}

    _, en = sentences(template, np.array([0, 0]), facts)

    assert en.to_pylist() == [
        "Bought 1 day ago by 1 person, 1.1 times as often",
        "Bought 11 days ago by 11 people, 2.1 times as often",
    ]


def test_rows_keep_their_order_when_reasons_differ():
    templates = {"one": ("一 {n}", "one {n}"), "none": ("无", "none")}
    facts = {"n": pa.array(["1", "2", "3"])}

    zh, en = sentences(templates, np.array([1, 0, 0]), facts)

    assert zh.to_pylist() == ["无", "一 2", "一 3"]
    assert en.to_pylist() == ["none", "one 2", "one 3"]


def test_no_rows_have_no_sentences():
    facts = {"n": pa.array([], pa.string())}

    zh, en = sentences({"one": ("一 {n}", "one {n}")}, np.zeros(0, dtype=np.int64), facts)

    assert len(zh) == len(en) == 0


@pytest.mark.parametrize("templates", [SHOWN, WITHHELD], ids=["shown", "withheld"])
def test_both_languages_name_the_same_facts(templates):
    for zh, en in templates.values():
        assert set(zh.split("{")[1:]) or "{" not in en
        places = [{piece.split("}")[0] for piece in text.split("{")[1:]} for text in (zh, en)]
        assert places[0] == places[1]
