"""How well the next order is foretold on the second real data set, a sample of Instacart's.

    python benchmarks/quality_instacart.py

Everybody's last order is held out and asked for; all earlier ones are known, and so is, as in the
data, how many days have passed. Each model is shike's own class, at need level, where a product is
a need. The decay of "decayed frequency" is chosen on everybody's second-to-last order. Recall@10 is
over the whole order; "known" leaves out products that nobody had ordered before.
"""

import logging

import numpy as np

from infra.sources.instacart import LAST_DAY, instacart_lines, instacart_tables
from recommender.catalogue import read_catalogue
from recommender.evaluation.baselines import baselines
from recommender.evaluation.baselines.personal import DecayedFrequency
from recommender.evaluation.baselines.ranked import RankedModel
from recommender.evaluation.bootstrap import bootstrap_means
from recommender.evaluation.metrics import Scores
from recommender.evaluation.models import Model
from recommender.evaluation.next_basket import next_basket_scores, one_basket_earlier
from recommender.interactions import Interactions, day_number, purchase_days
from recommender.shike_model import ShikeModel

TAUS_DAYS = (15, 30, 45, 60, 90, 120, 180)
DAY = day_number(LAST_DAY)


def decayed(tau_days: float) -> Model:
    """Return the baseline that the bar of this data set was measured with."""
    return RankedModel(DecayedFrequency(tau_days=tau_days))


def recall(scores: Scores, prefix: str = "") -> float:
    """Average recall@10 over users."""
    return float(np.nanmean(scores[f"{prefix}recall@10"]))


def choose_tau(things: Interactions) -> float:
    """Print recall@10 by decay on both orders; return what is best on the earlier one."""
    earlier = one_basket_earlier(things, DAY)
    chosen = {tau: recall(next_basket_scores(decayed(tau), earlier, DAY)) for tau in TAUS_DAYS}
    print("decayed frequency   second-to-last order   last order   last order, known")
    for tau, value in chosen.items():
        scores = next_basket_scores(decayed(tau), things, DAY)
        print(
            f"  τ = {tau:>3} days {value:>24.4f} {recall(scores):>12.4f}"
            f" {recall(scores, 'known_'):>19.4f}"
        )
    return max(chosen, key=lambda tau: chosen[tau])


def report(things: Interactions, models: list[Model]) -> None:
    """Print a line a model; the first is compared with each of the others."""
    print(f"{'last order':<26} recall@10   known  precision@10  ndcg@10  shike's recall@10 beyond")
    scores = {model.name: next_basket_scores(model, things, DAY) for model in models}
    subject = scores[models[0].name]["recall@10"]
    gains = bootstrap_means(
        [np.stack([subject - found["recall@10"] for found in scores.values()], axis=1)]
    )
    for (name, found), gain in zip(scores.items(), gains, strict=True):
        beyond = f"{gain.value:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}]"
        print(
            f"{name:<26} {recall(found):>9.4f} {recall(found, 'known_'):>7.4f}"
            f" {found['precision@10'].mean():>13.4f} {found['ndcg@10'].mean():>8.4f}"
            f"  {beyond if name != models[0].name else ''}".rstrip()
        )


def main() -> None:
    """Print the data's size, the choice of the decay, and the table."""
    logging.disable(logging.WARNING)
    tables = instacart_tables(instacart_lines())
    things = purchase_days(tables["events"], tables["items"], level="need")
    print(
        f"{len(things.user_ids)} users, {len(things.thing_ids):,} products,"
        f" {tables['events'].num_rows:,} lines, {len(things):,} (user, day, product)"
    )
    tau = choose_tau(things)
    shike = ShikeModel(read_catalogue(tables["items"], LAST_DAY))
    others = {model.name: model for model in [*baselines(), decayed(tau)]}
    report(things, [shike, *others.values()])


if __name__ == "__main__":
    main()
