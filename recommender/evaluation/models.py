"""What a model must be able to do to be measured."""

from typing import Literal, Protocol, runtime_checkable

from recommender.interactions import Floats, Interactions, Ints

Mode = Literal["all", "repeat", "novel"]
"""Which things a list may hold: any, only what the user bought before, only what they never did."""

MODES: tuple[Mode, ...] = ("all", "repeat", "novel")

CHANCE_DAYS = 28
"""Days that a calibrated model's chances are about."""


class Model(Protocol):
    """A recommender under test; users and things are codes of the training vocabularies."""

    @property
    def name(self) -> str:
        """What the report calls it."""

    def fit(self, train: Interactions, *, as_of: int) -> None:
        """Learn from ``train``, all of it before the start of day ``as_of``.

        What earlier fits taught may be kept: they knew no later day, as the cuts ascend.

        The vocabularies may name users and things that do not occur in ``train``: they are not
        yet known, and nothing may be concluded from their being named.
        """

    def lists(self, users: Ints, k: int, mode: Mode) -> Ints:
        """Return the best ``k`` things of each user, shape (n_users, k); -1 is an empty slot."""


@runtime_checkable
class HoldingModel(Model, Protocol):
    """A model that holds things back by itself."""

    def unheld_lists(self, users: Ints, k: int) -> Ints:
        """Return the lists of anything as they would be if nothing were held back."""


@runtime_checkable
class TimingModel(Model, Protocol):
    """A model that also says how soon a pair will buy."""

    def timing_scores(self, users: Ints, things: Ints) -> Floats:
        """Score pairs, shape (n_pairs,): the higher, the likelier if the user shops this week.

        Scores are compared between users, so they should mean the same for all of them.
        """


@runtime_checkable
class CalibratedModel(TimingModel, Protocol):
    """A model whose numbers are probabilities.

    Its timing scores are of a week in which the user shops, its chances of four weeks.
    """

    def chances(self, users: Ints, things: Ints) -> Floats:
        """Return the chance that each pair buys within ``CHANCE_DAYS``, shape (n_pairs,)."""
