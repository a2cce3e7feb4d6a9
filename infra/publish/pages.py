"""Pages that stand outside the runs, such as the index: replaced in place, each whole."""

from infra.errors import StoreError
from infra.store.base import KeyTaken, Store, TagMismatch

_ATTEMPTS = 10


def put_page(
    store: Store, key: str, body: bytes, content_type: str = "text/html; charset=utf-8"
) -> bool:
    """Make a page read so; the last of several writers stays.

    Returns:
        Whether anything was written; an equal page is left alone.

    Raises:
        StoreError: If storage did not answer, or others never stopped writing the page.
    """
    for _ in range(_ATTEMPTS):
        stored = store.get(key)
        if stored is not None and stored.body == body:
            return False
        try:
            if stored is None:
                store.create(key, body, content_type)
            else:
                store.swap(key, body, stored.tag, content_type)
        except (KeyTaken, TagMismatch):
            continue
        return True
    raise StoreError(f"{store.address}/{key} was changed {_ATTEMPTS} times meanwhile; run it again")
