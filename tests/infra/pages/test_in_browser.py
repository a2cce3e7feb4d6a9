"""The pages as a reader sees them: nothing asked of others, no error, two languages, no overflow."""

import functools
import http.server
import threading
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DESKTOP = {"width": 1200, "height": 900}
PHONE = {"width": 390, "height": 844}
SEEN = "() => document.querySelector('main').innerText"
UNREADABLE = """() => [...document.querySelectorAll('.chart svg')].flatMap(svg => {
  const frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')]
    .map(text => [text.textContent, text.getBoundingClientRect()])
    .filter(([words, box]) => box.width);
  const clipped = texts.filter(([, box]) => box.right > frame.right + 1 || box.left < frame.left - 1);
  const overlapping = texts.filter(([, one], place) => texts.slice(place + 1).some(([, other]) =>
    one.left < other.right && other.left < one.right &&
    one.top < other.bottom - 3 && other.top < one.bottom - 3));
  return [...clipped, ...overlapping].map(([words]) => words);
})"""
"""The texts of charts that are cut off or lie over each other."""


@pytest.fixture(scope="module")
def browser(launch):
    """One browser for all tests here: none of them starts an event loop of its own."""
    with launch() as browser:
        yield browser


def _links(page):
    return page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")


def _page_files(store):
    return sorted(store.rglob("*.html"))


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_page_complains_or_overflows(visitor, store, viewport):
    for path in _page_files(store):
        page = visitor.open(path.as_uri(), viewport=viewport)
        for language in ("中文", "English"):
            page.get_by_role("button", name=language).click()
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= viewport["width"], path.name
            assert page.evaluate(UNREADABLE) == [], (path.name, language)
        page.close()

    assert visitor.complaints == []


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_is_folded_fits_once_it_is_opened(visitor, store, viewport):
    path = next(path for path in _page_files(store) if path.name == "validation_report.html")
    page = visitor.open(path.as_uri(), viewport=viewport)
    for language in ("中文", "English"):
        page.get_by_role("button", name=language).click()
        page.evaluate("document.querySelectorAll('details').forEach(it => { it.open = true; })")

        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        assert page.evaluate(UNREADABLE) == []


def test_the_switch_changes_every_word_and_the_title(visitor, store):
    page = visitor.open((store / "index.html").as_uri())
    chinese, title = page.evaluate(SEEN), page.title()

    page.get_by_role("button", name="English").click()

    english = page.evaluate(SEEN)
    assert page.evaluate("document.documentElement.lang") == "en"
    assert "从哪里看起" in chinese
    assert "从哪里看起" not in english
    assert "Where to begin" in english
    assert page.title() != title
    assert page.get_by_role("button", name="English").get_attribute("aria-pressed") == "true"
    assert visitor.complaints == []


def test_the_language_travels_with_the_links(visitor, store):
    page = visitor.open(f"{(store / 'index.html').as_uri()}#lang=en")

    with page.expect_navigation():
        page.get_by_role("link", name="Validation report").click()

    assert page.evaluate("document.documentElement.lang") == "en"
    assert "All rules" in page.evaluate(SEEN)


def test_nothing_is_remembered(visitor, store):
    page = visitor.open(f"{(store / 'index.html').as_uri()}#lang=en")

    page.goto((store / "index.html").as_uri() + "?again")

    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.context.cookies() == []


def test_without_javascript_one_language_is_read(visitor, store):
    page = visitor.open((store / "index.html").as_uri(), java_script_enabled=False)

    assert page.get_by_text("从哪里看起", exact=True).first.is_visible()
    assert not page.get_by_text("Where to begin", exact=True).first.is_visible()
    assert not page.get_by_role("button", name="English").is_visible()


def test_every_link_from_the_index_arrives(visitor, store):
    waiting, seen = [(store / "index.html").as_uri()], set()
    while waiting:
        url = waiting.pop()
        if url in seen or not url.partition("#")[0].endswith(".html"):
            continue
        seen.add(url)
        page = visitor.open(url)
        waiting += [link for link in _links(page) if link.partition("#")[2].startswith("lang=")]
        page.close()
    arrived = {url2pathname(urlsplit(url).path) for url in seen}

    assert arrived == {str(path) for path in _page_files(store) if path.stem != "evaluation"}
    assert visitor.complaints == []


def test_pages_work_over_http(visitor, store):
    handler = functools.partial(_Quiet, directory=str(store))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = visitor.open(f"http://127.0.0.1:{server.server_port}/index.html#lang=en")
        with page.expect_navigation():
            page.get_by_role("link", name="The day", exact=True).click()
        shown = page.evaluate(SEEN)
        server.shutdown()

    assert "Where the rows went" in shown
    assert visitor.complaints == []


def test_a_script_that_got_into_a_page_does_not_run(visitor, store, tmp_path):
    spoilt = (store / "index.html").read_text(encoding="utf-8")
    injected = (
        "<script>document.title = 'taken'</script><img src=x onerror=\"document.title='taken'\">"
    )
    path = tmp_path / "index.html"
    path.write_text(spoilt.replace("<h1>", f"{injected}<h1>"), encoding="utf-8")

    page = visitor.open(path.as_uri())

    assert page.title() != "taken"
    assert any("Content Security Policy" in complaint for complaint in visitor.complaints)


def test_a_chart_has_a_name_and_a_table_for_those_who_cannot_see_it(visitor, store):
    path = next(path for path in _page_files(store) if path.name == "validation_report.html")
    page = visitor.open(f"{path.as_uri()}#lang=en")

    figure = page.locator("#failures").get_by_role("figure").first
    figure.locator("summary").click()

    assert "Failed rows by rule" in figure.locator("figcaption").inner_text()
    assert figure.get_by_role("table").is_visible()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        """Say nothing."""
