"""What must hold for every ontology file, so that a term added by hand is never dead."""

from collections import Counter
from importlib import resources

import pytest
import yaml

from trials.reports.normalising import normalise
from trials.reports.ontology import OVERALL, ontology_for

FOLDER = resources.files("trials.reports") / "ontologies"
DOCUMENTS = {
    file.name.removesuffix(".yaml"): yaml.safe_load(file.read_text(encoding="utf-8"))
    for file in FOLDER.iterdir()
    if file.name.endswith(".yaml")
}
KEYS = ("terms", "cues", "hints", "not")
LEAST_TERMS = 15


def terms_of(document, keys=KEYS):
    return [
        (aspect, key, term)
        for aspect, body in document["aspects"].items()
        for key in keys
        for term in body.get(key, ())
    ]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_term_is_in_normal_form(name):
    document = DOCUMENTS[name]
    terms = [term for _, _, term in terms_of(document)]
    terms += [*document["safety"], *document.get("safety_not", ()), *document["aliases"]]

    assert [term for term in terms if normalise(term).text != term] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_term_means_two_things_in_one_file(name):
    uses = Counter(term for _, _, term in terms_of(DOCUMENTS[name]))

    assert [term for term, count in uses.items() if count > 1] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_term_by_itself_names_its_aspect(name):
    document = DOCUMENTS[name]
    ontology = ontology_for((document["aliases"] or [""])[0])
    core_overrules = {term for _, _, term in terms_of(document, ("not",))}

    for aspect, _, term in terms_of(document, ("terms", "cues", "hints")):
        text = term.removesuffix("*")
        named = [mention.aspect for mention in ontology.mentions(text)]
        assert aspect in named or term in core_overrules or text in document["safety"], term


@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_exclusion_never_names_the_aspect_it_is_kept_from(name):
    document = DOCUMENTS[name]
    ontology = ontology_for((document["aliases"] or [""])[0])

    for aspect, _, term in terms_of(document, ("not",)):
        found = [mention.aspect for mention in ontology.mentions(term)]
        assert aspect not in found or aspect == OVERALL, term


@pytest.mark.parametrize("name", sorted(DOCUMENTS.keys() - {"core", "electronics", "food"}))
def test_a_category_is_covered_in_both_languages(name):
    document = DOCUMENTS[name]

    assert len(ontology_for(document["aliases"][0]).names) >= 12
    for aspect, body in document["aspects"].items():
        terms = [*body["terms"], *body["cues"]]
        latin = sum(term.isascii() for term in terms)
        assert latin >= LEAST_TERMS, aspect
        assert len(terms) - latin >= LEAST_TERMS, aspect


def test_no_alias_leads_to_two_files():
    aliases = Counter(alias for document in DOCUMENTS.values() for alias in document["aliases"])

    assert [alias for alias, count in aliases.items() if count > 1] == []


@pytest.mark.parametrize(
    ("category", "sentence", "aspect"),
    [
        ("美妆/面膜", "敷完脸上火辣辣的", "irritation"),
        ("beauty/serum", "It left my face tight after ten minutes", "moisture"),
        ("母婴/纸尿裤", "早上起来床单全尿湿了", "absorbency"),
        ("baby/toys", "My son lost interest within minutes", "child_liking"),
        ("家居/收纳", "三个螺丝孔对不上", "assembly"),
        ("home/furniture", "The chair wobbles on a flat floor", "stability"),
        ("服装/女装", "洗了一次就缩水了", "washing"),
        ("shoes", "They gave me blisters", "comfort"),
        ("保健/维生素", "吃完反胃得厉害", "side_effects"),
        ("health/thermometer", "It reads two degrees off", "accuracy"),
    ],
)
def test_implicit_complaints_name_the_aspect_in_every_category(category, sentence, aspect):
    mentions = ontology_for(category).mentions(normalise(sentence).text)

    assert aspect in {mention.aspect for mention in mentions}
