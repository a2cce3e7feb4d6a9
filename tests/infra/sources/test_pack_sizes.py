import pytest

from infra.sources.pack_sizes import pack_size


@pytest.mark.parametrize(
    ("label", "content"),
    [
        ("16 OZ", 16.0),
        (".69 oz", 0.69),
        ("1/2 GAL", 64.0),
        ("10 3/4 OZ", 10.75),
        ("2 LB", 32.0),
        ("8.45 FL OZ", 8.45),
        ("12 CT", 12.0),
        ("1 DZ", 12.0),
        ("6 PK", 6.0),
    ],
)
def test_a_plain_label_is_its_content(label, content):
    assert pack_size(label) == content


@pytest.mark.parametrize(
    ("label", "content"),
    [("12 PK/12 OZ", 144.0), ("12 OZ/4 PK", 48.0), ("6/12 OZ", 72.0), ("10/6.75 OZ", 67.5)],
)
def test_packs_multiply_their_content(label, content):
    assert pack_size(label) == content


def test_ounces_speak_before_pieces():
    assert pack_size("10 CT/12 OZ") == 12.0


def test_litres_and_ounces_can_be_compared():
    assert pack_size("4/187 ML") == pytest.approx(25.3, abs=0.1)


@pytest.mark.parametrize("label", ["CTN", "LARGE", "", "17 IN", "0 OZ", "83718713 OZ"])
def test_what_names_no_believable_content_is_unknown(label):
    assert pack_size(label) is None
