"""What of a deployed stack is not as the settings deploy it: read by the same code as the watchdog's, from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdk.blueprint import deployed_blueprint
from cli.deployed.judgement import Line, Outcome
from rules.delivery.blueprint import Place
from rules.delivery.drift import drift
from rules.delivery.inspection import inspect
from rules.engine.errors import READ_ERRORS, SHAPE_ERRORS, error_code, error_message
from rules.engine.verdict import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cdk.settings import Settings
    from cli.deployed.readings import Deployment, Stack
    from rules.delivery.inspection import Seen
    from rules.engine.aws import Aws

PART = "changes"
UNCHANGED = "Functions, rules, queues, EventBridge rules and alarms are as the settings deploy them."


def judge_changes(aws: Aws, settings: Settings, deployment: Deployment, *, code: str | None = None) -> list[Line]:
    """
    Return a line for each difference, or one that there is none; nothing where there is no stack or no pack.

    `code` is the SHA-256 of the functions' zip, in Base64, where this checkout built it.
    """
    if deployment.stack is None or deployment.pack is None:
        return []
    blueprint = deployed_blueprint(settings, Place(aws.partition, aws.region, aws.account_id))
    seen = inspect(aws, blueprint)
    unread = [Line(PART, PART, Outcome.UNREAD, sentence) for sentence in seen.unknown]
    wrong = [
        Line(PART, deployment.stack.name, Outcome.WRONG, sentence)
        for sentence in (
            *drift(blueprint, seen, code=code),
            *_of_roles(deployment.stack, seen),
            *_of_protection(deployment.stack, settings),
        )
    ]
    key = _of_key(aws, deployment.stack)
    lines = [*unread, *wrong, *key]
    return lines or [Line(PART, deployment.stack.name, Outcome.OK, UNCHANGED)]


def _of_roles(stack: Stack, seen: Seen) -> Iterator[str]:
    roles = stack.resources.get("AWS::IAM::Role", ())
    other = sorted(one.name for one in (seen.functions or {}).values() if one.role not in roles)
    if other:
        yield f"The role is not one of the stack's in {len(other)} of its functions: {listed(other)}."


def _of_protection(stack: Stack, settings: Settings) -> Iterator[str]:
    # A stack set protects none of its stacks.
    if settings.termination_protection and settings.organization is None and not stack.protected:
        yield "CloudFormation would delete the stack for whoever asks: its termination protection is off."


def _of_key(aws: Aws, stack: Stack) -> Iterator[Line]:
    for key_id in stack.resources.get("AWS::KMS::Key", ()):
        try:
            state = aws.client("kms").describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"]
        except (*READ_ERRORS, *SHAPE_ERRORS) as error:
            sentence = f"Whether the topic's key works could not be read: {error_code(error)}: {error_message(error)}"
            yield Line(PART, "key", Outcome.UNREAD, sentence)
            continue
        if state != "Enabled":
            text = f"The topic's key is {state}, so that nobody is told of anything."
            yield Line(PART, stack.name, Outcome.WRONG, text)
