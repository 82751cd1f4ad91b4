from dataclasses import replace

import pytest

from cli.rehearsal.delivery import Delivered, Step
from cli.rehearsal.lambda_service import Ran
from cli.rehearsal.rehearsal import Rehearsal
from cli.rehearsal.stage import FunctionRun
from cli.rehearsal.summary import lines

RUN = FunctionRun(
    rule_id="bedrock-model-cmk-encrypted",
    region="us-east-1",
    events=2,
    calls=5,
    results={"COMPLIANT": 1, "NON_COMPLIANT": 3},
    errors=(),
    used=frozenset({"kms:DescribeKey"}),
    denied=frozenset(),
    allowed=frozenset({"kms:DescribeKey"}),
    disagreeing=(),
    pack="NON_COMPLIANT",
)
FORWARDED = Ran("ai-config-forwarder", 3, (), frozenset({"sns:Publish"}), frozenset())
DELIVERED = Delivered(
    region="us-east-1",
    steps=(Step("a finding was opened", passed=True),),
    ran=(FORWARDED,),
    allowed={"ai-config-forwarder": frozenset({"sns:Publish"})},
    fixed=True,
)
MANAGED = {"us-east-1": ("CMK_BACKING_KEY_ROTATION_ENABLED", "MACIE_STATUS_CHECK"), "eu-central-1": ()}


def test_says_a_line_for_each_rule_and_whether_it_passed() -> None:
    heading, row, _, followed, step, _, counts, last = lines(Rehearsal((RUN,), {}, (DELIVERED,)))

    assert heading.split("  ")[0] == "RULE"
    assert row.split() == [RUN.rule_id, "us-east-1", "2", "5", "1", "3", "0", "NON_COMPLIANT"]
    assert counts == (
        "2 functions ran 5 events from their own assets, each with its own role: "
        "0 calls denied, 0 allowed actions unused."
    )
    assert (followed, step) == ("What followed the verdicts in us-east-1:", "  ok    a finding was opened")
    assert last == "The rehearsal passed."


def test_says_which_rules_nobody_evaluated() -> None:
    said = list(lines(Rehearsal((RUN,), MANAGED, (DELIVERED,))))

    assert said[2:4] == [
        "",
        "Rules that AWS evaluates itself: 2 in us-east-1. They were stored with the pack, not evaluated.",
    ]
    assert said[-1] == "The rehearsal passed."


@pytest.mark.parametrize(
    ("run", "fault"),
    [
        pytest.param(
            replace(RUN, errors=("ValueError: no\nroom",)),
            "bedrock-model-cmk-encrypted in us-east-1 failed: ValueError: no room",
            id="error",
        ),
        pytest.param(
            replace(RUN, denied=frozenset({"kms:GetKeyPolicy"})),
            "bedrock-model-cmk-encrypted in us-east-1 was denied kms:GetKeyPolicy: "
            "its role in the template does not allow it",
            id="denied",
        ),
        pytest.param(
            replace(RUN, disagreeing=("AWS::KMS::Key a",)),
            "bedrock-model-cmk-encrypted in us-east-1: "
            "a change event and the periodic pass disagree on AWS::KMS::Key a",
            id="disagreeing",
        ),
        pytest.param(
            replace(RUN, pack=None),
            "bedrock-model-cmk-encrypted in us-east-1: the conformance pack says nothing of it",
            id="not in the pack",
        ),
        pytest.param(
            replace(RUN, allowed=frozenset({"kms:DescribeKey", "kms:ListKeys"})),
            "bedrock-model-cmk-encrypted never used kms:ListKeys: its role allows more than it needs",
            id="unused",
        ),
    ],
)
def test_names_every_fault(run: FunctionRun, fault: str) -> None:
    said = list(lines(Rehearsal((run,), MANAGED, (DELIVERED,))))

    assert fault in said
    assert said[-1] == "The rehearsal failed."


@pytest.mark.parametrize(
    ("delivered", "fault"),
    [
        pytest.param(
            replace(DELIVERED, steps=(Step("no finding was opened", passed=False),)),
            "us-east-1: no finding was opened",
            id="step",
        ),
        pytest.param(
            replace(DELIVERED, ran=(FORWARDED, replace(FORWARDED, errors=("ValueError: no\nroom",)))),
            "us-east-1: ai-config-forwarder failed: ValueError: no room",
            id="error",
        ),
        pytest.param(
            replace(DELIVERED, ran=(FORWARDED, replace(FORWARDED, denied=frozenset({"sns:Publish"})))),
            "us-east-1: ai-config-forwarder was denied sns:Publish",
            id="denied",
        ),
        pytest.param(
            replace(DELIVERED, allowed={"ai-config-forwarder": frozenset({"sns:Publish", "sns:ListTopics"})}),
            "ai-config-forwarder never used sns:ListTopics: its role allows more than it needs",
            id="unused",
        ),
        pytest.param(
            replace(DELIVERED, fixed=False),
            "no Region had anything that a runbook could be tried on",
            id="nothing fixed",
        ),
    ],
)
def test_names_what_did_not_follow(delivered: Delivered, fault: str) -> None:
    said = list(lines(Rehearsal((RUN,), MANAGED, (delivered,))))

    assert fault in said
    assert said[-1] == "The rehearsal failed."
