"""What a run publishes, and where: the whole tables inside, each merchant's copies, the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from flows.history import remembered
from flows.ledger import Ledger
from flows.merchants import (
    HTML,
    Imprint,
    Objects,
    Share,
    Tables,
    as_pages,
    downloads,
    files_of,
    merchant_objects,
)
from flows.recall import FRONT_PAGE, INTERNAL, LEDGER
from flows.settings import Settings
from infra import operations, pages
from infra.files import parquet_bytes
from infra.publish import PublishedObject
from infra.publish.records import sha256
from infra.store.keys import encode_id
from infra.tenancy import Tenancy
from quality.needs import sellers_by_need
from quality.spreading import Spread, in_turn
from quality.tables import INPUTS
from quality.validation import Validation
from trials.effect import read_out

DATA_DOCS_INDEX: Final = "data_docs/index.html"
_JSON: Final = "application/json"


@dataclass(frozen=True)
class Publication:
    """One run, ready to be written."""

    ledger: Ledger
    state: dict[str, bytes]
    """Key → body of what later days build on."""
    prefixes: dict[str, Objects]
    """Prefix → name → object; ``internal`` is last, so that whoever sees it sees all."""
    index: bytes
    """The page a person opens first."""


@dataclass(frozen=True)
class Edition:
    """Everything the publication of one run is made of."""

    ledger: Ledger
    settings: Settings
    validation: Validation
    outputs: Tables
    """All output tables of the run: those it made and those it carries over."""
    histories: Tables
    made: Tables
    """Only what this run made, which is what later days remember."""

    def publication(self, *, with_merchants: bool, spread: Spread = in_turn) -> Publication:
        """Lay the run out.

        Args:
            with_merchants: Whether merchants receive it; findings alone are for the shop.
            spread: Where the merchants' files and pages are written.
        """
        state = self._state()
        copies = self._tenancy().copies(self.outputs) if with_merchants else {}
        links = tuple(self._link(merchant, tables) for merchant, tables in sorted(copies.items()))
        ledger = replace(
            self.ledger,
            state={name: place for name, (place, _) in state.items()},
            merchants=tuple(map(asdict, links)) if with_merchants else self.ledger.merchants,
        )
        links = tuple(pages.MerchantLink(**link) for link in ledger.merchants)
        index = self._index(links)
        front_page = PublishedObject(body=index, content_type=HTML)
        merchants = self._merchants(copies, spread)
        return Publication(
            ledger=ledger,
            state={place["key"]: body for place, body in state.values()},
            prefixes=merchants
            | {INTERNAL: self._internal(ledger, links) | {FRONT_PAGE: front_page}},
            index=index,
        )

    def _state(self) -> dict[str, tuple[dict[str, str], bytes]]:
        run_id, day = self.ledger.run_id, self.ledger.as_of
        state = {}
        for name, history in remembered(self.histories, self.made, day).items():
            body = parquet_bytes(history)
            place = {"key": f"state/{run_id}/{name}.parquet", "sha256": sha256(body)}
            state[name] = (place, body)
        return state

    def _tenancy(self) -> Tenancy:
        trials = self._input("trials")
        return Tenancy(
            merchant_of_trial=dict(
                zip(trials["trial_id"].to_pylist(), trials["merchant_id"].to_pylist(), strict=True)
            ),
            merchants_of_need=sellers_by_need(self._input("items")),
            pseudonym_key=self.settings.shop.pseudonym_key,
            smallest_cell=self.settings.shop.smallest_cell,
            read_out=read_out(trials, self.ledger.as_of),
        )

    def _input(self, name: str) -> pa.Table:
        return self.validation.tables.get(name, INPUTS[name].empty())

    def _names(self) -> dict[str, pa.Table]:
        return {name: self._input(name) for name in ("items", "trials", "merchants")}

    def _disclaimers(self) -> tuple[pages.Words, ...]:
        shop = self.settings.shop
        return tuple(pages.Words(*pair) for pair in zip(shop.notes_zh, shop.notes_en, strict=True))

    def _link(self, merchant: str, tables: Tables) -> pages.MerchantLink:
        prefix = f"merchants/{encode_id(merchant)}/runs/{self.ledger.run_id}"
        return pages.merchant_link(
            merchant,
            tables,
            name=str(self._told_of(merchant)["name"]),
            href=f"{prefix}/{pages.MERCHANT_PAGE}",
        )

    def _told_of(self, merchant: str) -> dict[str, str | None]:
        """Return the merchant's row; a shop need not deliver one."""
        merchants = self._input("merchants")
        found = merchants.filter(pc.equal(merchants["merchant_id"], merchant)).to_pylist()
        return found[0] if found else {"name": merchant, "locale": None}

    def _merchants(self, copies: Mapping[str, Tables], spread: Spread) -> dict[str, Objects]:
        imprint = Imprint(
            as_of=self.ledger.as_of,
            run_id=self.ledger.run_id,
            disclaimers=self._disclaimers(),
            smallest_cell=self.settings.shop.smallest_cell,
            names=self._names(),
        )
        shares = [self._share(merchant, tables) for merchant, tables in sorted(copies.items())]
        prefixes = [f"merchants/{encode_id(share.merchant_id)}" for share in shares]
        return dict(zip(prefixes, merchant_objects(imprint, shares, spread), strict=True))

    def _share(self, merchant: str, tables: Tables) -> Share:
        told = self._told_of(merchant)
        return Share(merchant, str(told["name"]), told["locale"], tables)

    def _internal(self, ledger: Ledger, links: tuple[pages.MerchantLink, ...]) -> Objects:
        files = files_of(self.outputs)
        files[LEDGER] = PublishedObject(body=ledger.to_bytes(), content_type=_JSON)
        facts = pages.DayFacts(
            as_of=ledger.as_of,
            run_id=ledger.run_id,
            verdict=ledger.verdict,
            counts=self.validation.counts,
            notes=tuple(pages.Words(note.zh, note.en) for note in self.validation.notes),
            disclaimers=self._disclaimers(),
            merchants=tuple(replace(link, href=f"../../../{link.href}") for link in links),
            downloads=downloads(files),
            list_length=self.settings.recommend.list_length,
            home_href="../../../index.html",
            data_docs_href=DATA_DOCS_INDEX,
        )
        rendered = pages.render_internal({**self.outputs, **self._names()}, facts)
        return files | dict(as_pages(rendered | self._data_docs()))

    def _data_docs(self) -> dict[str, bytes]:
        from quality.expectations import data_docs  # noqa: PLC0415 - importing takes seconds

        return data_docs(
            self.validation.suites,
            self.ledger.as_of,
            home_href=f"../{pages.VALIDATION_PAGE}",
        )

    def _index(self, links: tuple[pages.MerchantLink, ...]) -> bytes:
        inside = f"{INTERNAL}/runs/{self.ledger.run_id}"
        return pages.render_index(
            pages.IndexFacts(
                shop=self.settings.shop.name,
                as_of=self.ledger.as_of,
                run_id=self.ledger.run_id,
                verdict=self.ledger.verdict,
                day_href=f"{inside}/{pages.DAY_PAGE}",
                validation_href=f"{inside}/{pages.VALIDATION_PAGE}",
                operations_href=operations.PAGE,
                merchants=links,
                disclaimers=self._disclaimers(),
            )
        )
