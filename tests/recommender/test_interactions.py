import numpy as np

from recommender.interactions import day_number, purchase_days


def test_purchases_of_one_day_and_need_are_one_interaction(shop, day):
    shop.item("a1", "a").item("a2", "a").item("b", "b")
    shop.buys("u", "a1", 3, quantity=2.0).buys("u", "a2", 3).buys("u", "b", 3, event_type="view")

    needs = purchase_days(shop.tables()["events"], shop.tables()["items"], level="need")

    assert needs.days.tolist() == [day_number(day) - 3]
    assert needs.quantities.tolist() == [3.0]
    assert needs.thing_ids.tolist() == ["a"]


def test_wider_vocabularies_keep_what_each_row_means(make_interactions):
    train = make_interactions([(0, 1, 1), (1, 2, 0)])
    users = np.array(["a", "u000", "u001"], dtype=object)
    things = np.array(["n000", "n0005", "n001"], dtype=object)

    wide = train.known_as(users, things)

    assert wide.users.tolist() == [1, 2]
    assert wide.things.tolist() == [2, 0]
    assert wide.counts().shape == (3, 3)


def test_some_users_can_be_left_out(make_interactions):
    train = make_interactions([(0, 1, 1), (1, 2, 0), (2, 3, 1)])

    assert train.of_users(np.array([True, False, True])).days.tolist() == [1, 3]
