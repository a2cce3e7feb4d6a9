"""``shike review``: how one trial report is read, clause by clause, and why."""

from __future__ import annotations

import json
import locale
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.commands import options
from flows.commands.review_words import Lang, say
from flows.corrections import decisions
from flows.embeddings import check_embeddings
from flows.report_models import models_in_use
from flows.settings import Settings, load_settings
from infra.store import open_store
from trials.reports.clause_polarity import ClauseReasons
from trials.reports.explaining import ExplainedClause, Explanation, explain
from trials.reports.ontology import aspect_name
from trials.reports.polarity import PolarityModels, load_models

_COLOURS = {1: "green", 0: "default", -1: "red"}
_UNKNOWN_STARS = 3.0


@click.command()
@click.option("--text", required=True, help="The report; - reads it from standard input.")
@click.option("--stars", type=click.FloatRange(1, 5), help="Its stars; 3 when not given.")
@click.option("--category", default="", help="The item's category, such as food/tea.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Default: the terminal's.")
@click.option("--store", metavar="URI", help="Read with the models that the shop trained there.")
@options.config
@options.as_json
def review(
    *,
    text: str,
    stars: float | None,
    category: str,
    lang: Lang | None,
    store: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Explain how one trial report is read: clauses, aspects, polarity, suggestion, grade, why."""
    written = sys.stdin.read() if text == "-" else text
    settings = load_settings(config)
    check_embeddings("[review] second_reading", settings.review.second_reading)
    found = explain(
        written,
        stars=_UNKNOWN_STARS if stars is None else stars,
        category=category,
        models=_models(store, settings) if store else load_models(),
        options=settings.review,
    )
    spoken = lang or _lang_of_terminal()
    if as_json:
        click.echo(json.dumps(_as_data(found), ensure_ascii=False))
    else:
        _show(found, spoken, has_stars=stars is not None)


def _models(store: str, settings: Settings) -> PolarityModels:
    """Return what the store's next day reads with."""
    target = open_store(store, settings.store)
    decided = decisions(target, date.max, settings.shop.pseudonym_key)
    return models_in_use(target, date.max, decided).load()


def _lang_of_terminal() -> Lang:
    return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"


def _as_data(found: Explanation) -> dict[str, Any]:
    """The explanation as JSON holds it; offsets count characters of the text as given."""
    clauses = [
        {
            "quote": clause.quote,
            "start": clause.start,
            "end": clause.end,
            "opinions": [
                {
                    "aspect": opinion.aspect,
                    "polarity": opinion.polarity,
                    "is_suggestion": opinion.is_suggestion,
                    "is_safety": opinion.is_safety,
                }
                for opinion in clause.opinions
            ],
            "is_about_another": clause.is_about_another,
            "log_odds": clause.reasons._asdict(),
        }
        for clause in found.clauses
    ]
    return {
        "clauses": clauses,
        "facts": found.facts._asdict(),
        "flags": found.flags,
        "quality": found.quality,
        "parts": found.parts,
        "weight": found.weight,
    }


def _show(found: Explanation, lang: Lang, *, has_stars: bool) -> None:
    console = Console(highlight=False)
    if found.clauses:
        console.print(_clause_table(found, lang))
        chance = found.facts.positive_chance
        console.print(say("report", lang, chance=chance, language=found.facts.language))
    else:
        console.print(say("empty", lang))
    flags = ", ".join(say(flag, lang) for flag in found.flags)
    console.print(say("flags", lang, flags=flags) if flags else say("no_flags", lang))
    console.print(_part_table(found, lang))
    console.print(say("grade", lang, quality=found.quality, weight=found.weight))
    if not has_stars:
        console.print(say("no_stars", lang))
    console.print(say("alone", lang))


def _clause_table(found: Explanation, lang: Lang) -> Table:
    titles = ("where", "quote", "aspects", "feels", "why")
    table = Table(*(say(title, lang) for title in titles))
    for clause in found.clauses:
        table.add_row(
            f"{clause.start}–{clause.end}",
            escape(_printable(clause.quote)),
            escape(", ".join(aspect_name(each.aspect, lang) for each in clause.opinions)),
            _feeling(clause, lang),
            _why(clause.reasons, lang) if clause.opinions else "",
        )
    return table


def _why(reasons: ClauseReasons, lang: Lang) -> str:
    return say("reasons_again" if reasons.meaning else "reasons", lang, **reasons._asdict())


def _feeling(clause: ExplainedClause, lang: Lang) -> str:
    if clause.is_about_another:
        return say("another", lang)
    if not clause.opinions:
        return say("silent", lang)
    first = clause.opinions[0]
    said = [say(str(first.polarity), lang)]
    said += [say("asks", lang)] if first.is_suggestion else []
    said += [say("danger", lang)] if any(each.is_safety for each in clause.opinions) else []
    colour = _COLOURS[first.polarity]
    return f"[{colour}]{', '.join(said)}[/{colour}]"


def _part_table(found: Explanation, lang: Lang) -> Table:
    table = Table(say("part", lang), say("value", lang))
    for name, part in found.parts.items():
        table.add_row(say(name, lang), f"{part:.2f}")
    return table


def _printable(text: str) -> str:
    """Leave out what could steer the terminal or turn the line round; the JSON keeps it."""
    return "".join(mark for mark in text if mark.isprintable() or mark == " ")
