"""The same rule at a terminal: what `check` would report of a run under a fault."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cli.account import Calls, OpenAccount
from cli.formats.json_report import render
from cli.judging import judge
from cli.report import status_of
from cli.status import ExitStatus
from cli.terminal import PLAIN
from tests.faults.judgement import LEFT_OUT
from tests.faults.stage import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.faults.replay import Strike
    from tests.faults.stage import Key, Said, Stage

DEFECT = "this is a defect of the program"
"""What an error says that the rule did not see coming."""


def reported(stage: Stage, strike: Strike, wanted: Mapping[Key, Said]) -> Outcome:
    """
    Return what the JSON report of `check` says of the stage's rule when that call meets that fault.

    `stored` has the report's evaluations, and of what is `wanted` but is neither evaluated nor named by an error, that
    it is left out. `failure` is what the errors say, None without any; it goes with the exit status that is documented.
    """
    stage.session.begin(strike)
    report = judge([stage.configured], OpenAccount(stage.aws(), Calls()))
    text = render([report], PLAIN)
    errors: list[dict[str, Any]] = json.loads(text)["errors"]
    evaluations: list[dict[str, Any]] = json.loads(text)["evaluations"]
    failed = status_of([report], None) is ExitStatus.NOT_EVALUATED
    stored = {(one["resourceType"], one["resourceId"]): (one["compliance"], one["annotation"]) for one in evaluations}
    unreadable = frozenset(
        (str(one["resourceType"]), str(one["resourceId"])) for one in errors if one["resourceId"] is not None
    )
    whole = any(one["resourceId"] is None for one in errors)
    for key in () if whole else wanted:
        if key not in unreadable:
            stored.setdefault(key, LEFT_OUT)
    messages = "; ".join(f"{one['code']}: {one['message']}" for one in errors)
    return Outcome(
        stored,
        messages if failed else None,
        unreadable,
        text,
        whole=whole,
        accident=failed != bool(errors) or any(DEFECT in one["message"] for one in errors),
    )
