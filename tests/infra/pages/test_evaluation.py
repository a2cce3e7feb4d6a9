import re

import pyarrow as pa
import pytest

from infra.pages import EvaluationFacts, Words, render_evaluation


def sections(page):
    return re.findall(r'<section id="([a-z]+)"', page.decode())


def section(page, name):
    return page.decode().partition(f'<section id="{name}"')[2].partition("</section>")[0]


@pytest.fixture(scope="module")
def page(evaluation, evaluation_facts):
    return render_evaluation(evaluation, evaluation_facts)


def test_all_that_was_found_has_its_section(page):
    assert sections(page) == ["models", "rivals", "ablations", "calibration", "timing", "slots"]


def test_what_was_not_measured_has_no_section(evaluation, evaluation_facts):
    bare = evaluation | {
        name: evaluation[name].slice(0, 0)
        for name in ("leads", "errors", "reliability", "timing", "slots")
    }

    assert sections(render_evaluation(bare, evaluation_facts)) == ["models"]


def test_nothing_measured_at_all_is_still_a_page(evaluation, evaluation_facts):
    empty = {name: table.slice(0, 0) for name, table in evaluation.items()}

    assert b"<h1>" in render_evaluation(empty, evaluation_facts)


def test_every_model_and_variant_stands_in_the_table_with_its_interval(page):
    models = section(page, "models")

    for words in ("personal frequency", "个人频次", "UP-CF, filter on", "热门 + 抑制", "0.5750"):
        assert words in models
    assert "0.5650 – 0.5850" in models


def test_ablations_stand_apart_from_rivals(page):
    assert "shike without brand" not in section(page, "rivals")
    assert "personal frequency" not in section(page, "ablations")
    assert "shike without brand" in section(page, "ablations")


def test_only_the_strongest_rivals_are_drawn_and_all_are_in_the_table(page):
    drawn, _, tables = section(page, "rivals").partition("<details>")

    assert "The 10 strongest are drawn" in drawn
    assert "UP-CF, filter on" not in drawn
    assert "UP-CF, filter on" in tables


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.01, 0.03, "ahead"), (-0.01, 0.03, "undecided"), (-0.03, -0.01, "behind")],
)
def test_a_lead_is_called_one_only_if_the_whole_interval_says_so(
    evaluation, evaluation_facts, low, high, verdict
):
    lead = {"model": "UP-CF", "variant": "plain", "role": "rival", "metric": "ndcg@10"}
    leads = pa.Table.from_pylist([lead | {"value": (low + high) / 2, "low": low, "high": high}])

    rivals = section(render_evaluation(evaluation | {"leads": leads}, evaluation_facts), "rivals")

    said = {word for word in ("ahead", "undecided", "behind") if f">{word}<" in rivals}
    assert said == {verdict}


def test_slots_are_marked_in_words(page):
    slots = section(page, "slots")

    assert "User 1342" in slots
    assert slots.count("just satisfied, not bought") == 1
    assert slots.count(">bought<") == 1
    assert "–" in slots


def test_a_name_from_the_shop_is_only_text(evaluation, evaluation_facts):
    hostile = "<script>alert(1)</script>"
    slots = evaluation["slots"].to_pylist()
    spoilt = pa.Table.from_pylist(
        [slot | {"before": hostile, "user_id": hostile} for slot in slots]
    )

    page = render_evaluation(evaluation | {"slots": spoilt}, evaluation_facts).decode()

    assert hostile not in page
    assert page.count("&lt;script&gt;") == 4  # two slots, and the user in two languages


def test_what_the_data_are_not_is_said(evaluation):
    disclaimer = Words("演示数据", "Demo data")
    facts = EvaluationFacts(cuts=(), horizon_days=28, disclaimers=(disclaimer,), language="en")

    page = render_evaluation(evaluation | {"slots": evaluation["slots"].slice(0, 0)}, facts)

    assert sections(page)[-1] == "about"
    assert b'<html lang="en"' in page
