"""Great Expectations' Data Docs: a day's pages, the same bytes twice, opened without a network."""

import re
from base64 import b64encode
from datetime import date
from hashlib import sha256, sha384
from importlib.resources import files

import duckdb
import pytest

from quality.expectations import count_failures, data_docs
from quality.rules import Rule

AS_OF = date(2017, 12, 4)
REPORT = "../validation_report.html"
HOSTILE = "</span><script>alert(1)</script><img src=x onerror=alert(2)> $x ${y} & 'q'"
DESKTOP, PHONE = {"width": 1200, "height": 900}, {"width": 390, "height": 844}


def rule(rule_id, condition, en="n must be even.", zh="n 必须为偶数。", owner="门店数据组"):
    return Rule(
        table="numbers",
        rule_id=rule_id,
        severity="warn",
        threshold=0.001,
        owner=owner,
        en=en,
        zh=zh,
        condition=condition,
    )


KEPT = rule("positive", "t.n < 0", "n must be positive.", "n 必须为正。")
BROKEN = rule("even", "t.n % 2 = 1")
SECRET = "person-4711"


def _checked():
    with duckdb.connect() as connection:
        connection.execute(f"""
            CREATE VIEW known_numbers AS
            SELECT '{SECRET}' AS source_file, n AS row_number, NULL::VARCHAR AS malformed_line, n
            FROM range(1, 11) AS r(n)""")
        spoilt = rule("hostile", "t.n > 8", HOSTILE, HOSTILE, HOSTILE)
        return {
            "numbers": count_failures(connection, "known_numbers", [KEPT, BROKEN, spoilt]).result,
            "clean": count_failures(connection, "known_numbers", [KEPT]).result,
        }


@pytest.fixture(scope="module")
def docs():
    return data_docs(_checked(), AS_OF, home_href=REPORT)


@pytest.fixture(scope="module")
def site(docs, tmp_path_factory):
    """The folder of a run with its docs and a stand-in for our own report."""
    root = tmp_path_factory.mktemp("run")
    (root / "validation_report.html").write_text("<h1>Report</h1>", encoding="utf-8")
    for name, body in docs.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(body)
    return root


@pytest.fixture(scope="module")
def browser(launch):
    """One browser for all tests here: none of them starts an event loop of its own."""
    with launch() as browser:
        yield browser


def test_there_is_an_index_and_a_page_a_table(docs):
    assert list(docs) == ["data_docs/index.html", "data_docs/numbers.html", "data_docs/clean.html"]


def test_the_same_day_has_the_same_bytes(docs):
    assert data_docs(_checked(), AS_OF, home_href=REPORT) == docs


def test_a_page_holds_no_row_and_no_place_of_this_machine(docs):
    for name, body in docs.items():
        assert SECRET.encode() not in body, name
        assert b"duckdb://" not in body, name
        assert not re.search(rb"[0-9a-f]{8}-[0-9a-f]{4}-", body), name


def test_a_page_refers_to_no_other_site(docs):
    for name, body in docs.items():
        asked = re.findall(rb"(?:src|href|action)=\"([^\"]*)\"|url\(([^)]*)\)", body)
        outside = [it for pair in asked for it in pair if re.match(rb"[\"']?(https?:)?//", it)]
        assert [it for it in outside if b"greatexpectations.io" not in it] == [], name


def test_the_style_sheet_is_the_one_that_bootstrap_published():
    sheet = files("django_static_bootstrap") / "static/bootstrap/css/bootstrap.min.css"
    digest = b64encode(sha384(sheet.read_bytes()).digest()).decode()

    # The integrity value of v4.6.2 on getbootstrap.com.
    assert digest == "xOolHFLEh07PJGoPkLv1IbcEPTNtaed2xpHsD9ESMhqIYd0nLMwNLD69Npy4HI+N"


def test_the_policy_allows_the_very_styles_of_the_page_and_no_others(docs):
    for name, body in docs.items():
        policy = re.search(rb'Content-Security-Policy" content="([^"]*)"', body)[1].decode()
        directives = dict(part.split(" ", 1) for part in policy.split("; "))
        styles = {*re.findall(rb"<style>(.*?)</style>", body, re.DOTALL)}
        styles |= {*re.findall(rb'<[^<>]* style="([^"]*)"', body)}

        allowed = {f"'sha256-{b64encode(sha256(it).digest()).decode()}'" for it in styles}
        assert set(directives["style-src"].split()) == {"'unsafe-hashes'", *allowed}, name
        assert directives["default-src"] == "'none'"
        assert "unsafe-inline" not in policy


def test_what_a_rule_says_is_only_text(docs):
    page = docs["data_docs/numbers.html"]

    assert b"<script" not in page
    assert b"<img src=x" not in page
    assert b"&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_opens_without_a_network(visitor, site, viewport):
    for path in sorted((site / "data_docs").iterdir()):
        page = visitor.open(path.as_uri(), viewport=viewport, offline=True)
        page.evaluate("document.querySelectorAll('details').forEach(it => { it.open = true; })")

        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], path.name
        assert page.get_by_alt_text("Great Expectations").evaluate("it => it.naturalWidth") > 0
        assert page.evaluate("getComputedStyle(document.body).margin") == "0px"
        page.close()

    assert visitor.complaints == []


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_dark_mode_asks_for_nothing_either(visitor, site):
    url = (site / "data_docs/index.html").as_uri()

    visitor.open(url, color_scheme="dark")

    assert visitor.complaints == []


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_a_rule_is_read_in_words_with_its_count_and_its_sql_on_demand(visitor, site):
    page = visitor.open((site / "data_docs/numbers.html").as_uri())
    row = page.get_by_role("row").filter(has_text="n must be even.")

    assert "n 必须为偶数。" in row.inner_text()
    assert row.get_by_role("cell").last.inner_text() == "5"
    assert not row.get_by_text("t.n % 2 = 1").is_visible()

    row.get_by_text("SQL", exact=True).click()

    assert row.get_by_text("t.n % 2 = 1").is_visible()


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_failures_come_first_and_can_be_shown_alone(visitor, site):
    page = visitor.open((site / "data_docs/numbers.html").as_uri())
    text = page.evaluate("document.body.innerText")

    page.get_by_label("failed only").check()

    assert text.index("n must be even.") < text.index("n must be positive.")
    assert page.get_by_text("n must be even.").is_visible()
    assert not page.get_by_text("n must be positive.").is_visible()


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_links_lead_from_the_index_to_a_table_and_back_to_our_report(visitor, site):
    page = visitor.open((site / "data_docs/index.html").as_uri())

    page.get_by_role("link", name="clean").click()
    assert "clean" in page.title()

    page.get_by_role("link", name="Data Docs").click()
    page.get_by_role("link", name="Validation report", exact=False).first.click()
    assert page.url.endswith("/validation_report.html")
    assert visitor.complaints == []
