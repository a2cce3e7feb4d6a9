"""The one expectation that every rule is: a query returns no rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from great_expectations.compatibility.pydantic import PrivateAttr
from great_expectations.expectations import UnexpectedRowsExpectation
from great_expectations.render import CollapseContent, RenderedStringTemplateContent
from great_expectations.render.components import LegacyRendererType
from great_expectations.render.renderer.renderer import renderer

from quality.rules.rule import Rule

_ROW_COUNT = "unexpected_rows_query.row_count"


class ExpectNoRows(UnexpectedRowsExpectation):  # type: ignore[misc] # ships no types
    """Expect a query to return no rows, and count the rows it returns.

    The parent fetches some of the rows besides; all of them go to quarantine by the same query.
    """

    metric_dependencies: ClassVar[tuple[str, ...]] = (_ROW_COUNT,)
    _built: Any = PrivateAttr(default=None)

    @property
    def configuration(self) -> Any:
        """The parent's, built once for the same fields: it is asked for dozens of times a check."""
        if self._built is None or self._built[0] != self.__dict__:
            self._built = dict(self.__dict__), super().configuration
        return self._built[1]

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002 - the parent's signature
        execution_engine: Any = None,  # noqa: ARG002 - the parent's signature
    ) -> dict[str, Any]:
        count = metrics[_ROW_COUNT]
        return {"success": count == 0, "result": {"observed_value": count}}

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)  # type: ignore[untyped-decorator] # ships no types
    def _prescriptive_renderer(
        cls,
        configuration: Any = None,
        result: Any = None,  # noqa: ARG003 - the parent's signature
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG003 - the parent's signature
        **_: Any,
    ) -> list[Any]:
        """Say the rule in words, and keep its SQL below them."""
        query = _shown("$query", {"query": configuration.kwargs["unexpected_rows_query"]})
        code = CollapseContent(collapse_toggle_link="SQL", collapse=[query])
        return [_shown("$zh\n$en\n$rule_id $aim", configuration.meta), code]


def expectation_of(rule: Rule) -> ExpectNoRows:
    """Return a rule as an expectation that carries the rule's own words."""
    aim = f"{rule.scope} · {rule.severity} > {rule.threshold:.2%}"
    if rule.owner:
        aim += f" · {rule.owner}"
    said = {"rule_id": rule.rule_id, "zh": rule.zh, "en": rule.en, "aim": aim}
    return ExpectNoRows(unexpected_rows_query=rule.query, meta=said)


def _shown(template: str, values: Mapping[str, str]) -> Any:
    """Return text whose values Great Expectations escapes and sets each in its own class."""
    names = [word.removeprefix("$") for word in template.split()]
    styles = {name: {"classes": [f"shike-{name}"]} for name in names}
    # Great Expectations writes into what it is given.
    params = {name: values[name] for name in names}
    return RenderedStringTemplateContent(
        content_block_type="string_template",
        string_template={"template": template, "params": params, "styling": {"params": styles}},
    )
