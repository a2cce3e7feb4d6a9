from dataclasses import replace

import pytest

from infra.pages import MerchantLink, merchant_link, render_index


@pytest.fixture(scope="module")
def page(index_facts):
    return render_index(index_facts)


def test_what_the_data_are_not_is_said_before_anything_else(page, read):
    said = read(page)

    assert said.index("coupon mailings stand in") < said.rindex("Where to begin")


def test_every_page_is_linked(page, index_facts):
    links = (index_facts.day_href, index_facts.validation_href, index_facts.merchants[0].href)

    assert all(f'<a href="{link}">' in page.decode() for link in links)


def test_a_merchants_entry_is_counted_from_its_tables(tables):
    link = merchant_link("m1", tables, name="A", href="a.html")

    assert (link.people, link.trials, link.summaries) == (60, 1, 2)


def test_a_merchant_without_recommendations_has_no_number_of_people(index_facts, read):
    link = merchant_link("m1", {}, name="A", href="a.html")

    said = read(render_index(replace(index_facts, merchants=(link,))))

    assert "People reached" not in said


def test_merchants_with_most_to_read_come_first(index_facts, read):
    def link(name, **counts):
        return MerchantLink(merchant_id=name, name=name, href=f"{name}.html", **counts)

    merchants = (link("Few", people=3), link("Many", people=90), link("Told", summaries=1))

    said = read(render_index(replace(index_facts, merchants=merchants)))

    assert said.index("Told") < said.index("Many") < said.index("Few")
