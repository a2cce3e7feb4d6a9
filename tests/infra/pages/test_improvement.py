import json
from dataclasses import replace

import pyarrow as pa
import pytest

from infra.pages import render_merchant, summary_page
from infra.pages.bubbles import Bubble, _names
from quality.tables import OUTPUTS


@pytest.fixture(scope="module")
def rendered(tables, merchant_facts):
    return render_merchant("m1", tables, merchant_facts)


@pytest.fixture(scope="module")
def page(rendered):
    return rendered[summary_page("i5")]


def test_both_ratings_stand_at_the_top(page, read):
    said = read(page)

    assert "Mean rating 4.31" in said
    assert "Weighted rating 4.02" in said


def test_safety_comes_first_then_priority(page, section_of):
    mend = section_of(page, "mend")

    assert mend.index("safety") < mend.index("heat and noise") < mend.index("build")
    assert "early signal" in mend


def test_what_is_liked_is_ordered_by_praise(page, section_of):
    liked = section_of(page, "liked")

    assert liked.index("appearance") < liked.index("price")
    assert "heat and noise" not in liked


def test_complaints_and_praise_are_quoted_where_they_belong(page, section_of):
    assert "风扇声音太大，半夜像拖拉机" in section_of(page, "mend")
    assert "颜色很正，摆在厨房里好看 😍" in section_of(page, "liked")
    assert "颜色很正" not in section_of(page, "mend")


def test_a_quote_carries_its_source(page, section_of):
    assert "report r17, clause 2" in section_of(page, "mend")


def test_aspects_are_named_in_the_readers_language(page, section_of):
    assert "散热与噪音" in section_of(page, "mend", "zh")
    assert "散热与噪音" not in section_of(page, "mend", "en")


def test_a_change_is_written_in_points(page, section_of):
    assert "heat and noise 45% 37% −8.0" in section_of(page, "changes")


def test_suggestions_are_counted_and_quoted(page, section_of):
    suggestions = section_of(page, "suggestions")

    assert "Customers who ask for it: 6." in suggestions
    assert "希望能加一个静音模式" in suggestions


def test_too_few_reports_are_said_to_be_too_few(rendered, read):
    said = read(rendered[summary_page("i/2")])

    assert "Reports that can be used: 3. That is too few for conclusions" in said
    assert "Mend first" not in said


def test_an_aspect_without_a_name_is_shown_by_its_id(tables, merchant_facts, section_of):
    bare = replace(merchant_facts, aspects={})

    page = render_merchant("m1", tables, bare)[summary_page("i5")]

    assert "heat_noise" in section_of(page, "mend")


def test_the_page_opens_with_sentences_and_their_sources(page, read):
    said = read(page)

    assert "Look into safety first: of 84 customers, 1 report a danger" in said
    assert "Mend “heat and noise” first: 19 of 84 customers blame it" in said
    assert said.index("Mend “heat and noise”") < said.index("Mend first")


def test_a_click_shows_where_a_sentence_comes_from(page):
    opened = page.decode().split('<details class="sources">')

    assert "风扇声音太大，半夜像拖拉机" in opened[2].partition("</details>")[0]
    assert "report r17, clause 2" in opened[2].partition("</details>")[0]


def test_a_request_stands_with_what_it_would_mend(page, section_of):
    mend = section_of(page, "mend")

    assert "希望能加一个静音模式 asks for a change · report r17, clause 2" in mend


def test_early_signals_stand_apart(tables, merchant_facts, section_of):
    summaries = tables["improvement_summary"].to_pylist()
    aspects = json.loads(summaries[1]["aspects"])
    for aspect in aspects:
        aspect["is_early_signal"] = aspect["aspect"] == "build"
    summaries[1]["aspects"] = json.dumps(aspects)
    made = OUTPUTS["improvement_summary"].conform(
        pa.Table.from_pylist(summaries, schema=OUTPUTS["improvement_summary"].schema)
    )

    rendered = render_merchant("m1", tables | {"improvement_summary": made}, merchant_facts)
    page = rendered[summary_page("i5")]

    assert "build worse early signal" in section_of(page, "early")
    assert "the lid wobbles" not in section_of(page, "mend")


def test_a_change_has_a_verdict(page, section_of):
    changes = section_of(page, "changes")

    assert "build 20% 37% +17.0 +7.0 … +27.0 worse" in changes
    assert "appearance 40% 2% −38.0 −48.0 … −28.0 mended" in changes
    assert "price 0% 5% +5.0 new" in changes
    assert "customers: 44" in changes


def test_what_is_mended_is_told_at_the_top_and_no_longer_to_be_mended(page, read, section_of):
    said = read(page)

    assert "“appearance” is mended: customers who blame it fell from 40% to 2%." in said
    assert "appearance" not in section_of(page, "mend")
    assert "worse" in section_of(page, "mend")


def test_the_rating_is_shown_with_its_intervals_and_what_was_taken_off(page, section_of):
    rating = section_of(page, "rating")

    assert "4.02 (3.70–4.49)" in rating
    assert "3.90 (3.50–4.30)" in rating
    assert "trial reports give +0.12 stars" in rating
    assert "Had trials before" in section_of(page, "segments")


def test_an_uncorrected_rating_says_why(tables, merchant_facts, section_of):
    summaries = tables["improvement_summary"].to_pylist()
    rating = json.loads(summaries[1]["rating"]) | {"corrected": None, "kindness": None}
    summaries[1]["rating"] = json.dumps(rating)
    made = pa.Table.from_pylist(summaries, schema=OUTPUTS["improvement_summary"].schema)

    rendered = render_merchant("m1", tables | {"improvement_summary": made}, merchant_facts)

    assert "Not corrected for the kindness" in section_of(rendered[summary_page("i5")], "rating")


def test_what_cannot_be_said_is_said(page, section_of):
    limits = section_of(page, "limits")

    assert "1.1%" in limits
    assert "does not prove" in limits


def test_hostile_words_are_shown_as_words_and_turn_nothing_around(page):
    text = page.decode()

    assert "<script>alert" not in text
    # Isolated, so that a mark which turns the direction ends where the quote ends.
    assert "<bdi>&lt;/bdi&gt;&lt;script&gt;alert(1)&lt;/script&gt;=1+1 \u202e" in text


def test_names_on_bubbles_lie_neither_on_each_other_nor_outside():
    them = [Bubble(f"aspect number {place}", 0.1 + place % 3 / 50, 0.5, 1.0) for place in range(9)]
    spots = [(372 * it.across / 0.2, 125.0) for it in them]

    placed = list(_names(spots, them))

    assert 0 < len(placed) < len(them)
    for side, end, _, label in placed:
        width = len(label) * 7 * {"left": 0, "center": 0.5, "right": 1}[side]
        assert 0 <= end - width <= end - width + len(label) * 7 <= 372
    assert len({place[:3] for place in placed}) == len(placed)
