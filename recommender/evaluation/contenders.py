"""Who is measured unless told otherwise: shike, shike with parts left out, and what it has to beat."""

from collections.abc import Sequence
from functools import partial

from recommender.catalogue import Catalogue
from recommender.evaluation.baselines import baselines
from recommender.evaluation.models import Model
from recommender.interactions import Level
from recommender.needs import ANNOYANCE_WEIGHT
from recommender.shike_model import ShikeModel
from recommender.shike_products import ShikeProducts


def contenders(
    catalogue: Catalogue,
    level: Level,
    *,
    annoyance_weight: float = ANNOYANCE_WEIGHT,
    without: Sequence[str] = (),
    seed: int = 0,
) -> list[Model]:
    """Return shike, its ablations, which are of the ranking of needs, and the baselines.

    Args:
        catalogue: The items.
        level: What is ranked.
        annoyance_weight: How many hits one annoying slot outweighs.
        without: Groups of features of ``shike_model.ABLATIONS``, each left out of a shike of its own.
        seed: Seed of the baselines.
    """
    if level == "item":
        products = ShikeProducts(catalogue, annoyance_weight=annoyance_weight)
        return [products, *baselines(seed=seed)]
    shike = partial(ShikeModel, catalogue, annoyance_weight=annoyance_weight)
    ablated = (shike(name=ablated_name(group), without=frozenset({group})) for group in without)
    return [shike(), *ablated, *baselines(seed=seed)]


def ablated_name(group: str) -> str:
    """Return the name of shike without a group of features."""
    return f"shike without {group}"
