"""What the page of operations says of the last attempts."""

from dataclasses import replace

from infra.pages import render_operations


def test_the_newest_attempt_comes_first_and_failures_say_why(attempts, section_of):
    said = section_of(render_operations(attempts, home_href="../index.html"), "attempts")

    assert said.index("failed") < said.index("published")
    assert "No space left on <device>" in said


def test_the_last_good_day_is_told_beside_a_failure(attempts, read):
    said = read(render_operations(attempts, home_href="../index.html"))

    assert "Day of the last good attempt 2017-12-04" in said


def test_the_waterfall_goes_down_to_what_was_accepted(attempts, section_of):
    said = section_of(render_operations(attempts, home_href="../index.html"), "rows")

    for step in ("Read 107", "Quarantined −5", "Duplicates −3", "Erased on request −2"):
        assert step in said
    assert "Accepted 94" in said
    assert "Recommended to 6" in said


def test_stages_are_drawn_on_one_scale(attempts):
    long = replace(attempts[0], stages=attempts[1].stages)

    alone = render_operations([attempts[0]], home_href="../index.html")
    beside = render_operations([long, attempts[0]], home_href="../index.html")

    first = alone.partition(b"<path")[2].partition(b"</svg>")[0]
    assert first not in beside


def test_an_attempt_that_ended_at_once_has_a_page_too(attempts, read):
    nothing = replace(attempts[1], stages=(), rows=(), error=None)

    said = read(render_operations([nothing], home_href="../index.html"))

    assert "failed" in said
    assert "How long the stages took" not in said
