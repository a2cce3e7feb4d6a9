"""Who is measured unless told otherwise: shike, and what it has to beat."""

from recommender.catalogue import Catalogue
from recommender.evaluation.baselines import baselines
from recommender.evaluation.models import Model
from recommender.interactions import Level
from recommender.shike_model import ShikeModel


def contenders(catalogue: Catalogue, level: Level, *, seed: int = 0) -> list[Model]:
    """Return shike, where it ranks things of that level, and the baselines."""
    subjects: list[Model] = [ShikeModel(catalogue)] if level == "need" else []
    return [*subjects, *baselines(seed=seed)]
