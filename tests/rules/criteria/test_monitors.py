import pytest

from rules.criteria.monitors import last_completed, monitor_defect
from rules.facts.sagemaker_monitoring import Monitor


@pytest.mark.parametrize(
    ("days", "words"),
    [
        pytest.param(None, "less than a day ago", id="unknown"),
        pytest.param(0, "less than a day ago", id="today"),
        pytest.param(1, "1 day ago", id="yesterday"),
        pytest.param(2, "2 days ago", id="before"),
    ],
)
def test_says_in_words_when_a_monitor_completed(days: int | None, words: str) -> None:
    assert last_completed(Monitor("bias", "ModelBias", "Scheduled", days)) == words


@pytest.mark.parametrize(
    ("status", "days", "defect"),
    [
        pytest.param("Scheduled", 7, None, id="works"),
        pytest.param("Scheduled", 8, "completed 8 days ago; within 7 days is wanted.", id="late"),
        pytest.param("Scheduled", None, "has never completed.", id="never"),
        pytest.param("Pending", 0, "is Pending; Scheduled is wanted.", id="not scheduled"),
        pytest.param("Stopped", None, "is Stopped; Scheduled is wanted.", id="stopped, and never completed"),
    ],
)
def test_says_why_a_monitor_does_not_work(status: str, days: int | None, defect: str | None) -> None:
    found = monitor_defect(Monitor("bias", "ModelBias", status, days), most_days=7)

    assert found == (None if defect is None else f"The ModelBias monitor bias {defect}")
