import pytest

from rules.criteria.durations import bounds, in_days


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [
        pytest.param(90, 0, "at least 90 days", id="only the least"),
        pytest.param(1, 0, "at least 1 day", id="a single day"),
        pytest.param(0, 365, "1 to 365 days", id="only the most"),
        pytest.param(90, 365, "90 to 365 days", id="both"),
    ],
)
def test_says_what_is_wanted(least: int, most: int, words: str) -> None:
    assert bounds(least, most) == words


def test_counts_days() -> None:
    assert [in_days(number) for number in (1, 2)] == ["1 day", "2 days"]
