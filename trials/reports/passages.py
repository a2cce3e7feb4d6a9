"""Find passages taken over word for word: half a report copied is copied all the same."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from trials.reports.language import language_of

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]

_LENGTHS = {"zh": 14, "en": 28}
"""Letters of a passage too long to be shared by chance; chosen, with the share that makes a copy,
on Chinese training texts: of 7,600 different ones the fewest are flagged that still lets 98 % of
half-copied ones be found."""
_KEPT = np.uint64(4)
"""One in so many passages is indexed; a copy of 30 letters is then overlooked once in 400."""
_MOST_TEXTS = 20
"""A passage in more texts than this is a saying or a form, and nobody's property."""
_LEAST_COMMON = 8
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


def passages(text: str) -> Hashes:
    """Return the distinct hashes of all passages of a text without spaces and punctuation.

    Chinese passages have 14 characters, others 28 letters, about six words. A shorter text has none.
    """
    length = _LENGTHS[language_of(text)]
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    if len(codes) < length:
        return np.empty(0, dtype=np.uint64)
    # Horner's rule over the window, all windows at once; what overflows is hashed too.
    hashes = np.full(len(codes) - length + 1, length, dtype=np.uint64)
    for offset in range(length):
        hashes = hashes * _MULTIPLIER + codes[offset : offset + len(hashes)]
    hashes ^= hashes >> np.uint64(31)
    return np.unique(hashes * _MULTIPLIER)


def shared_passages(texts: Sequence[str], least_share: float) -> Iterator[tuple[int, int]]:
    """Yield (earlier, later) where the later text takes so large a share from the earlier one.

    The share is that of the later text's letters, if what it takes is in one piece: n letters in a
    row are n - length + 1 passages. Of several pieces the share is a little more than is counted.

    Passages are indexed by hash, one in four of them (Manber, "Finding similar files in a large
    file system", USENIX 1994); pairs found are compared on all passages. Every text is compared
    with the first and the previous holder of each of its passages only, so that time and memory
    grow with the texts and not with their pairs.
    """
    own = [passages(text) for text in texts]
    for earlier, later in sorted(_candidates(own)):
        common = len(np.intersect1d(own[earlier], own[later], assume_unique=True))
        edge = _LENGTHS[language_of(texts[later])] - 1
        if common >= _LEAST_COMMON and common + edge >= least_share * (len(own[later]) + edge):
            yield earlier, later


def _candidates(own: Sequence[Hashes]) -> set[tuple[int, int]]:
    kept = [hashes[(hashes >> np.uint64(40)) % _KEPT == 0] for hashes in own]
    if not any(len(hashes) for hashes in kept):
        return set()
    values = np.concatenate(kept)
    holders = np.repeat(np.arange(len(kept)), [len(hashes) for hashes in kept])
    order = np.argsort(values, kind="stable")
    values, holders = values[order], holders[order]
    _, first, sizes = np.unique(values, return_index=True, return_counts=True)
    is_rare = np.repeat((sizes > 1) & (sizes <= _MOST_TEXTS), sizes)
    firsts = np.repeat(holders[first], sizes)[is_rare]
    previous = np.concatenate([[-1], holders[:-1]])[is_rare]
    holders = holders[is_rare]
    is_later = holders > firsts
    pairs = [
        np.stack([earlier[is_later], holders[is_later]], axis=1) for earlier in (firsts, previous)
    ]
    return {(int(one), int(other)) for one, other in np.unique(np.concatenate(pairs), axis=0)}
