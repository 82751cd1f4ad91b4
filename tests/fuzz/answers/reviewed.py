"""Enums whose new values change nothing for the better: looked at one by one, each with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.fuzz.answers.changes import Change
    from tests.fuzz.answers.company import Call

REVIEWED: Final = {
    ("GetDetector", "Features.*.Name"): "a feature of another name is not AI Protection, whose own entry stays",
    (
        "GetKnowledgeBase",
        "knowledgeBase.knowledgeBaseConfiguration.type",
    ): "a base of another type is judged by the store that it names; only a managed one has none of its own",
}
"""By operation and place in the answer, with `*` for positions."""


def may_be_unknown(call: Call, change: Change) -> bool:
    """Say whether somebody looked at what an unknown value does there, and found it right."""
    place = ".".join("*" if isinstance(step, int) else step for step in change.path)
    return (call.operation, place) in REVIEWED
