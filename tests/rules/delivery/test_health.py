from dataclasses import replace
from datetime import timedelta

import pytest

from rules.delivery.health import FunctionHealth, Health, problems
from tests.rules.delivery.events import at

NOW = at(0)
OLD = NOW - timedelta(days=30)
RUNNING = FunctionHealth("ai-config-rule", "Active", runs=2, errors=0, since=OLD)


def function(
    state: str | None = "Active", *, runs: int = 2, errors: int = 0, age: float | None = 720
) -> FunctionHealth:
    since = None if age is None else NOW - timedelta(hours=age)
    return FunctionHealth("ai-config-rule", state, runs, errors, since)


@pytest.mark.parametrize(
    "health",
    [
        pytest.param(Health(NOW, functions=(RUNNING,)), id="all well"),
        pytest.param(Health(NOW, pack=("UPDATE_COMPLETE", "")), id="after an update"),
        pytest.param(Health(NOW, functions=(function(runs=0, age=47),)), id="deployed less than two days ago"),
        pytest.param(Health(NOW, functions=(function(runs=3, errors=2),)), id="failed, then not"),
        pytest.param(Health(NOW, functions=(function("Pending"),)), id="being updated"),
        pytest.param(Health(NOW, recording=True), id="recorder on"),
        pytest.param(
            Health(NOW, functions=(function(runs=0),), reported={"ai-config-rule": NOW - timedelta(hours=47)}),
            id="stored, whatever the metrics say",
        ),
        pytest.param(
            Health(NOW, functions=(function(age=1),), reported={"ai-config-rule": None}), id="new, nothing stored yet"
        ),
        pytest.param(Health(NOW, recording=None), id="no recorder needed"),
    ],
)
def test_says_nothing_of_what_is_well(health: Health) -> None:
    assert problems(health) == ()


@pytest.mark.parametrize(
    ("health", "said"),
    [
        pytest.param(
            Health(NOW, pack=("UPDATE_FAILED", "The rule has no function.")),
            "The conformance pack is UPDATE_FAILED: The rule has no function.",
            id="pack failed",
        ),
        pytest.param(
            Health(NOW, pack=("CREATE_IN_PROGRESS", "")), "The conformance pack is CREATE_IN_PROGRESS.", id="pack"
        ),
        pytest.param(
            Health(NOW, absent=("a", "b")), "AWS Config does not have 2 rules of the pack: a and b.", id="rules gone"
        ),
        pytest.param(
            Health(NOW, managed_errors=("s3-x (AccessDenied)",)),
            "AWS Config reports errors of 1 managed rule: s3-x (AccessDenied).",
            id="managed rule",
        ),
        pytest.param(
            Health(NOW, functions=(function(None, runs=0),)),
            "1 function of the stack cannot be found: ai-config-rule.",
            id="function gone",
        ),
        pytest.param(
            Health(NOW, functions=(function(None),), reported={"ai-config-rule": NOW - timedelta(days=3)}),
            "1 function of the stack cannot be found: ai-config-rule.",
            id="function gone that reported once",
        ),
        pytest.param(
            Health(NOW, functions=(function("Failed"),)),
            "1 function cannot be invoked, says AWS Lambda: ai-config-rule.",
            id="function broken",
        ),
        pytest.param(
            Health(NOW, functions=(function(runs=0),)),
            "Nothing has invoked 1 function in the last 48 hours, twice the period of a daily pass: ai-config-rule.",
            id="silent",
        ),
        pytest.param(
            Health(NOW, functions=(function(runs=0, age=48),)),
            "Nothing has invoked 1 function in the last 48 hours, twice the period of a daily pass: ai-config-rule.",
            id="silent since it was deployed",
        ),
        pytest.param(
            Health(NOW, functions=(function(runs=0, age=None),)),
            "Nothing has invoked 1 function in the last 48 hours, twice the period of a daily pass: ai-config-rule.",
            id="silent, of unknown age",
        ),
        pytest.param(
            Health(NOW, functions=(function(runs=3, errors=3, age=1),)),
            "Every run of 1 function failed in the last 48 hours: ai-config-rule.",
            id="always fails",
        ),
        pytest.param(
            Health(NOW, functions=(function(runs=1, errors=1),)),
            "Every run of 1 function failed in the last 48 hours: ai-config-rule.",
            id="the only run failed",
        ),
        pytest.param(
            Health(NOW, recording=False),
            "The configuration recorder is off, so that rules do not hear of changes before their daily pass.",
            id="recorder off",
        ),
        pytest.param(
            Health(NOW, recording=True, recorder_error="Access denied"),
            "The configuration recorder fails: Access denied.",
            id="recorder fails",
        ),
        pytest.param(
            Health(NOW, failures=1), "1 event that no attempt could deal with: see the queue of failures.", id="event"
        ),
        pytest.param(
            Health(NOW, failures=7), "7 events that no attempt could deal with: see the queue of failures.", id="events"
        ),
        pytest.param(
            Health(NOW, stuck=("ai-config-findings",)),
            "Nothing takes the events that wait in 1 queue: ai-config-findings.",
            id="queue stuck",
        ),
        pytest.param(
            Health(NOW, unrecorded=("AWS::IAM::Role", "AWS::IAM::User")),
            "The configuration recorder leaves out 2 types whose changes rules wait for: AWS::IAM::Role and "
            "AWS::IAM::User. Record them, or set alerts.unrecordedTypes = false.",
            id="types left out",
        ),
        pytest.param(
            Health(NOW, functions=(RUNNING,), reported={"ai-config-rule": NOW - timedelta(hours=48)}),
            "AWS Config has stored no evaluation of 1 function in the last 48 hours, although it ran: ai-config-rule.",
            id="runs of which nothing is stored",
        ),
        pytest.param(
            Health(NOW, functions=(function(runs=0, age=1),), reported={"ai-config-rule": NOW - timedelta(days=3)}),
            "Nothing has invoked 1 function in the last 48 hours, twice the period of a daily pass: ai-config-rule.",
            id="silent behind a new log group",
        ),
        pytest.param(Health(NOW, drift=("It was changed.",)), "It was changed.", id="changed"),
        pytest.param(Health(NOW, unknown=("It is dark.",)), "It is dark.", id="not looked at"),
    ],
)  # fmt: skip
def test_says_what_is_wrong(health: Health, said: str) -> None:
    assert problems(health) == (said,)


