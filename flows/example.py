"""``shike.example.toml``, written from the options themselves. ``python -m flows.example``."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import itertools
import json
import sys
import textwrap
from typing import Any, get_type_hints

from flows.settings import Settings

_HEADING = """\
# Every setting of shike with its default. Copy to shike.toml and keep what you change.
# Arguments beat SHIKE_<SECTION>_<KEY> variables, which beat this file. Unknown keys are errors.
"""
_WIDTH = 98


def example_toml() -> str:
    """Return every setting with its default, under the sentence that explains it."""
    sections = [_HEADING]
    for name, options in get_type_hints(Settings).items():
        sections.append(f"[{name}]\n" + "".join(_settings(options)))
    return "\n".join(sections)


def _settings(options: type) -> list[str]:
    default = options()
    explained = _explanations(options)
    lines = []
    for option in dataclasses.fields(options):
        sentence = " ".join(explained[option.name].split())
        comment = textwrap.fill(sentence, _WIDTH, initial_indent="# ", subsequent_indent="# ")
        lines.append(f"{comment}\n{option.name} = {_literal(getattr(default, option.name))}\n")
    return lines


def _literal(value: Any) -> str:
    """Return a value as TOML; strings, numbers, truth values and lists of them read like JSON."""
    if isinstance(value, float) and value == float("inf"):
        return "inf"
    if isinstance(value, dict):
        inner = ", ".join(f"{key} = {_literal(one)}" for key, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    return json.dumps(value, ensure_ascii=False)


def _explanations(options: type) -> dict[str, str]:
    """Return the docstring below each field, inherited ones included."""
    explained: dict[str, str] = {}
    for declared in filter(dataclasses.is_dataclass, reversed(options.__mro__)):
        body = ast.parse(textwrap.dedent(inspect.getsource(declared))).body[0]
        statements = body.body if isinstance(body, ast.ClassDef) else []
        for field, below in itertools.pairwise(statements):
            if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr):
                explained[ast.unparse(field.target)] = str(ast.literal_eval(below.value))
    return explained


if __name__ == "__main__":
    sys.stdout.write(example_toml())
