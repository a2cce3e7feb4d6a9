"""The summary in sentences, Chinese and English, each with the places it rests on."""

from collections.abc import Mapping, Sequence
from typing import Any

from trials.reports.ontology import OVERALL, aspect_name

Json = dict[str, Any]

_SHOWN = 5
_SENTENCES: Mapping[str, tuple[str, str]] = {
    "headline": (
        "先改“{mend}”：{customers}位顾客中有{n}位批评（加权{share}，95%区间{interval}）。",
        (
            "Mend “{mend}” first: {n} of {customers} customers blame it"
            " (weighted {share}, 95% interval {interval})."
        ),
    ),
    "danger": (
        "先查安全：{customers}位顾客中有{n}位报告了涉及“{mend}”的危险。",
        "Look into safety first: of {customers} customers, {n} report a danger to do with “{mend}”.",
    ),
    "calm": (
        "{customers}位顾客中，没有足够多的人批评同一方面。",
        "Of {customers} customers, not enough blame any one aspect.",
    ),
    "satisfied": (
        "最满意“{liked}”：{customers}位顾客中有{n}位称赞。",
        "They like “{liked}” most: {n} of {customers} customers praise it.",
    ),
    "mend": (
        (
            "{aspect}：{customers}位顾客中有{n}位批评（加权{share}，95%区间{interval}）；估计使平均星级低"
            "{loss}星（{low}至{high}）；{sure}。"
        ),
        (
            "{aspect}: {n} of {customers} customers blame it (weighted {share}, 95% interval"
            " {interval}). It is estimated to cost the mean rating {loss} stars ({low} to {high});"
            " {sure}."
        ),
    ),
    "mended": (
        "“{mend}”已改好：批评它的顾客从{before}降到{now}。",
        "“{mend}” is mended: customers who blame it fell from {before} to {now}.",
    ),
    "worse": (
        "“{mend}”变差了：批评它的顾客从{before}升到{now}。",
        "“{mend}” is worse: customers who blame it rose from {before} to {now}.",
    ),
    "new": (
        "新出现的问题“{mend}”：之前没有人批评，这一批有{now}的顾客批评。",
        "“{mend}” is new: nobody blamed it before, {now} of the latest customers do.",
    ),
    "early": (
        "{aspect}：只有{n}位顾客批评，是早期信号，还不能排名。",
        "{aspect}: customers who blame it: {n}. An early signal, too few to rank.",
    ),
    "liked": (
        "{aspect}：{customers}位顾客中有{n}位称赞，{blamers}位批评。",
        "{aspect}: {n} of {customers} customers praise it, {blamers} blame it.",
    ),
}
_SURE: tuple[tuple[float, str, str], ...] = (
    (0.95, "几乎肯定属于最该改的三项", "almost certainly among the three to mend first"),
    (0.75, "很可能属于最该改的三项", "probably among the three to mend first"),
    (0.4, "可能属于最该改的三项", "possibly among the three to mend first"),
    (0.0, "多半不属于最该改的三项", "probably not among the three to mend first"),
)


def sentences_of(aspects: Sequence[Json], changes: Mapping[str, Json] | None) -> list[Json]:
    """Return what the aspects come to, dangers and the headline first.

    Each is ``{"part", "aspect", "zh", "en", "sources"}``: ``part`` is danger, headline, satisfied,
    mended, worse, new, mend, early or liked; ``sources`` lists ``{"report_id", "sentence_id"}`` of
    every customer counted, up to the most listed per aspect. A headline that not enough blame
    anything has none. What is mended is not among what to mend.
    """
    told = changes or {}
    mended = {aspect for aspect, change in told.items() if change["verdict"] == "mended"}
    blamed = [it for it in to_mend(aspects) if it["aspect"] not in mended]
    liked = liked_most(aspects)
    return [
        *(_danger(it) for it in aspects if it["is_safety"]),
        *_headline(aspects, blamed),
        *(_praise("satisfied", it) for it in liked[:1]),
        *(_change(it, told[it["aspect"]]) for it in to_mend(aspects) if _is_told(it, told)),
        *(_blame("early" if it["is_early_signal"] else "mend", it) for it in blamed),
        *(_praise("liked", it) for it in liked),
    ]


def to_mend(aspects: Sequence[Json]) -> list[Json]:
    """Return the definite aspects that anybody blames, in the order given."""
    return [it for it in aspects if it["aspect"] != OVERALL and it["blame_reports"]]


def liked_most(aspects: Sequence[Json]) -> list[Json]:
    """Return the few definite aspects with the most praise over blame, by share of customers."""
    liked = [it for it in aspects if it["aspect"] != OVERALL and it["net_sentiment"] > 0]
    order = sorted(liked, key=lambda it: (it["blame_share"] - it["praise_share"], it["aspect"]))
    return order[:_SHOWN]


def _headline(aspects: Sequence[Json], blamed: Sequence[Json]) -> list[Json]:
    """Name the aspect of the highest priority that enough customers speak of."""
    ranked = [it for it in blamed if not it["is_early_signal"]]
    if ranked:
        return [_blame("headline", max(ranked, key=lambda it: it["priority"]))]
    customers = aspects[0]["customers"] if aspects else 0
    told = _told("calm", None, [], customers=customers)
    return [told | {"part": "headline"}] if customers else []


def _is_told(it: Json, changes: Mapping[str, Json]) -> bool:
    change = changes.get(it["aspect"])
    return bool(change and (change["is_new"] or change["verdict"] in ("mended", "worse")))


def _change(it: Json, change: Json) -> Json:
    part = "new" if change["is_new"] and change["verdict"] != "worse" else change["verdict"]
    shares: Json = {name: f"{change[f'share_{name}']:.0%}" for name in ("before", "now")}
    return _told(part, it["aspect"], it["blame_sources"], **shares)


def _danger(it: Json) -> Json:
    sources, n = it["safety_sources"], it["safety_reports"]
    return _told("danger", it["aspect"], sources, customers=it["customers"], n=n)


def _blame(part: str, it: Json) -> Json:
    return _told(
        part,
        it["aspect"],
        it["blame_sources"],
        customers=it["customers"],
        n=it["blame_reports"],
        share=f"{it['blame_share']:.0%}",
        interval=f"{100 * it['blame_low']:.0f}–{it['blame_high']:.0%}",
        loss=f"{it['priority']:.2f}",
        low=f"{it['priority_low']:.2f}",
        high=f"{it['priority_high']:.2f}",
        chance=it["first_three_chance"],
    )


def _praise(part: str, it: Json) -> Json:
    return _told(
        part,
        it["aspect"],
        it["praise_sources"],
        customers=it["customers"],
        n=it["praise_reports"],
        blamers=it["blame_reports"],
    )


def _told(
    part: str, aspect: str | None, sources: Sequence[Json], *, chance: float = 0.0, **blanks: Any
) -> Json:
    told: Json = {"part": part, "aspect": aspect}
    sure = next(words for least, *words in _SURE if chance >= least)
    for place, language in enumerate(("zh", "en")):
        name = aspect_name(aspect, language) if aspect else ""  # type: ignore[arg-type]
        inside = name[:1].lower() + name[1:]
        named = {"aspect": name, "mend": inside, "liked": inside, "sure": sure[place]}
        sentence = _SENTENCES[part][place].format_map(named | blanks)
        told[language] = sentence[:1].upper() + sentence[1:]
    return told | {"sources": list(sources)}
