"""What shike has to beat: the simple, strong and customary recommenders of the literature."""

from recommender.evaluation.baselines.factors import AlsScorer
from recommender.evaluation.baselines.personal import DecayedFrequency, PersonalFrequency
from recommender.evaluation.baselines.popularity import Popularity
from recommender.evaluation.baselines.ranked import RankedModel
from recommender.evaluation.baselines.tifu_knn import TifuKnn
from recommender.evaluation.baselines.up_cf import UpCf
from recommender.evaluation.models import TimingModel


def baselines(*, seed: int = 0) -> list[TimingModel]:
    """Return the baselines, each with the settings tuned on the cut of 2017-09-11."""
    scorers = (
        Popularity(),
        PersonalFrequency(),
        DecayedFrequency(tau_days=60),
        DecayedFrequency(tau_days=120),
        AlsScorer(seed=seed),
        TifuKnn(),
        UpCf(),
    )
    return [RankedModel(scorer) for scorer in scorers]
