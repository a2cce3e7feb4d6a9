"""The policies as texts: what one merchant may do touches no other merchant's keys."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.aws.documents import canonical, holds, with_named
from infra.aws.identity import policies_of, policy_name
from infra.aws.place import Place
from infra.aws.policies import collector, merchant_reader, publisher, quality_reader
from infra.store import encode_id

PLACE = Place("shop", "shike")
IDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def fits(pattern, text):
    """Match as IAM does: ``*`` is any text, ``?`` any character."""
    parts = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def may(policy, action, key):
    """Tell whether a policy allows an action on an object."""
    return any(
        action in statement["Action"]
        and any(fits(pattern, f"arn:aws:s3:::shop/{key}") for pattern in statement["Resource"])
        for statement in policy["Statement"]
    )


def may_list(policy, prefix):
    """Tell whether a policy allows listing under a prefix, None being a request without one."""
    for statement in policy["Statement"]:
        if statement["Action"] == ["s3:ListBucket"]:
            condition = statement["Condition"]
            if "Null" in condition and prefix is None:
                return True
            patterns = condition.get("StringLike", {}).get("s3:prefix", ())
            if prefix is not None and any(fits(pattern, prefix) for pattern in patterns):
                return True
    return False


@given(IDS, IDS, st.sampled_from(["current.json", "runs/r/x.csv", ""]))
def test_a_merchant_never_reaches_anothers_key(one, other, name):
    policy = merchant_reader(PLACE, encode_id(one))
    key = f"shike/merchants/{encode_id(other)}/{name}"

    assert may(policy, "s3:GetObject", key) == (one == other)
    assert may_list(policy, key) == (one == other)


@given(IDS, IDS, st.sampled_from(["", "x", "x/y"]))
def test_no_two_policies_share_a_name_and_iam_takes_every_name(one, other, prefix):
    place = Place("shop", prefix)
    mine, others = (policies_of(place, [merchant]) for merchant in (one, other))

    assert (set(mine) == set(others)) == (one == other)
    assert all(re.fullmatch("[A-Za-z0-9-]{1,128}", name) for name in mine)


def test_stores_whose_names_read_alike_have_policies_of_their_own():
    assert policy_name(Place("a-b", "c"), "x") != policy_name(Place("a", "b-c"), "x")


@pytest.mark.parametrize("policy", [publisher(PLACE), collector(PLACE)])
def test_who_must_know_what_is_missing_may_list_without_a_prefix(policy):
    assert may_list(policy, None)
    assert may_list(policy, "shike/internal/")
    assert not may_list(policy, "shikes-neighbour/")


def test_a_reader_never_lists_without_a_prefix():
    for policy in (quality_reader(PLACE), merchant_reader(PLACE, "a")):
        assert not may_list(policy, None)
        assert not may_list(policy, "")


@pytest.mark.parametrize(
    ("key", "is_deleted"),
    [
        ("internal/runs/2017-12-04-r/x.csv", True),
        ("merchants/a/runs/2017-12-04-r/x.csv", True),
        ("state/2017-12-04-r/model.parquet", True),
        ("state/retention.json", False),
        ("internal/current.json", False),
        ("merchants/a/current.json", False),
        ("index.html", False),
    ],
)
def test_the_collector_deletes_what_belongs_to_a_run(key, is_deleted):
    assert may(collector(PLACE), "s3:DeleteObject", f"shike/{key}") == is_deleted
    assert not may(publisher(PLACE), "s3:DeleteObject", f"shike/{key}")


@pytest.mark.parametrize("name", ["attempts.json", "metrics.prom", "index.html"])
def test_operations_are_written_by_the_publisher_read_by_qa_and_hidden_from_merchants(name):
    key = f"shike/operations/{name}"

    assert may(publisher(PLACE), "s3:PutObject", key)
    assert may(quality_reader(PLACE), "s3:GetObject", key)
    assert not may(quality_reader(PLACE), "s3:PutObject", key)
    assert not may(collector(PLACE), "s3:DeleteObject", key)
    for merchant in ("a", "operations", "../operations"):
        assert not may(merchant_reader(PLACE, encode_id(merchant)), "s3:GetObject", key)


def test_a_whole_bucket_is_a_place_too():
    policy = publisher(Place("shop"))

    assert may(policy, "s3:PutObject", "internal/current.json")
    assert may_list(policy, "internal/")


def test_a_key_of_kms_is_used_by_whoever_reads_and_made_use_of_by_whoever_writes():
    place = Place("shop", "shike", kms_key="arn:aws:kms:eu-west-1:111122223333:key/k")

    granted = {
        name: {
            action
            for statement in policy["Statement"]
            if statement["Resource"] == [place.kms_key]
            for action in statement["Action"]
        }
        for name, policy in {
            "publisher": publisher(place),
            "QA": quality_reader(place),
            "merchant": merchant_reader(place, "a"),
        }.items()
    }

    assert granted == {
        "publisher": {"kms:Decrypt", "kms:GenerateDataKey"},
        "QA": {"kms:Decrypt"},
        "merchant": {"kms:Decrypt"},
    }


JSON = st.recursive(
    st.booleans() | st.text(max_size=3),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=3), part),
    max_leaves=8,
)


@given(JSON, st.randoms(use_true_random=False))
def test_the_order_of_a_list_does_not_count(document, random):
    parts = [document, "x", {"y": True}]
    shuffled = random.sample(parts, len(parts))

    assert canonical({"list": parts}) == canonical({"list": shuffled})
    assert canonical([document]) == canonical(document)


def test_a_setting_holds_whatever_a_server_adds_but_not_without_a_part():
    wanted = {"Rules": [{"Default": {"Algorithm": "AES256"}, "IsKeyUsed": False}]}
    more = {"Rules": {"Default": {"Algorithm": "AES256"}, "IsKeyUsed": False, "New": 1}}

    assert holds(more, wanted)
    assert not holds({"Rules": [{"Default": {"Algorithm": "AES256"}}]}, wanted)


def test_a_namesake_is_replaced_and_a_stranger_stays():
    found = [{"ID": "ours", "days": 1}, {"ID": "theirs"}, {"days": 3}]

    assert with_named(found, [{"ID": "ours", "days": 2}], "ID") == [
        {"ID": "theirs"},
        {"days": 3},
        {"ID": "ours", "days": 2},
    ]
