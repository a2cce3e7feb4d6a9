"""What a model must be able to do to be measured."""

from typing import Literal, Protocol, runtime_checkable

from recommender.interactions import Floats, Interactions, Ints

Mode = Literal["all", "repeat", "novel"]
"""Which things a list may hold: any, only what the user bought before, only what they never did."""

MODES: tuple[Mode, ...] = ("all", "repeat", "novel")


class Model(Protocol):
    """A recommender under test; users and things are codes of the training vocabularies."""

    @property
    def name(self) -> str:
        """What the report calls it."""

    def fit(self, train: Interactions, *, as_of: int) -> None:
        """Learn from ``train``, all of it before the start of day ``as_of``; forget earlier fits.

        The vocabularies may name users and things that do not occur in ``train``: they are not
        yet known, and nothing may be concluded from their being named.
        """

    def lists(self, users: Ints, k: int, mode: Mode) -> Ints:
        """Return the best ``k`` things of each user, shape (n_users, k); -1 is an empty slot."""


@runtime_checkable
class TimingModel(Model, Protocol):
    """A model that also says how soon a pair will buy."""

    def timing_scores(self, users: Ints, things: Ints) -> Floats:
        """Score pairs, shape (n_pairs,): the higher, the likelier within days of ``as_of``.

        Scores are compared between users, so they should mean the same for all of them.
        """
