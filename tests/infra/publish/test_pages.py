from concurrent.futures import ThreadPoolExecutor

from infra.publish import put_page


def test_a_page_is_put_replaced_and_left_alone_when_equal(store):
    assert put_page(store, "index.html", b"one")
    assert put_page(store, "index.html", b"two")
    assert store.get("index.html").body == b"two"
    tag = store.get("index.html").tag

    assert not put_page(store, "index.html", b"two")
    assert store.get("index.html").tag == tag


def test_a_page_that_several_put_at_once_is_one_of_theirs(store):
    bodies = [b"page %d" % number for number in range(4)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda body: put_page(store, "index.html", body), bodies))

    assert store.get("index.html").body in bodies
