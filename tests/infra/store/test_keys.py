import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.store.keys import check_key, decode_id, encode_id

IDS = st.text(max_size=20) | st.text("=.%/aA2E-", max_size=8)


@given(IDS)
def test_an_encoded_id_is_a_segment_and_decodes_to_itself(identifier):
    segment = encode_id(identifier)

    assert check_key(segment) == segment
    assert "/" not in segment
    assert decode_id(segment) == identifier


@given(IDS, IDS)
def test_different_ids_become_different_segments(one, other):
    assert (encode_id(one) == encode_id(other)) == (one == other)


@given(st.text("ABEF0123456789=.ab", max_size=8))
def test_only_what_encoding_makes_is_decoded(segment):
    try:
        identifier = decode_id(segment)
    except ValueError:
        return
    assert encode_id(identifier) == segment


@pytest.mark.parametrize(
    ("identifier", "segment"),
    [
        ("1742", "1742"),
        ("shop_7-b.cn", "shop_7-b.cn"),
        ("a/b c", "a=2Fb=20c"),
        ("京东", "=E4=BA=AC=E4=B8=9C"),
        ("=", "=3D"),
        ("..", "=2E."),
        ("", "="),
    ],
)
def test_how_ids_are_spelt(identifier, segment):
    assert encode_id(identifier) == segment
    assert decode_id(segment) == identifier


@pytest.mark.parametrize("segment", ["=e4=BA", "=FF", "a b", "..", "=41", "京", "=2"])
def test_what_no_id_becomes_is_not_decoded(segment):
    with pytest.raises(ValueError, match="not an encoded id"):
        decode_id(segment)


def test_a_segment_or_key_that_no_store_could_hold_is_refused():
    check_key("a" * 255)
    with pytest.raises(ValueError, match="1 to 255"):
        check_key("a" * 256)
    with pytest.raises(ValueError, match="at most 1024"):
        check_key("/".join(["a" * 200] * 6))