@pytest.mark.parametrize(
    ("health", "said"),
    [
        pytest.param(
            Health(NOW, pack=("UPDATE_FAILED", "x" * 300)),
            f"The conformance pack is UPDATE_FAILED: {'x' * 300}.",
            id="a reason that just fits",
        ),
        pytest.param(
            Health(NOW, pack=("UPDATE_FAILED", "x" * 301)),
            f"The conformance pack is UPDATE_FAILED: {'x' * 299}….",
            id="a longer reason",
        ),
        pytest.param(
            Health(NOW, recorder_error="It may not write.\n \x1b[31mAsk. "),
            "The configuration recorder fails: It may not write.   [31mAsk.",
            id="a reason that a terminal would act on",
        ),
        pytest.param(
            Health(NOW, managed_errors=("y" * 301,)),
            f"AWS Config reports errors of 1 managed rule: {'y' * 299}….",
            id="a long name",
        ),
        pytest.param(
            Health(NOW, absent=tuple("abcdefghijklmnopqrst")),
            "AWS Config does not have 20 rules of the pack: "
            "a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s and t.",
            id="names that all fit",
        ),
    ],
)
def test_shows_only_so_much_of_what_aws_says(health: Health, said: str) -> None:
    assert problems(health) == (said,)


def test_everything_that_is_wrong_is_said_in_order() -> None:
    silent = FunctionHealth("a", "Active", runs=0, errors=0, since=OLD)
    health = Health(
        NOW,
        pack=("DELETE_FAILED", ""),
        absent=("x",),
        managed_errors=("y",),
        functions=(
            silent,
            replace(silent, name="b"),
            replace(silent, name="c", state=None),
            replace(silent, name="d", state="Failed", runs=1),
            replace(silent, name="e", runs=2),
            replace(silent, name="f", runs=2, errors=3),
            replace(silent, name="g", state=None, runs=2, errors=2),
        ),
        reported={"e": None, "c": None, "f": None},
        recording=False,
        recorder_error="No",
        unrecorded=("AWS::IAM::Role",),
        stuck=("q",),
        drift=("It was changed.",),
        failures=2,
        unknown=("It is dark.",),
    )

    assert problems(health) == (
        "It is dark.",
        "The conformance pack is DELETE_FAILED.",
        "AWS Config does not have 1 rule of the pack: x.",
        "AWS Config reports errors of 1 managed rule: y.",
        "2 functions of the stack cannot be found: c and g.",
        "1 function cannot be invoked, says AWS Lambda: d.",
        "Nothing has invoked 2 functions in the last 48 hours, twice the period of a daily pass: a and b.",
        "AWS Config has stored no evaluation of 1 function in the last 48 hours, although it ran: e.",
        "Every run of 1 function failed in the last 48 hours: f.",
        "It was changed.",
        "The configuration recorder is off, so that rules do not hear of changes before their daily pass.",
        (
            "The configuration recorder leaves out 1 type whose changes rules wait for: AWS::IAM::Role. "
            "Record them, or set alerts.unrecordedTypes = false."
        ),
        "The configuration recorder fails: No.",
        "Nothing takes the events that wait in 1 queue: q.",
        "2 events that no attempt could deal with: see the queue of failures.",
    )


def test_many_names_are_counted() -> None:
    health = Health(NOW, absent=tuple(f"rule-{number}" for number in range(60)))

    (said,) = problems(health)
    assert said.startswith("AWS Config does not have 60 rules of the pack: rule-0, rule-1, ")
    assert said.endswith(" and 40 more.")
