"""How well the order of what to mend is found. ``python benchmarks/simulate_ranking.py``.

Made-up shops whose truth is known:

- **order**: ten aspects an item; each is mentioned by 25–60 % of the customers, blamed by 10–80 % of
  those, costs 0–3 stars (0 for 15 % of the aspects) by the severity of the complaint and earns
  fewer when praised; tempers make people blame more of everything and rate lower; stars are rounded
  and end at 1 and 5. The true priority of an aspect is the rise of the mean rating, over 20,000
  customers, were its complaints taken away. ρ is Spearman's over the ten; coverage is the share of
  aspects whose 95 % interval of the priority holds the true one. The *harder* world has rarer
  mentions, noisier stars and stronger tempers.
- **planted**: 200 shops of the synthetic generator with one fault each, 100 reports written out as
  text and read by the whole pipeline: how often the fault comes first.
- **mended**: the same shops after the fault was mended, and shops where nothing was: how often
  "mended" is said, rightly and wrongly.
"""

import argparse
import datetime as dt
import json
import time

import numpy as np
import pyarrow as pa
from scipy.stats import spearmanr

from infra.sources.synthetic.catalogue import ASPECTS
from infra.sources.synthetic.people import LANGUAGES
from infra.sources.synthetic.report_texts import FAMILIES, aspect_names, write_texts
from quality.tables.inputs import ITEMS, REPORTS
from trials.reports.changes import Batch, changes_between
from trials.reports.effects import Said, estimate_effects
from trials.reports.options import ReviewOptions
from trials.reports.polarity import PolarityModels, load_models
from trials.reports.ranking import rank_aspects
from trials.reports.stage import review

SEED = 20261123
WORLDS = {
    "": {"least_mentions": 0.25, "noise": 0.3, "temper": 0.3},
    "harder_": {"least_mentions": 0.12, "noise": 0.6, "temper": 0.5},
}
SIZES = (100, 300)
MANY = 20_000
NUMBER = 10
COSTLESS = 0.15
FAULT_RATE = 0.35
AFTER = 60
AS_OF = dt.date(2017, 12, 4)
FIRST, SECOND = dt.datetime(2017, 8, 1, tzinfo=dt.UTC), dt.datetime(2017, 11, 1, tzinfo=dt.UTC)


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--shops", type=int, default=200, help="shops of each kind")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed, other shops")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--lexicon", action="store_true", help="read without trained models")
    asked = parser.parse_args()
    models = PolarityModels() if asked.lexicon else load_models()
    started = time.process_time()
    figures = order(asked.shops, asked.seed)
    figures |= {"mended_false": chance_alarms(10 * asked.shops, asked.seed)}
    figures |= written(asked.shops, models, asked.seed)
    if asked.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:<32}{value:>8.3f}")
    print(f"{asked.shops} shops of each kind, {time.process_time() - started:.0f} CPU-s")


class Shop:
    """One item and its customers' habits."""

    def __init__(self, rng: np.random.Generator, world: dict[str, float]) -> None:
        """Draw how often each aspect is mentioned and blamed, what that costs and praise earns."""
        low = np.log(world["least_mentions"])
        self.world = world
        self.mentions = np.exp(rng.uniform(low, np.log(0.6), NUMBER))
        self.blames = rng.beta(3, 4, NUMBER)
        self.costs = rng.gamma(1.2, 0.7, NUMBER) * (rng.random(NUMBER) > COSTLESS)
        self.gains = rng.gamma(1.2, 0.2, NUMBER)

    def said(self, customers: int, rng: np.random.Generator) -> tuple[Said, np.ndarray]:
        """Let customers report; also return what they felt before it became stars."""
        shape, temper = (customers, NUMBER), rng.normal(size=(customers, 1))
        odds = np.log(self.blames / (1 - self.blames)) + self.world["temper"] * temper
        is_mentioned = rng.random(shape) < self.mentions
        is_bad = is_mentioned & (rng.random(shape) < 1 / (1 + np.exp(-odds)))
        blames = is_bad * rng.choice([0.5, 1.0, 1.5], shape, p=[0.25, 0.5, 0.25])
        praises = (is_mentioned & ~is_bad).astype(float)
        felt = 4.6 - blames @ self.costs + praises @ self.gains - 0.2 * temper[:, 0]
        felt += rng.normal(0, self.world["noise"], customers)
        return Said(blames, praises, stars(felt), np.ones(customers)), felt

    def truth(self, rng: np.random.Generator) -> np.ndarray:
        """Return the true priority of each aspect."""
        said, felt = self.said(MANY, rng)
        without = felt[:, None] + said.blames * self.costs
        rises: np.ndarray = (stars(without) - said.ratings[:, None]).mean(axis=0)
        return rises


def stars(felt: np.ndarray) -> np.ndarray:
    """Round to whole stars from 1 to 5."""
    return np.clip(np.round(felt), 1, 5)


def order(shops: int, seed: int = SEED) -> dict[str, float]:
    """Return ρ and coverage by size, beside the formula used before and the share that blames."""
    figures = {}
    for name, world in WORLDS.items():
        for size in SIZES:
            found = [_order(world, size, number, seed) for number in range(shops)]
            kinds = ("rho", "coverage", "rho_before", "rho_blame_share")
            means = np.mean(found, axis=0)
            figures |= {
                f"{name}{kind}_{size}": float(mean) for kind, mean in zip(kinds, means, strict=True)
            }
    return figures


