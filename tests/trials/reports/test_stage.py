import datetime as dt
import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality.tables.outputs import IMPROVEMENT_SUMMARY, OPINIONS, REPORT_SCORES, SELECTION
from trials.reports.polarity import PolarityModels
from trials.reports.stage import ReviewOptions, review

AS_OF = dt.date(2017, 12, 4)
LEXICON = PolarityModels()
NUMBERS = np.random.default_rng(3)


def _unlike(text):
    """Lengthen a text by a number of its own, so that alike texts are no copies."""
    return f"{text}。{NUMBERS.integers(10**17, 10**18)}{NUMBERS.integers(10**17, 10**18)}"


BLAMED = [(f"b{i}", f"u{i}", 2, _unlike("散热太差，烫得不行。键盘不错")) for i in range(8)]
PRAISED = [(f"p{i}", f"v{i}", 5, _unlike("屏幕清晰，非常满意。做工也好")) for i in range(12)]
TRICKY = (
    "屏幕很好",
    "螢幕發熱嚴重",
    "<br />",
    "<script>alert('差')</script>",
    "&amp;",
    "ＤＶＤ读盘慢",
    "👍🏽",
    "\u202e\u200b",
    "but the price is high. ",
    "，",
    "。",
    "=cmd|' /C calc'!A0",
    "\n",
    "\U0001f469\u200d\U0001f4bb",
    "ﬁne taste",
)


def reviewed(tables, **options):
    return review(tables, as_of=AS_OF, options=ReviewOptions(**options), models=LEXICON)


def summary_of(made):
    (row,) = made["improvement_summary"].to_pylist()
    return row | {name: json.loads(row[name]) for name in ("aspects", "suggestions", "changes")}


@settings(max_examples=80, deadline=None)
@given(
    texts=st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
        | st.lists(st.sampled_from(TRICKY), max_size=8).map("".join),
        min_size=1,
        max_size=3,
    ),
    category=st.sampled_from(["electronics/laptop", "food/tea", "unheard of"]),
)
def test_every_quote_is_verbatim_at_its_offsets(report_tables, texts, category):
    written = {f"r{place}": text for place, text in enumerate(texts)}
    reports = [(report_id, "anna", 3, text) for report_id, text in written.items()]

    made = reviewed(report_tables(reports, category=category), least_customers=1, rank_draws=5)

    for row in made["opinions"].to_pylist():
        assert row["quote"]
        assert written[row["report_id"]][row["start"] : row["end"]] == row["quote"]
    said = {(row["report_id"], row["sentence_id"]): row for row in made["opinions"].to_pylist()}
    summary = summary_of(made)
    for listed in (*summary["aspects"], *summary["suggestions"]):
        for quote in listed["quotes"]:
            assert said[quote["report_id"], quote["sentence_id"]]["quote"] == quote["quote"]


def test_the_order_of_the_reports_does_not_matter(report_tables):
    reports = [*BLAMED, *PRAISED]
    shuffled = [reports[at] for at in np.random.default_rng(5).permutation(len(reports))]

    one, two = reviewed(report_tables(reports)), reviewed(report_tables(shuffled))

    assert {name: table.to_pylist() for name, table in one.items()} == {
        name: table.to_pylist() for name, table in two.items()
    }


def test_no_reports_give_empty_tables_of_the_declared_columns(report_tables):
    for tables in ({}, report_tables([])):
        made = reviewed(tables)

        assert made["report_scores"].equals(REPORT_SCORES.empty())
        assert made["opinions"].equals(OPINIONS.empty())
        assert made["improvement_summary"].equals(IMPROVEMENT_SUMMARY.empty())


def test_reports_of_the_day_itself_are_not_known_yet(report_tables):
    tables = report_tables(
        [("r1", "anna", 5, "屏幕很好"), ("r2", "bert", 5, "屏幕很好")],
        submitted_at=[
            dt.datetime(2017, 12, 3, 23, 59, tzinfo=dt.UTC),
            dt.datetime(2017, 12, 4, tzinfo=dt.UTC),
        ],
    )

    assert reviewed(tables)["report_scores"]["report_id"].to_pylist() == ["r1"]


def test_what_is_to_be_mended_comes_first_with_counts_and_quotes(report_tables):
    summary = summary_of(reviewed(report_tables([*BLAMED, *PRAISED])))

    first = summary["aspects"][0]
    assert summary["verdict"] == "enough evidence"
    assert first["aspect"] == "heat_noise"
    assert first["reports"] == first["blame_reports"] == 8
    assert first["share"] == first["blame_share"] == 0.4
    assert first["low"] < 0.4 < first["high"]
    assert first["net_sentiment"] == -1.0
    assert first["severity"] == 1.5
    assert first["impact"] > 0.5
    assert first["priority"] == pytest.approx(0.4 * 1.5 * first["impact"], abs=1e-5)
    assert first["rank_low"] == 1
    assert not first["is_early_signal"]
    assert [quote["polarity"] for quote in first["quotes"]] == [-1, -1, -1]
    assert len({quote["report_id"] for quote in first["quotes"]}) == 3


