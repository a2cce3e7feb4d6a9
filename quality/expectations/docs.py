"""Great Expectations' Data Docs as files that open without a network.

Its own renderers and templates draw the pages. What its frame would fetch is put inside instead:
Bootstrap's style sheet from the package django-static-bootstrap, the logo from Great Expectations
itself. Its scripts are left out: the two things they do, filter and unfold, HTML and CSS do here.
The pages carry a policy that forbids every request, counts and rules, and no rows.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, date, datetime, time
from functools import cache
from hashlib import sha256
from html import unescape
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.render import (
    RenderedDocumentContent,
    RenderedHeaderContent,
    RenderedSectionContent,
    RenderedStringTemplateContent,
    RenderedTableContent,
)
from great_expectations.render.renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, PackageLoader
from markupsafe import escape

FOLDER = "data_docs"
_POLICY_HERE = "the policy goes here"
_STYLE_ATTRIBUTE = re.compile(r'<[^<>]* style="([^"]*)"')
_LIGHT_ONLY = "/* some css overrides for dark mode*/"
"""What follows in Great Expectations' style sheet is for dark mode, and fetches a second logo."""


def data_docs(results: Mapping[str, Any], as_of: date, *, home_href: str) -> dict[str, bytes]:
    """Render the Data Docs of a day.

    Args:
        results: What ``count_failures`` returned as ``result``, by table.
        as_of: The day; it stands for the run's name and time, so that a day has the same bytes.
        home_href: Address of our own validation report, seen from the docs' folder.

    Returns:
        ``data_docs/index.html`` and ``data_docs/{table}.html``, each one self-contained file.
    """
    dated = {table: _dated(result, table, as_of) for table, result in results.items()}
    index = {"index": _index(dated, as_of)}
    tables = {table: _Page().render(result) for table, result in dated.items()}
    return {
        f"{FOLDER}/{name}.html": _html(document, home_href)
        for name, document in (index | tables).items()
    }


class _Page(ValidationResultsPageRenderer):  # type: ignore[misc] # ships no types
    """The page of one suite; the suite has no page of its own to link to."""

    @classmethod
    def _render_validation_header(cls, validation_results: Any) -> Any:
        header = super()._render_validation_header(validation_results)
        header.subheader.string_template["styling"]["params"]["expectation_suite_name"] = {}
        return header


def _dated(result: Any, table: str, as_of: date) -> Any:
    """Return a copy named after its table and day, failures first, without ids and addresses."""
    dated = deepcopy(result)
    dated.suite_name = table
    dated.results.sort(key=lambda found: found.success)
    dated.meta = {
        "great_expectations_version": version("great_expectations"),
        "batch_spec": {"data_asset_name": table},
        "run_id": RunIdentifier(as_of.isoformat(), datetime.combine(as_of, time(), UTC)),
    }
    return dated


def _index(results: Mapping[str, Any], as_of: date) -> Any:
    rows = [
        [
            _text("$table", "a", {"table": table}, {"attributes": {"href": f"{table}.html"}}),
            _status(is_kept=bool(result.success)),
            result.statistics["evaluated_expectations"],
            result.statistics["successful_expectations"],
            result.statistics["unsuccessful_expectations"],
        ]
        for table, result in results.items()
    ]
    table = RenderedTableContent(
        content_block_type="table",
        header_row=[
            "Table 表",
            "Status 状态",
            "Evaluated 检查",
            "Successful 通过",
            "Unsuccessful 未过",
        ],
        table=rows,
        styling={"classes": ["col-12", "table-responsive"], "body": {"classes": ["table"]}},
    )
    title = RenderedHeaderContent(
        content_block_type="header",
        header=_text("$title", "span", {"title": f"Data Docs | {as_of.isoformat()}"}, {}),
        styling={"classes": ["col-12", "p-0"], "header": {"classes": ["alert", "alert-secondary"]}},
    )
    return RenderedDocumentContent(
        renderer_type="SiteIndexPageRenderer",
        sections=[RenderedSectionContent(section_name="Overview", content_blocks=[title, table])],
    )


def _status(*, is_kept: bool) -> Any:
    classes = ["fa-check-circle", "text-success"] if is_kept else ["fa-times", "text-danger"]
    return _text(
        "$icon", "span", {"icon": ""}, {"params": {"icon": {"tag": "i", "classes": classes}}}
    )


def _text(template: str, tag: str, params: dict[str, str], styling: dict[str, Any]) -> Any:
    return RenderedStringTemplateContent(
        content_block_type="string_template",
        string_template={"template": template, "tag": tag, "params": params, "styling": styling},
    )


@cache
def _view() -> Any:
    """Return Great Expectations' page view with our frame; it compiles each template once."""
    view = DefaultJinjaPageView()
    own = PackageLoader("quality.expectations", "templates")
    view.env.loader = ChoiceLoader([own, view.env.loader])
    return view


def _html(document: Any, home_href: str) -> bytes:
    page: str = _view().render(
        document,
        style=_style(),
        logo=_logo(),
        home_href=str(escape(home_href)),
        policy=_POLICY_HERE,
    )
    return page.replace(_POLICY_HERE, _policy(page), 1).encode()


def _policy(page: str) -> str:
    """Return the policy of a page: its one image inside it, and the very styles that it has.

    Great Expectations' renderers write style attributes, each of which is allowed by its digest.
    """
    sheet = page.partition("<style>")[2].partition("</style>")[0]
    styles = sorted({unescape(found) for found in _STYLE_ATTRIBUTE.findall(page)})
    allowed = " ".join(f"'sha256-{_digest(style)}'" for style in (sheet, *styles))
    return (
        f"default-src 'none'; style-src 'unsafe-hashes' {allowed}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


@cache
def _style() -> str:
    bootstrap = files("django_static_bootstrap") / "static/bootstrap/css/bootstrap.min.css"
    styles = files("great_expectations") / "render/view/static/styles/data_docs_default_styles.css"
    plain, _, _ = styles.read_text(encoding="utf-8").partition(_LIGHT_ONLY)
    # The sheet begins with a template block about fonts that the pages do not use.
    _, _, theirs = plain.partition("{% endif %}")
    own = files("quality.expectations") / "templates/data_docs.css"
    sheet = bootstrap.read_text(encoding="utf-8").partition("/*# sourceMappingURL")[0]
    return "\n".join((sheet, theirs, own.read_text(encoding="utf-8")))


@cache
def _logo() -> str:
    image = files("great_expectations") / "render/view/static/images/logo-long.png"
    return f"data:image/png;base64,{b64encode(image.read_bytes()).decode()}"
