from datetime import UTC, datetime

import pytest

from cli.timestamps import moment


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        pytest.param("2026-11-23T08:30:00Z", datetime(2026, 11, 23, 8, 30, tzinfo=UTC), id="without fractions"),
        pytest.param("2026-11-23T08:30:00.125Z", datetime(2026, 11, 23, 8, 30, 0, 125_000, UTC), id="with fractions"),
        pytest.param("2026-11-23T08:30:00+01:00", datetime(2026, 11, 23, 7, 30, tzinfo=UTC), id="another time zone"),
        pytest.param("Mon, 23 Nov 2026 08:30:00 GMT", datetime(2026, 11, 23, 8, 30, tzinfo=UTC), id="in a header"),
        pytest.param(1_795_422_600, datetime(2026, 11, 23, 8, 30, tzinfo=UTC), id="seconds"),
        pytest.param("1795422600.5", datetime(2026, 11, 23, 8, 30, 0, 500_000, UTC), id="seconds in a text"),
    ],
)
def test_reads_the_times_of_answers(written: object, wanted: datetime) -> None:
    found = moment(written)

    assert found == wanted
    assert found.tzinfo is not None


@pytest.mark.parametrize("written", ["2026-13-23T08:30:00Z", "soon"])
def test_refuses_what_is_no_time(written: str) -> None:
    with pytest.raises(ValueError, match=r"month|imestamp"):
        moment(written)
