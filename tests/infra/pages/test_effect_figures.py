"""A trial's effect told to its merchant: plainly, with its doubt, and nobody's number too small."""

import html
import re

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from infra.blinding import without_holdout
from infra.pages.blocks import Figures, Notes
from infra.pages.draw_figures import score_figure
from infra.pages.effect_figures import effect_blocks
from infra.pages.pooled_effects import pooled_table


@pytest.fixture
def blocks(tables):
    def blocks_of(trial_id="t1", floor=5, **changed):
        return list(effect_blocks(trial_id, tables | changed, floor))

    return blocks_of


def told(blocks, language):
    notes = next(block for block in blocks if isinstance(block, Notes))
    return " ".join(getattr(sentence, language) for sentence in notes.items)


def figures(blocks):
    found = [figure for block in blocks if isinstance(block, Figures) for figure in block.items]
    return {figure.caption.en: figure for figure in found}


def texts(svg):
    return html.unescape(re.sub("<[^>]+>", " ", str(svg)))


def test_a_doubtful_effect_is_told_as_doubtful_in_both_languages(blocks):
    found = blocks()

    assert "90 days after the draw we cannot tell yet: 44.0%" in told(found, "en")
    assert "抽签后 90 天，还说不准：抽中者 44.0%" in told(found, "zh")
    assert "at list price at least 61.50 CNY within 90 days" in told(found, "en")


def test_a_shown_effect_is_told_with_its_interval_and_its_price(blocks):
    sentence = told(blocks("t0"), "en")

    assert "has won buyers" in sentence
    assert "a difference of +10.0 points (95% interval +2.0 to +18.0)" in sentence
    assert "cost 88.00 CNY in units within 30 days (95% interval 48.90 to 440.00)" in sentence


def test_what_was_compared_is_told_where_the_waitlist_received_units(blocks):
    assert "without the last taker" in told(blocks("t1"), "en")
    assert "last taker" not in told(blocks("t0"), "en")


def test_rates_of_few_people_are_told_of_nowhere(blocks):
    found = blocks(floor=15)

    assert "too few people to compare" in told(found, "en")
    assert "44.0%" not in "".join(map(str, found))


def test_the_forest_shows_each_trial_and_the_mean_as_a_diamond(blocks):
    found = figures(blocks())

    first, second = (
        found[f"{days} days after the draw: difference in buyers (points), 95% interval"]
        for days in (30, 90)
    )
    assert "t0" in texts(first.svg)
    assert "mean of your 2 trials" in texts(first.svg)
    assert "t0" not in texts(second.svg)
    assert "From two trials on" in second.note.en


def test_the_split_leaves_out_groups_of_few_people(blocks):
    split = next(figure for caption, figure in figures(blocks()).items() if "orders" in caption)

    buyers = {row[0].en for row in split.table.rows}
    assert buyers == {"all", "had not bought it in the year before"}
    assert len(split.table.rows) == 8


def test_before_the_first_window_nothing_is_said(blocks, tables):
    none = tables["trial_effect"].slice(0, 0)

    assert blocks(trial_effect=none) == []


def test_a_trial_without_a_holdout_shows_no_forest(blocks, tables):
    names = ("itt", "low", "high", "rate_treatment", "rate_holdout", "shrunken_itt")
    effect = tables["trial_effect"]
    for name in names:
        place = effect.column_names.index(name)
        effect = effect.set_column(place, effect.schema.field(place), pa.nulls(3, pa.float64()))

    found = blocks(trial_effect=effect, effect_split=tables["effect_split"].slice(0, 0))

    assert "too few people to compare" in told(found, "en")
    assert figures(found) == {}


def test_scores_of_those_not_drawn_are_kept_back_as_long_as_merchants_are_blind(tables):
    blind = without_holdout(tables["selection"], read_out=())

    figure = score_figure(blind)

    assert "kept back until the effect is read" in figure.note.en
    assert "Not selected" not in [word.en for _, word in figure.legend]
    assert pc.max(blind["rank"]).as_py() == 56


def test_the_shop_sees_its_trials_together_its_own_mean_first(tables):
    table = pooled_table(tables["pooled_effect"])

    assert [row[0].en for row in table.rows] == ["the shop", "merchant"]
    assert table.rows[0][4:6] == ("+10.0", "−3.0 … +23.0")
    assert table.rows[0][-1].zh == "还说不准"
    assert pooled_table(tables["pooled_effect"].slice(0, 0)) is None
    assert pooled_table(None) is None