def test_below_the_floor_there_is_no_verdict_but_a_danger_is_told(report_tables):
    reports = [("r1", "anna", 1, "充电器漏电，吓死人"), ("r2", "bert", 2, "键盘很差")]

    summary = summary_of(reviewed(report_tables(reports)))

    assert summary["verdict"] == "not enough evidence"
    assert [row["is_safety"] for row in summary["aspects"]] == [True]
    assert summary["suggestions"] == []


def test_a_danger_comes_before_every_priority(report_tables):
    reports = [*BLAMED, *PRAISED, ("x", "xena", 4, "电池起火了，幸好没人受伤")]

    first, second, *_ = summary_of(reviewed(report_tables(reports)))["aspects"]

    assert (first["is_safety"], second["is_safety"]) == (True, False)
    assert first["priority"] < second["priority"]


def test_one_customer_has_one_vote(report_tables):
    # The same person writes many times, in different words, about one fault.
    shouts = ["键盘太差", "键盘松动很失望", "按键难用极了", "键盘手感糟糕", "打字很不爽，键盘烂"]
    loud = [(f"l{i}", "loud", 1, _unlike(text)) for i, text in enumerate(shouts)]

    made = reviewed(report_tables([*loud, *PRAISED]))
    by_aspect = {row["aspect"]: row for row in summary_of(made)["aspects"]}

    weights = {row["report_id"]: row["weight"] for row in made["report_scores"].to_pylist()}
    assert sum(weights[f"l{i}"] for i in range(5)) <= 1.0 + 1e-6
    assert by_aspect["input"]["reports"] == 1
    assert by_aspect["input"]["share"] <= 1 / 13 + 1e-6


def test_a_customers_copy_of_anothers_report_is_flagged_and_weighs_little(report_tables):
    text = "屏幕清晰，键盘手感舒服，散热也不错，总体来说非常满意，值得推荐给大家"
    reports = [("r1", "anna", 5, text), ("r2", "bert", 5, "首先感谢商家。" + text)]

    first, second = reviewed(report_tables(reports))["report_scores"].to_pylist()

    assert (first["flags"], second["flags"]) == ([], ["copied"])
    assert second["weight"] < first["weight"]


def test_a_report_that_hides_the_gift_is_flagged(report_tables):
    reports = [("r1", "anna", 5, "屏幕很好，键盘也好用"), ("r2", "bert", 4, "散热不错，外观漂亮")]
    tables = report_tables(reports, trial_id=["t", "t"], has_disclosure=[False, True])

    flags = reviewed(tables)["report_scores"]["flags"].to_pylist()

    assert flags == [["no_disclosure"], []]


def test_the_weighted_rating_speaks_for_all_applicants(report_tables):
    reports = [("r1", "anna", 5, "屏幕很好，键盘也好用"), ("r2", "bert", 2, "散热太差，机身也重")]
    tables = report_tables(reports, trial_id=["t", "t"])
    selection = pa.Table.from_pylist(
        [
            {"trial_id": "t", "user_id": "anna", "inclusion_probability": 1.0},
            {"trial_id": "t", "user_id": "bert", "inclusion_probability": 0.25},
            {"trial_id": "t", "user_id": "carl", "inclusion_probability": 0.0},
        ],
        schema=pa.schema(
            [SELECTION.schema.field(name) for name in ("trial_id", "user_id")]
            + [SELECTION.schema.field("inclusion_probability")]
        ),
    )

    made = review(tables, as_of=AS_OF, options=ReviewOptions(), models=LEXICON, selection=selection)

    (row,) = made["improvement_summary"].to_pylist()
    assert row["rating_raw"] == 3.5
    assert row["rating_weighted"] == pytest.approx((5 + 4 * 2) / 5)


def _on(day, count):
    return [dt.datetime(2017, *day, tzinfo=dt.UTC)] * count


EARLY = [(f"b{i}", f"u{i}", 2, _unlike("散热太差，烫得不行")) for i in range(20)] + PRAISED
LATE = [(f"n{i}", f"w{i}", 5, _unlike("散热很好，屏幕清晰")) for i in range(40)]


def test_a_mended_fault_is_told_as_mended(report_tables):
    dates = [*_on((8, 1), len(EARLY)), *_on((11, 20), len(LATE))]

    changes = summary_of(reviewed(report_tables([*EARLY, *LATE], submitted_at=dates)))["changes"]

    heat = changes["heat_noise"]
    assert (heat["share_before"], heat["share_now"]) == (0.625, 0.0)
    assert (heat["customers_before"], heat["customers_now"]) == (32, 40)
    assert heat["verdict"] == "mended"
    assert heat["low"] < -0.625 < heat["high"] < 0


