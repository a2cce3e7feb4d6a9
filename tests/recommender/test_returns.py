from recommender.returns import net_purchases


def _left(shop):
    rows = net_purchases(shop.tables()["events"]).sort_by("occurred_at").to_pylist()
    return [(row["item_id"], row["quantity"]) for row in rows]


def test_a_purchase_sent_back_whole_disappears(shop):
    shop.item("kettle", "kettles").buys("u", "kettle", 5).buys(
        "u", "kettle", 3, event_type="return"
    )

    assert _left(shop) == []


def test_part_of_a_purchase_stays_when_part_came_back(shop):
    shop.item("soap", "soap").buys("u", "soap", 5, quantity=6.0)
    shop.buys("u", "soap", 3, event_type="return", quantity=2.0)

    assert _left(shop) == [("soap", 4.0)]


def test_a_return_belongs_to_the_latest_purchase_before_it(shop):
    shop.item("soap", "soap").buys("u", "soap", 30, 10, 2, quantity=1.0)
    shop.buys("u", "soap", 5, event_type="return", quantity=1.0)

    ages = net_purchases(shop.tables()["events"])["occurred_at"].to_pylist()
    assert sorted(moment.day for moment in ages) == [28, 31]  # 2 and 30 days before 2 March


def test_another_persons_return_changes_nothing(shop):
    shop.item("soap", "soap").buys("u", "soap", 5).buys("v", "soap", 3, event_type="return")

    assert _left(shop) == [("soap", None)]