def _order(world: dict[str, float], size: int, number: int, seed: int) -> tuple[float, ...]:
    rng = np.random.default_rng([seed, size, number])
    shop = Shop(rng, world)
    truth = shop.truth(rng)
    said, _ = shop.said(size, rng)
    effects = estimate_effects(said, ReviewOptions().rank_draws, rng)
    ranking = rank_aspects(effects)
    share = (said.blames > 0).mean(axis=0)
    is_held = (ranking.lows <= truth) & (truth <= ranking.highs)
    return (
        spearmanr(truth, ranking.priorities).statistic,
        is_held.mean(),
        spearmanr(truth, share * _impacts_before(said)).statistic,
        spearmanr(truth, share).statistic,
    )


def _impacts_before(said: Said, ridge: float = 5.0) -> np.ndarray:
    """The mean of a ridge penalty and the drop shrunk towards nothing: the formula used before."""
    blames, ratings = (said.blames > 0).astype(float), said.ratings
    columns = np.concatenate([blames, said.praises], axis=1)
    centred = columns - columns.mean(axis=0)
    gram = centred.T @ centred + ridge * np.eye(columns.shape[1])
    penalties = -np.linalg.solve(gram, centred.T @ (ratings - ratings.mean()))[:NUMBER]
    count = blames.sum(axis=0)
    without = np.maximum(len(ratings) - count, 1)
    drops = (1 - blames).T @ ratings / without - blames.T @ ratings / np.maximum(count, 1)
    drops[count == 0] = 0
    variances = ratings.var() * (1 / np.maximum(count, 1) + 1 / without)
    between = max(float((drops**2 - variances)[count > 0].mean()), 0.0)
    shrunk = drops * between / (between + variances)
    impacts: np.ndarray = np.maximum((penalties + shrunk) / 2, 0)
    return impacts


def chance_alarms(pairs: int, seed: int = SEED) -> float:
    """Return how often "mended" is said of any aspect of an item where nothing changed."""
    rng = np.random.default_rng([seed, 1])
    alarms = 0
    for _ in range(pairs):
        rates = rng.uniform(0.02, 0.4, NUMBER)
        before, now = (
            Batch(size, dict(enumerate(rng.binomial(size, rates).astype(float).tolist())))  # type: ignore[arg-type]
            for size in rng.integers(20, 300, 2).tolist()
        )
        rows = changes_between(before, now, least_customers=10, least_blames=8)
        alarms += any(row["verdict"] == "mended" for row in rows.values())
    return alarms / pairs


def written(shops: int, models: PolarityModels, seed: int = SEED) -> dict[str, float]:
    """Return how planted faults come out when reports are written out and read."""
    found = [_written(number, models, seed) for number in range(shops)]
    first, second, mended, false = np.mean(found, axis=0).tolist()
    return {
        "planted_first": first,
        "planted_first_three": second,
        "mended_found": mended,
        "false_alarms": false,
    }


def _written(number: int, models: PolarityModels, seed: int) -> tuple[bool, bool, bool, bool]:
    rng = np.random.default_rng([seed, 2, number])
    family, fault = int(rng.integers(len(FAMILIES))), int(rng.integers(ASPECTS))
    name = aspect_names(family)[fault]
    before = _reports("a", family, fault, SIZES[0], FIRST, rng)
    mended = _reports("b", family, -1, AFTER, SECOND, rng)
    faulty = _reports("c", family, fault, AFTER, SECOND, rng)
    once = _summary(family, before, models)
    ranked = [row["aspect"] for row in json.loads(once["aspects"]) if row["aspect"] != "overall"]
    verdicts = [
        json.loads(_summary(family, before + after, models)["changes"])[name]["verdict"]
        for after in (mended, faulty)
    ]
    return (
        ranked[:1] == [name],
        name in ranked[:3],
        verdicts[0] == "mended",
        verdicts[1] == "mended",
    )


def _reports(
    batch: str,
    family: int,
    fault: int,
    count: int,
    since: dt.datetime,
    rng: np.random.Generator,
) -> list[dict[str, object]]:
    wrote = write_texts(
        np.full(count, family),
        rng.integers(len(LANGUAGES), size=count),
        np.full(count, fault),
        np.full(count, FAULT_RATE),
        rng,
    )
    rated = zip(wrote.text.to_pylist(), wrote.rating.tolist(), strict=True)
    return [
        {
            "report_id": f"{batch}{place}",
            "item_id": "item",
            "user_id": f"{batch}{place}",
            "submitted_at": since + dt.timedelta(hours=place),
            "rating": rating,
            "text": text,
        }
        for place, (text, rating) in enumerate(rated)
    ]


def _summary(family: int, reports: list[dict[str, object]], models: PolarityModels) -> dict:
    item = {"item_id": "item", "merchant_id": "m", "name": "item", "category": FAMILIES[family]}
    tables = {
        "reports": pa.Table.from_pylist(reports, schema=REPORTS.schema),
        "items": pa.Table.from_pylist([item], schema=ITEMS.schema),
    }
    made = review(tables, as_of=AS_OF, options=ReviewOptions(), models=models)
    row: dict = made["improvement_summary"].to_pylist()[0]
    return row


if __name__ == "__main__":
    main()
