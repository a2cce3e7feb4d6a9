import re
from datetime import date
from importlib.resources import files
from string import Formatter
from typing import get_args

import pytest

from infra.operations.records import StageOutcome
from infra.pages.operations import _TONES
from infra.pages.words import Words, listed, messages, name_of, same, say
from infra.publish.runs import Status
from quality.tables import INPUTS, OUTPUTS
from quality.tables.outputs import CHANGES
from recommender.evaluation.baselines import baselines
from recommender.evaluation.contenders import ablated_name
from recommender.evaluation.report import PRINTED
from recommender.shike_model import ABLATIONS
from trials.reports.kano import KINDS, UNDECIDED
from trials.score import PARTS

SOURCES = "\n".join(
    part.read_text(encoding="utf-8")
    for folder in (files("infra.pages"), files("infra.pages") / "templates")
    for part in folder.iterdir()
    if part.name.endswith((".py", ".j2"))
)
SAID = set(re.findall(r"\bsay\(\s*\"([a-z_.]+)\"", SOURCES))
"""Keys said by name; ``say(f"…")`` and ``name_of`` are known by their section below."""
_NAMES_ONLY = {"MPG (Buy It Again)", "TIFU-KNN", "UP-CF", "implicit ALS", "BPR"}
"""Baselines that are called the same in both languages."""
CODED = {
    "slot": OUTPUTS["recommendations"].column("slot").values,
    "slot_short": OUTPUTS["recommendations"].column("slot").values,
    "withheld": OUTPUTS["do_not_recommend"].column("reason_code").values,
    "arm": OUTPUTS["selection"].column("arm").values,
    "arm_short": OUTPUTS["selection"].column("arm").values,
    "verdict": OUTPUTS["validation_report"].column("verdict").values,
    "validation": OUTPUTS["validation_report"].column("verdict").values,
    "severity": OUTPUTS["validation_report"].column("severity").values,
    "effect": tuple(
        verdict.replace(" ", "_") for verdict in OUTPUTS["trial_effect"].column("verdict").values
    ),
    "scope": OUTPUTS["pooled_effect"].column("scope").values,
    "split_of": (
        *OUTPUTS["effect_split"].column("buyers").values,
        *OUTPUTS["effect_split"].column("component").values,
    ),
    "metric": PRINTED,
    "contender": (
        "shike",
        *map(ablated_name, ABLATIONS),
        *(model.name for model in baselines() if model.name not in _NAMES_ONLY),
    ),
    "lead": ("ahead", "undecided", "behind"),
    "slot_mark": ("hit", "annoying"),
    "dimension": OUTPUTS["validation_report"].column("dimension").values,
    "side": OUTPUTS["validation_report"].column("side").values,
    "outcome": ("blocked", "failed", *(status.replace(" ", "_") for status in Status)),
    "stage": tuple(_TONES),
    "stage_outcome": get_args(StageOutcome),
    "people_step": ("seen", "recommended", "withheld"),
    "waiver": ("in_force", "expired"),
    "scorecard": ("quarantined_share", "duplicate_share", "contradiction_share", "completeness"),
    "kano": (*KINDS, UNDECIDED),
    "change": CHANGES,
    "rating": ("raw", "weighted", "corrected"),
    "segment": ("newcomer_true", "newcomer_false"),
    "award": OUTPUTS["award_states"].column("state").values,
    "audit_verdict": ("equal", "unequal", "unread", "was_read"),
    "score_part": (*PARTS, "score"),
    "goal": INPUTS["trials"].column("goal").values,
}
OPEN_SECTIONS = {"attribute", "balance", "column", "evidence", "fate", "fill", "return", "step", "term", "value"}  # fmt: skip


def test_every_message_is_there_in_both_languages():
    empty = [key for key, both in messages().items() if not both.zh.strip() or not both.en.strip()]

    assert empty == []


def test_both_languages_of_a_message_have_the_same_blanks():
    def blanks(text):
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    differ = [key for key, both in messages().items() if blanks(both.zh) != blanks(both.en)]

    assert differ == []


def test_chinese_messages_are_chinese():
    names_only = {
        "column.psi",
        "column.sha256",
        "index.title",
        "merchant.title",
        "samples.caption",
        "merchant.kicker",
    }
    latin = [
        key
        for key, both in messages().items()
        if not re.search(r"[一-鿿]", both.zh)
        and re.search(r"[A-Za-z]{3}", both.zh.replace("{", ""))
    ]

    assert set(latin) <= names_only | {"improvement.kicker"}


def test_every_message_that_a_page_says_exists():
    assert SAID - messages().keys() == set()


def test_every_column_heading_that_a_page_asks_for_exists():
    asked = {
        key
        for call in re.findall(r"\bcolumns\(([^()]*)\)", SOURCES)
        for key in re.findall(r"\"([a-z_0-9]+)\"", call)
    }

    assert {f"column.{key}" for key in asked} - messages().keys() == set()


@pytest.mark.parametrize("section", sorted(CODED))
def test_every_declared_code_has_a_name(section):
    assert {f"{section}.{code}" for code in CODED[section]} - messages().keys() == set()


def test_no_message_is_left_over():
    coded = {f"{section}.{code}" for section, codes in CODED.items() for code in codes}
    phrases = re.findall(r"say\(\s*f\"([a-z_]+)\.\{[a-z]+\}([a-z_]*)\"", SOURCES)
    composed = {
        key
        for key in messages()
        for section, end in phrases
        if key.startswith(f"{section}.") and key.endswith(end)
    }
    spelled = {key for key in messages() if f'"{key}"' in SOURCES}
    open_ended = {key for key in messages() if key.partition(".")[0] in OPEN_SECTIONS}
    other = {"withheld.other"}

    assert messages().keys() - SAID - coded - composed - spelled - open_ended - other == set()


def test_blanks_are_filled_in_each_language():
    said = say("merchant.kicker", merchant=Words("甲", "A"), day=date(2017, 12, 4))

    assert said == Words("商家 甲 · 2017年12月4日", "Merchant A · 4 Dec 2017")


def test_whole_numbers_get_thousands_separators():
    assert "1,234,567" in say("merchant_link.people", n=1_234_567).zh


def test_braces_in_a_name_are_only_text():
    assert say("merchant.title", merchant="{day.__class__}").en == "{day.__class__}"


def test_an_unknown_code_stands_for_itself():
    assert name_of("slot", "brand_new") == same("brand_new")


def test_each_language_joins_in_its_own_way():
    assert listed(("a", Words("乙", "b"))) == Words("a、乙", "a, b")


def test_words_are_escaped():
    assert Words("<i>", "<b>").__html__().count("&lt;") == 2
