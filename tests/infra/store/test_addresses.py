from pathlib import Path

import pytest

from infra.errors import AddressError
from infra.store import open_store
from infra.store.addresses import BucketAddress, FolderAddress, parse_address


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("demo-store", FolderAddress(Path("demo-store"))),
        ("/srv/店铺 1", FolderAddress(Path("/srv/店铺 1"))),
        ("file:///srv/my%20store", FolderAddress(Path("/srv/my store"))),
        ("file://localhost/srv", FolderAddress(Path("/srv"))),
        ("s3://shop", BucketAddress("shop", "")),
        ("s3://shop/", BucketAddress("shop", "")),
        ("s3://shop.cn-1/a/b/", BucketAddress("shop.cn-1", "a/b")),
    ],
)
def test_what_addresses_mean(uri, address):
    assert parse_address(uri) == address


@pytest.mark.parametrize(
    "uri",
    ["", "s3://", "s3:/shop/a", "s3://UPPER", "S3://shop", "http://x/y", "file://host/a", "a\0"],
)
def test_what_is_no_address_is_refused_with_what_to_write(uri):
    with pytest.raises(AddressError, match="s3://bucket/prefix"):
        parse_address(uri)


@pytest.mark.parametrize("uri", ["https://key:canary@host/shop", "s3://key:canary@shop/a"])
def test_credentials_in_an_address_are_not_repeated(uri):
    with pytest.raises(AddressError, match="address") as refusal:
        parse_address(uri)
    assert "canary" not in str(refusal.value)


def test_a_store_needs_a_prefix_that_every_key_can_follow():
    with pytest.raises(AddressError, match="prefix of a store must be a key"):
        open_store("s3://shop/我的 store")
