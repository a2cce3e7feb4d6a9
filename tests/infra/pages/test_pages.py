"""What holds for every page: one safe file, both languages, the same bytes twice."""

import json
import re
from base64 import b64encode
from datetime import date
from hashlib import sha256
from html.parser import HTMLParser

import pyarrow as pa
import pytest

from infra.pages import (
    MerchantFacts,
    render_index,
    render_internal,
    render_merchant,
    summary_page,
)
from infra.pages.vega import _rendered
from quality.schema import Kind
from quality.tables import OUTPUTS

HOSTILE = "</span><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u202e\x00"
_WRITTEN = re.compile(r'(?<="quote": ")|(?<="event_id": ")|(?<="value": ")')
_IN_JSON = json.dumps(HOSTILE)[1:-1].replace("\\", r"\\")
AS_OF = date(2017, 12, 4)
VOID = {"meta", "link", "br", "img", "rect", "hr"}


class Outline(HTMLParser):
    """The elements of a page, and what is wrong with their nesting."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.open, self.wrong = [], [], [], []
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.extend((tag, name, value) for name, value in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.extend((tag, name, value) for name, value in attrs)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


@pytest.fixture(scope="session")
def outlines(pages):
    return {name: Outline(body) for name, body in pages.items()}


def test_elements_are_nested_properly(outlines):
    assert {name: (it.wrong, it.open) for name, it in outlines.items() if it.wrong or it.open} == {}


def test_a_page_carries_no_style_attribute_and_no_handler(outlines):
    for name, outline in outlines.items():
        bad = [it for it in outline.attributes if it[1] == "style" or it[1].startswith("on")]
        assert bad == [], name


def test_ids_are_unique_and_links_within_the_page_arrive(outlines):
    for name, outline in outlines.items():
        ids = [value for _, attribute, value in outline.attributes if attribute == "id"]
        wanted = {
            value.removeprefix("#")
            for _, attribute, value in outline.attributes
            if (attribute == "href" and value.startswith("#")) or attribute == "aria-labelledby"
        }
        assert len(ids) == len(set(ids)), name
        assert wanted <= set(ids), name


def test_a_page_asks_for_nothing(outlines):
    loading = {"src", "srcset", "data", "poster", "action", "background"}
    for name, outline in outlines.items():
        assert not {"img", "iframe", "link", "object", "form"} & set(outline.tags), name
        assert not [it for it in outline.attributes if it[1] in loading], name


def test_the_policy_allows_the_one_style_and_the_one_script(pages):
    for name, body in pages.items():
        text = body.decode()
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
        directives = dict(part.split(" ", 1) for part in policy.replace("&#39;", "'").split("; "))
        for kind, element in (("style-src", "style"), ("script-src", "script")):
            inside = re.findall(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)
            digests = [
                f"'sha256-{b64encode(sha256(it.encode()).digest()).decode()}'" for it in inside
            ]
            assert [directives[kind]] == digests, (name, kind)
        assert directives["default-src"] == "'none'"
        assert text.index("Content-Security-Policy") < text.index("<style>")


def test_the_same_day_gives_the_same_bytes(tables, day_facts, merchant_facts, index_facts, pages):
    _rendered.cache_clear()
    again = {
        render_index(index_facts),
        *render_internal(tables, day_facts).values(),
        *render_merchant("m1", tables, merchant_facts).values(),
    }

    assert again <= set(pages.values())


def test_both_languages_are_on_every_page(pages):
    for name, body in pages.items():
        text = body.decode()
        assert text.count('lang="zh-CN"') > 10, name
        assert text.count('lang="en"') > 10, name


def test_a_page_speaks_the_language_asked_for_first(tables):
    facts = MerchantFacts(as_of=AS_OF, run_id="r", name="Shop", language="en")

    page = render_merchant("m1", tables, facts)["index.html"].decode()

    assert '<html lang="en"' in page
    assert "<title>Shop</title>" in page


def _with_hostile_text(name, table):
    """Put hostile text into every text, and into the quotes and samples inside JSON."""
    declared = OUTPUTS.get(name)
    if declared is None:
        return table
    for column in declared.columns:
        place = table.column_names.index(column.name)
        if column.kind is Kind.TEXT and not column.values:
            hostile = pa.array([f"{value}{HOSTILE}" for value in table[column.name].to_pylist()])
            table = table.set_column(place, column.arrow, hostile)
        if column.kind is Kind.JSON:
            spoilt = [
                text and _WRITTEN.sub(_IN_JSON, text) for text in table[column.name].to_pylist()
            ]
            table = table.set_column(place, column.arrow, pa.array(spoilt))
    return table


def test_what_customers_write_is_only_text(tables, day_facts):
    spoilt = {name: _with_hostile_text(name, table) for name, table in tables.items()}
    spoilt["items"] = tables["items"].set_column(
        2, "name", pa.array([HOSTILE] * len(tables["items"]))
    )
    facts = MerchantFacts(
        as_of=AS_OF, run_id=HOSTILE, name=HOSTILE, aspects={"build": (HOSTILE, HOSTILE)}
    )

    rendered = render_internal(spoilt, day_facts) | render_merchant(HOSTILE, spoilt, facts)

    for name, body in rendered.items():
        outline = Outline(body)
        assert outline.tags.count("script") == 1, name
        assert "img" not in outline.tags, name
        assert (outline.wrong, outline.open) == ([], []), name
        assert b"alert(1)" in body, name


def test_a_day_without_optional_tables_has_pages(day_facts, merchant_facts):
    rendered = render_internal({}, day_facts) | render_merchant("m1", {}, merchant_facts)

    assert all(b"<h1>" in body for body in rendered.values())


def test_a_day_whose_tables_are_empty_has_pages(day_facts, merchant_facts):
    empty = {name: declared.empty() for name, declared in OUTPUTS.items()}

    rendered = render_internal(empty, day_facts) | render_merchant("m1", empty, merchant_facts)

    assert all(b"<h1>" in body for body in rendered.values())


def test_an_item_id_of_any_kind_has_a_file_name():
    assert summary_page("甲/../b") == "improvement_summary-=E7=94=B2=2F..=2Fb.html"
