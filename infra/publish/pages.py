"""Pages that stand outside the runs, such as the index: replaced in place, each whole."""

from infra.publish.swapping import change
from infra.store.base import Store, Stored


def put_page(
    store: Store, key: str, body: bytes, content_type: str = "text/html; charset=utf-8"
) -> bool:
    """Make a page read so; the last of several writers stays.

    Returns:
        Whether anything was written; an equal page is left alone.

    Raises:
        StoreError: If storage did not answer, or others never stopped writing the page.
    """

    def decide(stored: Stored | None) -> tuple[bytes | None, bool]:
        is_equal = stored is not None and stored.body == body
        return (None, False) if is_equal else (body, True)

    return change(store, key, content_type, decide)
