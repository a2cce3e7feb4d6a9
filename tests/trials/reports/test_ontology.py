import pytest

from trials.reports.normalising import normalise
from trials.reports.ontology import aspect_name, aspect_names, ontology_for

ELECTRONICS = {
    "screen",
    "input",
    "system",
    "config",
    "performance",
    "heat_noise",
    "battery",
    "audio",
    "build",
    "appearance",
    "accessory",
    "description",
    "price",
    "service",
    "logistics",
    "overall",
}
FOOD = {
    "taste",
    "quality",
    "packaging",
    "logistics",
    "price",
    "performance",
    "appearance",
    "usability",
    "availability",
    "service",
    "description",
    "overall",
}


def aspects(text, category):
    return {mention.aspect for mention in ontology_for(category).mentions(normalise(text).text)}


def test_the_ids_are_those_of_the_labels():
    assert set(ontology_for("electronics").names) == ELECTRONICS
    assert set(ontology_for("food").names) == FOOD


@pytest.mark.parametrize(
    ("category", "name"),
    [
        ("electronics/laptop", "electronics"),
        ("Electronics/Laptop", "electronics"),
        ("数码/笔记本", "electronics"),
        ("GROCERY/Tea", "food"),
        ("shop / food", "food"),
        ("食品/茶叶", "food"),
        ("garden/spade", "core"),
        ("", "core"),
    ],
)
def test_the_file_is_chosen_by_category_level_and_alias_whatever_the_case(category, name):
    assert ontology_for(category).name == name


def test_every_aspect_has_a_name_in_both_languages():
    names = aspect_names()

    assert set(names) >= ELECTRONICS | FOOD
    assert all(zh and en and zh != en for zh, en in names.values())
    assert aspect_name("screen", "zh") == "屏幕"
    assert aspect_name("unheard-of", "en") == "unheard-of"


def test_general_praise_counts_only_where_nothing_definite_is_named():
    assert aspects("很不错", "electronics") == {"overall"}
    assert aspects("屏幕很不错", "electronics") == {"screen"}


def test_an_implicit_cue_names_the_aspect():
    assert aspects("右边烫得很", "electronics") == {"heat_noise"}


def test_a_phrase_that_only_contains_a_term_is_not_that_aspect():
    assert aspects("希望能屏蔽信号", "electronics") == {"performance"}
    assert aspects("I am looking for it", "food") == set()


def test_a_danger_is_marked_and_a_denied_one_is_not():
    dangers = [mention.is_safety for mention in ontology_for("food").mentions("里面发霉了")]
    denied = [mention.is_safety for mention in ontology_for("food").mentions("没有发霉")]

    assert dangers == [True]
    assert not any(denied)


def f1(rows, category):
    """Micro F1; an also-accepted aspect is neither an error nor, given instead, a miss."""
    right = wrong = missed = 0
    for row in rows:
        given = aspects(row["clause"], category)
        wanted = {each["aspect"] for each in row["aspects"]}
        accepted = given & set(row["alt_aspects"]) - wanted
        instead = min(len(accepted), len(wanted - given))
        right += len(given & wanted) + instead
        wrong += len(given - wanted - accepted)
        missed += len(wanted - given) - instead
    return 2 * right / (2 * right + wrong + missed)


@pytest.mark.parametrize(
    ("name", "category", "least"),
    [("clauses_zh", "electronics", 0.80), ("clauses_en", "food", 0.78)],
)
def test_aspects_are_found_on_the_development_labels(labelled, name, category, least):
    assert f1(labelled(name), category) >= least
