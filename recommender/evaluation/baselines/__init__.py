"""What shike has to beat: the simple, strong and customary recommenders of the literature."""

from recommender.evaluation.baselines.factors import AlsScorer, BprScorer
from recommender.evaluation.baselines.neighbours import Bm25Neighbours
from recommender.evaluation.baselines.personal import DecayedFrequency, PersonalFrequency
from recommender.evaluation.baselines.poisson_gamma import PoissonGamma
from recommender.evaluation.baselines.popularity import Popularity
from recommender.evaluation.baselines.ranked import RankedModel, TimedModel
from recommender.evaluation.baselines.tifu_knn import TifuKnn
from recommender.evaluation.baselines.up_cf import UpCf
from recommender.evaluation.models import Model


def baselines(*, seed: int = 0) -> list[Model]:
    """Return the baselines, each with the settings tuned on the cut of 2017-09-11.

    BM25 neighbours and BPR know nothing of time and take long to fit, so they are not asked for
    timing scores, which would cost twelve more fits each.
    """
    return [
        TimedModel(Popularity()),
        TimedModel(PersonalFrequency()),
        TimedModel(DecayedFrequency(tau_days=60)),
        TimedModel(DecayedFrequency(tau_days=120)),
        TimedModel(PoissonGamma()),
        TimedModel(TifuKnn()),
        TimedModel(UpCf()),
        TimedModel(AlsScorer(seed=seed)),
        RankedModel(Bm25Neighbours()),
        RankedModel(BprScorer(seed=seed)),
    ]
