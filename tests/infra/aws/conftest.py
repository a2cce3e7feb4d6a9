"""A bucket set up as ``shike bootstrap`` does, and everybody who may come near it."""

from dataclasses import dataclass, field, replace
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config

from infra.aws.bootstrap import bootstrap, place_of
from infra.aws.identity import policies_of, policy_name, put_policies
from infra.store import StoreOptions, open_store, parse_address

MERCHANT_A, MERCHANT_B = "好物 a", "b"
"""Two merchants; the first one's id does not fit in a key as it is."""


@dataclass(frozen=True)
class Shop:
    """A store in S3, and how each of its readers and writers reaches it."""

    address: str
    administrator: StoreOptions
    people: dict[str, StoreOptions]
    _clients: dict = field(default_factory=dict)

    def store(self, person):
        """The store as a person sees it."""
        return open_store(self.address, self.people[person])

    def client(self, person):
        """A boto3 client with a person's credentials, for requests that shike would not make."""
        if person not in self._clients:
            self._clients[person] = client("s3", self.people[person])
        return self._clients[person]


def client(service, options):
    """A boto3 client beside the code's own."""
    return boto3.session.Session().client(
        service,
        endpoint_url=options.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=options.access_key,
        aws_secret_access_key=options.secret_key,
        verify=options.ca_bundle or None,
        config=Config(
            signature_version="s3v4" if service == "s3" else None,
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "path"},
        ),
    )


@pytest.fixture
def client_of():
    """Make an S3 client of store options."""
    return lambda options: client("s3", options)


@pytest.fixture(scope="session")
def secured(seaweedfs):
    """A store over TLS with every setting and policy in force, and a user for each policy."""
    administrator = seaweedfs.options(tls=True)
    address = f"s3://aws-{uuid4().hex}/some/shop"
    place = place_of(parse_address(address), administrator)
    list(bootstrap(place, administrator))
    list(put_policies(policies_of(place, [MERCHANT_A, MERCHANT_B]), administrator))
    roles = {
        "publisher": "publisher",
        "collector": "collector",
        "QA": "quality",
        "merchant A": "merchant/=E5=A5=BD=E7=89=A9=20a",
        "merchant B": "merchant/b",
    }
    iam = client("iam", administrator)
    people = {
        person: _user(iam, policy_name(place, role), administrator)
        for person, role in roles.items()
    }
    return Shop(address, administrator, people)


def _user(iam, policy, administrator):
    """Make a user with one policy; return its credentials."""
    arns = {found["PolicyName"]: found["Arn"] for found in iam.list_policies()["Policies"]}
    name = f"user-{uuid4().hex}"
    iam.create_user(UserName=name)
    iam.attach_user_policy(UserName=name, PolicyArn=arns[policy])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return replace(administrator, access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])
