"""One self-contained file from blocks: styles and script inside, and a policy that allows no more."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from infra.pages.blocks import Block, Link, Section
from infra.pages.words import Text, Words, say


def document(
    title: Words,
    sections: Sequence[Section],
    *,
    language: str,
    trail: Sequence[Link] = (),
    opening: Sequence[Block] = (),
    kicker: Text | None = None,
    lead: Words | None = None,
) -> bytes:
    """Render a page.

    Args:
        title: What the page is called.
        sections: What it says.
        language: What it speaks first, and without JavaScript always: zh-CN or en.
        trail: The pages above it.
        opening: What stands before the first section.
        kicker: The line above the title.
        lead: The sentence below it.
    """
    page = _environment().get_template("page.html.j2")
    html = page.render(
        title=title,
        sections=sections,
        language=language,
        trail=trail,
        opening=opening,
        kicker=kicker,
        lead=lead,
        css=Markup(_part("page.css")),  # noqa: S704 - our own file
        script=Markup(_part("page.js")),  # noqa: S704 - our own file
        policy=content_policy(),
    )
    return html.encode()


@cache
def content_policy() -> str:
    """Return the Content-Security-Policy: nothing but the one style and the one script."""
    style, script = _digest(_part("page.css")), _digest(_part("page.js"))
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("infra.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["say"] = say
    return environment


@cache
def _part(name: str) -> str:
    return files("infra.pages").joinpath("templates", name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
