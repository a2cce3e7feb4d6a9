"""Text is cut into whole lines wherever its pieces happen to end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.reading import lines, malformed
from quality.reading.lines import blocks

LONGEST = 4
"""Where lines are cut in these tests."""
PIECES = st.lists(st.text("ab\n", min_size=1).map(str.encode))


@given(PIECES)
def test_blocks_hold_the_whole_text_in_whole_lines(pieces):
    found = list(blocks(pieces))

    assert b"".join(block.text for block in found) == b"".join(pieces)
    assert all(block.text.endswith(b"\n") for block in found[:-1])
    assert [block.is_last for block in found] == [False] * (len(found) - 1) + [True]


@pytest.fixture(scope="module")
def short_lines():
    """Cut lines after a few bytes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "LONGEST_LINE", LONGEST)
        yield


@pytest.mark.usefixtures("short_lines")
@given(st.text("ab\n").map(str.encode))
def test_a_line_that_is_too_long_is_cut_and_says_so_and_no_other_is(text):
    pieces = [text[place : place + 1] for place in range(len(text))]

    found = b"".join(block.text for block in blocks(pieces))

    expected = []
    for line in text.split(b"\n"):
        cut = malformed.cut_here(len(line) - LONGEST).encode()
        expected.append(line if len(line) <= LONGEST else line[:LONGEST] + cut)
    assert found == b"\n".join(expected)


@pytest.mark.usefixtures("short_lines")
def test_a_cut_does_not_leave_half_a_character():
    (block,) = blocks(["小明".encode()])

    assert block.text.decode() == "小[shike cut 3 bytes here]"
    assert block.is_cut