def test_what_is_mended_is_not_told_to_be_mended(report_tables):
    dates = [*_on((8, 1), len(EARLY)), *_on((11, 20), len(LATE))]

    made = reviewed(report_tables([*EARLY, *LATE], submitted_at=dates))

    sentences = json.loads(made["improvement_summary"]["sentences"][0].as_py())
    parts = {(it["part"], it["aspect"]) for it in sentences}
    assert ("mended", "heat_noise") in parts
    assert not {("headline", "heat_noise"), ("mend", "heat_noise")} & parts


def test_a_summary_stands_for_reports_that_are_no_longer_delivered(report_tables):
    early = report_tables(EARLY, submitted_at=_on((8, 1), len(EARLY)))
    late = report_tables(LATE, submitted_at=_on((11, 20), len(LATE)))
    before = reviewed(early)["improvement_summary"]

    made = review(late, as_of=AS_OF, options=ReviewOptions(), models=LEXICON, previous=before)

    assert summary_of(made)["changes"]["heat_noise"]["verdict"] == "mended"
    assert summary_of(reviewed(late))["changes"] is None


def test_the_last_summary_parts_batches_that_follow_closely(report_tables):
    dates = [*_on((11, 10), len(EARLY)), *_on((11, 20), len(LATE))]
    both = report_tables([*EARLY, *LATE], submitted_at=dates)
    before = reviewed(report_tables(EARLY, submitted_at=_on((11, 10), len(EARLY))))

    made = review(
        both,
        as_of=AS_OF,
        options=ReviewOptions(),
        models=LEXICON,
        previous=before["improvement_summary"],
    )

    assert summary_of(made)["changes"]["heat_noise"]["verdict"] == "mended"
    assert summary_of(reviewed(both))["changes"] is None


def test_every_sentence_of_the_summary_rests_on_opinions_that_are_there(report_tables):
    made = reviewed(report_tables([*BLAMED, *PRAISED]))
    sentences = json.loads(made["improvement_summary"]["sentences"][0].as_py())
    places = {(row["report_id"], row["sentence_id"]) for row in made["opinions"].to_pylist()}

    assert sentences[0]["part"] == "headline"
    assert "20位顾客中有8位" in sentences[0]["zh"]
    assert "8 of 20 customers" in sentences[0]["en"]
    for sentence in sentences:
        assert sentence["sources"]
        assert {(at["report_id"], at["sentence_id"]) for at in sentence["sources"]} <= places


def test_a_request_is_listed_with_its_words_and_is_never_praise(report_tables):
    asking = ("s", "sara", 5, "外观漂亮，希望厂家能把键盘做得更好")

    made = reviewed(report_tables([*PRAISED, asking]))

    (wish,) = summary_of(made)["suggestions"]
    assert (wish["aspect"], wish["reports"]) == ("input", 1)
    assert wish["quotes"][0]["quote"] == "希望厂家能把键盘做得更好"
    (row,) = [row for row in made["opinions"].to_pylist() if row["is_suggestion"]]
    assert row["polarity"] <= 0


def test_what_is_said_of_another_product_is_left_out(report_tables):
    made = reviewed(report_tables([("r1", "anna", 5, "键盘不错，HP那个烫啊，声音很小")]))

    assert "HP那个烫啊" not in made["opinions"]["quote"].to_pylist()


def test_a_report_on_an_unknown_item_is_refused(report_tables):
    tables = report_tables([("r1", "anna", 5, "好")], item_id=["unknown"])

    with pytest.raises(ValueError, match="r1 is about unknown"):
        reviewed(tables)


def test_hostile_reports_get_flags_not_crashes(report_tables):
    texts = {
        "html": "<img src=x onerror=alert(1)>键盘很差",
        "emoji": "👍",
        "empty": "",
        "huge": "好" * 200_000,
        "huge_markup": "<b>" * 300_000,
        "dots": "." * 300_000 + "a" + " " * 300_000 + "b",
        "wrong_language": "Этот ноутбук очень хороший и тихий",
        "formula": '=HYPERLINK("http://x")',
    }
    reports = [(name, name, 3, text) for name, text in texts.items()]

    made = reviewed(report_tables(reports))

    scores = {row["report_id"]: row for row in made["report_scores"].to_pylist()}
    assert "too_short" in scores["emoji"]["flags"]
    assert "too_short" in scores["empty"]["flags"]
    assert "off_topic" in scores["wrong_language"]["flags"]
    quotes = [row["quote"] for row in made["opinions"].to_pylist() if row["report_id"] == "html"]
    assert quotes == ["键盘很差"]


def test_progress_tells_how_many_reports_are_read(report_tables):
    told = []

    review(
        report_tables(PRAISED),
        as_of=AS_OF,
        options=ReviewOptions(),
        models=LEXICON,
        progress=lambda *step: told.append(step),
    )

    assert told[-1] == ("review", 12, 12)
