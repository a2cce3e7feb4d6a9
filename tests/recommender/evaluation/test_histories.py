from recommender.evaluation.histories import histories


def test_a_history_counts_days_and_gaps_of_each_pair(purchases):
    train = purchases([(0, 1, 0), (0, 4, 0), (0, 10, 0), (0, 2, 1), (1, 5, 1), (1, 6, 1)])

    found = histories(train)

    assert list(zip(found.users, found.things, found.purchases, strict=True)) == [
        (0, 0, 3),
        (0, 1, 1),
        (1, 1, 2),
    ]
    assert found.first_days.tolist() == [1, 2, 5]
    assert found.last_days.tolist() == [10, 2, 6]
    assert found.gaps.tolist() == [3, 6, 1]
    assert found.gap_things.tolist() == [0, 0, 1]
