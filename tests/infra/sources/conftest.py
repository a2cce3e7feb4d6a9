"""The real data set, loaded once."""

from datetime import date

import pytest

AS_OF = date(2017, 12, 4)


@pytest.fixture(scope="session")
def journey():
    from infra.sources.complete_journey import open_journey  # noqa: PLC0415 - seconds to load

    return open_journey()


@pytest.fixture(scope="session")
def journey_data(journey):
    """Every table of the data set, as views of one database."""
    from infra.sources.complete_journey import journey_tables  # noqa: PLC0415
    from infra.sources.coupon_campaigns import campaign_tables  # noqa: PLC0415

    tables = journey_tables(journey, as_of=AS_OF) | campaign_tables(journey, as_of=AS_OF)
    database = journey.cursor()
    for name, table in tables.items():
        database.register(f"shike_{name}", table)
    return database
