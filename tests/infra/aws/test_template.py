"""The committed templates: what the code makes, accepted by cfn-lint, no safeguard missing."""

import copy
from pathlib import Path

import pytest
import yaml
from cfnlint.api import lint_file

from infra.aws.safeguards import MERCHANT_SAFEGUARDS, STORE_SAFEGUARDS, broken
from infra.aws.template import FOLDER, merchant_template, store_template, written

TEMPLATES = {"shike": store_template, "merchant": merchant_template}
SAFEGUARDS = {"shike": STORE_SAFEGUARDS, "merchant": MERCHANT_SAFEGUARDS}


def committed(name):
    """Return a template as it is committed."""
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def properties(template, resource):
    return template["Resources"][resource]["Properties"]


def statements(template, resource):
    return properties(template, resource)["PolicyDocument"]["Statement"]


def statement(template, resource, sid):
    return next(found for found in statements(template, resource) if found.get("Sid") == sid)


def rule(template, name):
    rules = properties(template, "Bucket")["LifecycleConfiguration"]["Rules"]
    return next(found for found in rules if found["Id"] == name)


def drop_rule(name):
    def drop(template):
        rules = properties(template, "Bucket")["LifecycleConfiguration"]["Rules"]
        rules.remove(rule(template, name))

    return drop


def drop_statement(sid):
    def drop(template):
        statements(template, "BucketPolicy").remove(statement(template, "BucketPolicy", sid))

    return drop


def drop_property(name):
    return lambda template: properties(template, "Bucket").pop(name)


def allow(resource, sid, action):
    return lambda template: statement(template, resource, sid)["Action"].append(action)


def unbounded(resource, sid):
    return lambda template: statement(template, resource, sid).pop("Condition")


REMOVALS = {
    "shike": {
        "the bucket outlives its stack": lambda t: t["Resources"]["Bucket"].pop("DeletionPolicy"),
        "versions are kept": drop_property("VersioningConfiguration"),
        "access lists are off": drop_property("OwnershipControls"),
        "nothing is public": drop_property("PublicAccessBlockConfiguration"),
        "objects are encrypted": drop_property("BucketEncryption"),
        "old versions expire": drop_rule("shike-old-versions"),
        "unfinished uploads are aborted": drop_rule("shike-unfinished-uploads"),
        "only what is tagged expires": lambda t: rule(t, "shike-retired").pop("TagFilters"),
        "nothing travels in the clear": drop_statement("TlsOnly"),
        "runs are written once": drop_statement("RunsOnce"),
        "the publisher reads and writes in the store only": allow(
            "Publisher", "ReadAndWrite", "s3:DeleteObject"
        ),
        "the publisher lists the store only": unbounded("Publisher", "ListStore"),
        "the collector deletes runs and their state only": allow(
            "Collector", "Read", "s3:DeleteObject"
        ),
        "the collector lists the store only": unbounded("Collector", "ListStore"),
        "QA reads what is internal, the index and operations only": allow(
            "QualityReader", "ReadFindings", "s3:PutObject"
        ),
        "QA lists what is internal only": unbounded("QualityReader", "ListFindings"),
    },
    "merchant": {
        "a merchant reads its own folder only": allow("MerchantReader", "ReadOwn", "s3:PutObject"),
        "a merchant lists its own folder only": unbounded("MerchantReader", "ListOwn"),
    },
}
EACH = [(template, name) for template, removals in REMOVALS.items() for name in removals]


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_committed_template_is_what_the_code_makes(name):
    found = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")

    assert found == written(TEMPLATES[name]()), "run `make docs` and commit"


@pytest.mark.parametrize("name", TEMPLATES)
def test_cfn_lint_finds_nothing(name):
    assert [str(found) for found in lint_file(Path(FOLDER / f"{name}.yaml"))] == []


def test_cfn_lint_finds_a_misspelt_property(tmp_path):
    template = committed("shike")
    properties(template, "Bucket")["VersioningConfig"] = {"Status": "Enabled"}
    planted = tmp_path / "planted.yaml"
    planted.write_text(yaml.safe_dump(template))

    assert any("VersioningConfig" in str(found) for found in lint_file(planted))


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_safeguard_is_missing(name):
    assert broken(committed(name), SAFEGUARDS[name]) == []


@pytest.mark.parametrize(("name", "safeguard"), EACH)
def test_removing_a_safeguard_is_noticed_and_called_by_its_name(name, safeguard):
    template = committed(name)
    REMOVALS[name][safeguard](template)

    assert broken(template, SAFEGUARDS[name]) == [safeguard]


def test_every_safeguard_is_removed_once():
    assert {name: set(removals) for name, removals in REMOVALS.items()} == {
        name: set(safeguards) for name, safeguards in SAFEGUARDS.items()
    }


def test_whatever_is_deleted_from_the_bucket_or_its_policy_is_noticed():
    template = committed("shike")
    names_only = {"Sid", "Id", "BucketName", "Type", "Version"}
    missed = []
    for resource in ("Bucket", "BucketPolicy"):
        for path in paths(template["Resources"][resource]):
            if path[-1] in names_only or "BucketName" in path:
                continue
            cut = copy.deepcopy(template)
            delete(cut["Resources"][resource], path)
            if not broken(cut, STORE_SAFEGUARDS):
                missed.append(path)

    assert missed == []


@pytest.mark.parametrize(
    ("name", "resource"),
    [("shike", role) for role in ("Publisher", "Collector", "QualityReader")]
    + [("merchant", "MerchantReader")],
)
@pytest.mark.parametrize(
    "action", ["s3:DeleteObjectVersion", "s3:PutBucketPolicy", "s3:PutBucketVersioning", "s3:*"]
)
def test_no_policy_may_change_the_bucket_or_its_history(name, resource, action):
    template = committed(name)
    granted = {
        "Effect": "Allow",
        "Action": [action],
        "Resource": [{"Fn::Sub": "arn:${AWS::Partition}:s3:::${BucketName}"}],
    }
    statements(template, resource).append(granted)

    assert len(broken(template, SAFEGUARDS[name])) == 1


def paths(node, above=()):
    """Yield the way to every part of a parsed template."""
    parts = node.items() if isinstance(node, dict) else enumerate(node)
    for step, part in parts:
        yield (*above, step)
        if isinstance(part, dict | list):
            yield from paths(part, (*above, step))


def delete(node, path):
    """Delete one part."""
    *way, last = path
    for step in way:
        node = node[step]
    del node[last]
