import pytest

from benchmarks.growth.exponent import exponent, last_step


@pytest.mark.parametrize(
    ("figures", "grown", "last"),
    [
        pytest.param((7, 7, 7), 0, 0, id="does not grow"),
        pytest.param((3, 12, 48), 1, 1, id="grows as the account does"),
        pytest.param((1, 16, 256), 2, 2, id="grows with its square"),
        pytest.param((2, 4, 8), 0.5, 0.5, id="grows with its root"),
        # 100 + n²: hidden at first, seen in the last step.
        pytest.param((101, 116, 356), 0.45, 0.81, id="a square under what does not grow"),
    ],
)
def test_exponent_is_the_slope_of_logarithms(figures: tuple[float, ...], grown: float, last: float) -> None:
    assert exponent((1, 4, 16), figures) == pytest.approx(grown, abs=0.01)
    assert last_step((1, 4, 16), figures) == pytest.approx(last, abs=0.01)
