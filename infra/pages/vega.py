"""Vega-Lite drawings as SVG; the one importer of the renderer.

Specifications are plain JSON: building the same ones through Altair took six times as long as
rendering them. Sizes, scales, margins and ticks are all given, so that the layout measures no font
and a drawing has the same bytes on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache

import vl_convert
from markupsafe import Markup

from infra.pages.labels import two_texts

Json = Mapping[str, object]
Data = Sequence[Json]

_SCHEMA = "6.4"
"""Version of Vega-Lite; a newer one may draw other bytes."""
INK, FAINT = "#26333a", "#d9dfdd"


def draw(layers: Sequence[Json], width: float, height: float, padding: Json) -> Markup:
    """Render layers over each other.

    Args:
        layers: What ``layer`` returns.
        width: Width of the plot, without padding.
        height: Height of the plot, without padding.
        padding: Margins left, right, top and bottom.
    """
    specification = {
        "layer": list(layers),
        "width": width,
        "height": height,
        "padding": padding,
        "autosize": "none",
        "background": "transparent",
        "config": {"aria": False, "font": "sans-serif", "view": {"stroke": None}},
    }
    return _rendered(json.dumps(specification))


def layer(data: Data, mark: str, look: Json, **encoding: Json) -> Json:
    """Return one layer: a mark over its rows."""
    return {"data": {"values": list(data)}, "mark": {"type": mark, **look}, "encoding": encoding}


def text_layer(data: Data, field: str, look: Json, **encoding: Json) -> Json:
    """Return a layer of texts taken from a column."""
    font = {"fontSize": 12, "color": INK, "baseline": "middle"}
    return layer(data, "text", font | dict(look), text={"field": field}, **encoding)


def place(field: str, domain: tuple[float, float], axis: Json | None = None) -> Json:
    """Return a column as a place on a scale that reaches exactly from low to high."""
    scale = {"domain": list(domain), "nice": False, "zero": False}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}


def band() -> Json:
    """Return the column ``row`` as a place in a list from top to bottom."""
    scale = {"paddingInner": 0, "paddingOuter": 0}
    return {"field": "row", "type": "ordinal", "axis": None, "scale": scale}


def colour() -> Json:
    """Return the column ``tone`` as the colour it holds."""
    return {"field": "tone", "type": "nominal", "scale": None}


def marks_at(ticks: Sequence[float], form: str) -> Json:
    """Return an axis with grid lines at these values, written in a d3 format."""
    return {
        "values": list(ticks),
        "format": form,
        "title": None,
        "labelOverlap": False,
        "labelFontSize": 11,
        "labelColor": INK,
        "labelPadding": 6,
        "gridColor": FAINT,
        "domain": False,
        "ticks": False,
    }


@lru_cache(maxsize=512)
def _rendered(specification: str) -> Markup:
    svg: str = vl_convert.vegalite_to_svg(specification, vl_version=_SCHEMA)
    hidden = svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
    return Markup(two_texts(hidden))  # noqa: S704 - the renderer escapes its texts
