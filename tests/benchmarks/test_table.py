import pytest

from benchmarks.table import Row, at_least, at_most, markdown


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        pytest.param(
            at_least("calls", "100", "2,000", 20.0, 20),
            Row("calls", "100", "2,000", "20.0", "at least 20", met=True),
            id="reached",
        ),
        pytest.param(
            at_least("calls", "101", "2,000", 19.8, 20),
            Row("calls", "101", "2,000", "19.8", "at least 20", met=False),
            id="not reached",
        ),
        pytest.param(
            at_most("import", "1.15", "1", 1.15, 1.15),
            Row("import", "1.15", "1", "1.15", "at most 1.15", met=True),
            id="within",
        ),
        pytest.param(
            at_most("import", "1.2", "1", 1.2, 1.15),
            Row("import", "1.2", "1", "1.20", "at most 1.15", met=False),
            id="beyond",
        ),
    ],
)
def test_says_whether_a_ratio_is_as_wanted(row: Row, wanted: Row) -> None:
    assert row == wanted


def test_writes_a_table() -> None:
    rows = [Row("time", "1", "12.0", "12.0", "at least 10", met=True), Row("verdicts", "3", "4", "")]

    assert list(markdown(rows)) == [
        "| What | ai-config-rules | Beside it | Ratio | Wanted | Met |",
        "|---|---|---|---|---|---|",
        "| time | 1 | 12.0 | 12.0 | at least 10 | yes |",
        "| verdicts | 3 | 4 |  |  |  |",
    ]
