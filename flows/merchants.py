"""What each merchant receives: its tables as files, and its pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Final

import pyarrow as pa

from infra import pages
from infra.files import table_files
from infra.publish import PublishedObject
from quality.spreading import Spread, in_turn, slices
from quality.tables import OUTPUTS
from trials.reports.ontology import aspect_names

HTML: Final = "text/html; charset=utf-8"
"""Media type of pages."""
_LANGUAGE: Final = "zh-CN"
"""What a merchant's pages speak first if the merchant named no language."""

Objects = dict[str, PublishedObject]
Tables = Mapping[str, pa.Table]


@dataclass(frozen=True)
class Imprint:
    """What the files of all merchants of a run have in common."""

    as_of: date
    run_id: str
    disclaimers: tuple[pages.Words, ...]
    smallest_cell: int
    names: dict[str, pa.Table]
    """Input tables that give things their names."""


@dataclass(frozen=True)
class Share:
    """One merchant and its copies of the day's tables, filtered and pseudonymous."""

    merchant_id: str
    name: str
    language: str | None
    tables: Tables

    @property
    def rows(self) -> int:
        """Count the rows of all its tables."""
        return sum(map(len, self.tables.values()))


def merchant_objects(
    imprint: Imprint, shares: Sequence[Share], spread: Spread = in_turn
) -> list[Objects]:
    """Write the files and pages of every merchant, in the order given.

    Args:
        imprint: What they have in common.
        shares: The merchants.
        spread: Where shards of merchants are written.
    """
    # The longest first, or whoever writes them late is waited for.
    order = sorted(range(len(shares)), key=lambda at: -shares[at].rows)
    shards = ([shares[at] for at in order[cut]] for cut in slices(len(shares), spread.shards))
    written = [made for shard in spread(_write_shard, imprint, shards) for made in shard]
    return [made for _, made in sorted(zip(order, written, strict=True), key=itemgetter(0))]


def _write_shard(imprint: Imprint, shares: Sequence[Share]) -> list[Objects]:
    return [_objects_of(imprint, share) for share in shares]


def _objects_of(imprint: Imprint, share: Share) -> Objects:
    files = files_of(share.tables)
    facts = pages.MerchantFacts(
        as_of=imprint.as_of,
        run_id=imprint.run_id,
        name=share.name,
        disclaimers=imprint.disclaimers,
        downloads=downloads(files),
        aspects=aspect_names(),
        smallest_cell=imprint.smallest_cell,
        language=share.language or _LANGUAGE,
    )
    rendered = pages.render_merchant(share.merchant_id, {**share.tables, **imprint.names}, facts)
    return files | dict(as_pages(rendered))


def files_of(tables: Tables) -> Objects:
    """Return the files that tables are published as, by name."""
    files: Objects = {}
    for name in sorted(tables):
        files |= table_files(tables[name], OUTPUTS[name])
    return files


def downloads(files: Objects) -> tuple[pages.Download, ...]:
    """Return what a page says of the files beside it."""
    return tuple(pages.Download(href=name, rows=files[name].rows) for name in sorted(files))


def as_pages(rendered: Mapping[str, bytes]) -> Iterator[tuple[str, PublishedObject]]:
    """Yield rendered pages, by name, as they are published."""
    for name, body in rendered.items():
        yield name, PublishedObject(body=body, content_type=HTML)
