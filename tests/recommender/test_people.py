from recommender.people import read_people


def _read(shop, *, assumes_consent=True):
    people = read_people(shop.tables(), assumes_consent=assumes_consent)
    rows = zip(people.may_profile.tolist(), people.segments.tolist(), strict=True)
    return dict(zip(people.user_ids.tolist(), rows, strict=True))


def test_everybody_who_acted_or_is_registered_is_known(shop):
    shop.item("a", "a").buys("u", "a", 3).add("users", user_id="v")

    assert list(_read(shop)) == ["u", "v"]


def test_consent_counts_and_its_absence_is_a_setting(shop):
    shop.add("users", user_id="unasked", has_profiling_consent=None)
    shop.add("users", user_id="no", has_profiling_consent=False)
    shop.add("users", user_id="yes", has_profiling_consent=True)

    assumed, refused = _read(shop), _read(shop, assumes_consent=False)

    assert {user: row[0] for user, row in assumed.items()} == {
        "no": False,
        "unasked": True,
        "yes": True,
    }
    assert [user for user, row in refused.items() if row[0]] == ["yes"]


def test_somebody_missing_from_the_delivered_users_is_not_profiled(shop):
    shop.item("a", "a").buys("missing", "a", 3)

    assert _read(shop)["missing"][0]
    shop.add("users", user_id="known")
    assert not _read(shop)["missing"][0]


def test_people_of_one_age_band_and_region_are_a_segment(shop):
    for user, band, region in (("a", "25-34", "north"), ("b", "25-34", "north"), ("c", None, None)):
        shop.add("users", user_id=user, age_band=band, region=region)
    shop.add("users", user_id="d", age_band="25-34")

    segments = {user: row[1] for user, row in _read(shop).items()}

    assert segments["a"] == segments["b"] >= 0
    assert segments["c"] == -1
    assert segments["d"] not in (segments["a"], -1)
