"""Published whole or not at all.

Three steps, each safe to repeat: immutable objects, created only; a manifest that names them all,
created last; a pointer swapped onto the manifest. Readers start at the pointer, never list, and
verify digests, so that what they see is one whole run at every moment.
"""

from infra.publish.collecting import Collection, collect
from infra.publish.pages import put_page
from infra.publish.protocol import Outcome, publish, publish_day, store_once
from infra.publish.reading import read_manifest, read_object, read_pointer
from infra.publish.records import Manifest, ObjectRecord, Pointer, PublishedObject
from infra.publish.rollback import roll_back
from infra.publish.runs import Status

__all__ = [
    "Collection",
    "Manifest",
    "ObjectRecord",
    "Outcome",
    "Pointer",
    "PublishedObject",
    "Status",
    "collect",
    "publish",
    "publish_day",
    "put_page",
    "read_manifest",
    "read_object",
    "read_pointer",
    "roll_back",
    "store_once",
]
