"""Who is measured unless told otherwise: shike, shike with parts left out, and what it has to beat."""

from collections.abc import Sequence

from recommender.catalogue import Catalogue
from recommender.evaluation.baselines import baselines
from recommender.evaluation.models import Model
from recommender.interactions import Level
from recommender.shike_model import ShikeModel
from recommender.shike_products import ShikeProducts


def contenders(
    catalogue: Catalogue, level: Level, *, without: Sequence[str] = (), seed: int = 0
) -> list[Model]:
    """Return shike, its ablations, which are of the ranking of needs, and the baselines.

    Args:
        catalogue: The items.
        level: What is ranked.
        without: Groups of features of ``shike_model.ABLATIONS``, each left out of a shike of its own.
        seed: Seed of the baselines.
    """
    if level == "item":
        return [ShikeProducts(catalogue), *baselines(seed=seed)]
    ablated = (
        ShikeModel(catalogue, name=ablated_name(group), without=frozenset({group}))
        for group in without
    )
    return [ShikeModel(catalogue), *ablated, *baselines(seed=seed)]


def ablated_name(group: str) -> str:
    """Return the name of shike without a group of features."""
    return f"shike without {group}"
