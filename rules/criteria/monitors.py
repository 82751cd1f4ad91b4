"""When a monitor of an Amazon SageMaker AI endpoint works; each judgement is a finished sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rules.facts.sagemaker_monitoring import Monitor


def monitor_defect(monitor: Monitor, *, most_days: int) -> str | None:
    """Return why a monitor watches nothing now, None when it is scheduled and completed lately."""
    name = f"The {monitor.kind} monitor {monitor.name}"
    if monitor.status != "Scheduled":
        return f"{name} is {monitor.status}; Scheduled is wanted."
    if monitor.completed_days_ago is None:
        return f"{name} has never completed."
    if monitor.completed_days_ago > most_days:
        return f"{name} completed {last_completed(monitor)}; within {most_days} days is wanted."
    return None


def last_completed(monitor: Monitor) -> str:
    """Return when a monitor completed last, in words: "3 days ago"."""
    days = monitor.completed_days_ago
    if not days:
        return "less than a day ago"
    return f"{days} day{'s' if days > 1 else ''} ago"
