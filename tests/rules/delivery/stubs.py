"""Answers of AWS, in the shapes of its service models, for what looks at a deployment part by part."""

from contextlib import ExitStack
from typing import Any

from botocore.stub import Stubber

from rules.engine.aws import Aws
from tests.rules.delivery.events import BEGIN

PACK_ARN = "arn:aws:config:us-east-1:123456789012:conformance-pack/ai-config/conformance-pack-1"


def pack_status(state: str, **more: str) -> dict[str, Any]:
    """Return what DescribeConformancePackStatus answers of the pack."""
    status = {
        "ConformancePackName": "ai-config",
        "ConformancePackId": "conformance-pack-1",
        "ConformancePackArn": PACK_ARN,
        "ConformancePackState": state,
        "StackArn": PACK_ARN,
        "LastUpdateRequestedTime": BEGIN,
        **more,
    }
    return {"ConformancePackStatusDetails": [status]}


class Stubs:
    """A stub for each service: what a test does not answer, fails, and is named in `unknown`."""

    def __init__(self, aws: Aws, stack: ExitStack) -> None:
        self.of = {
            name: stack.enter_context(Stubber(aws.client(name)))
            for name in ("lambda", "config", "events", "sqs", "cloudwatch", "sns", "logs")
        }

    def answer(self, service: str, operation: str, response: dict[str, Any], **asked: Any) -> None:
        """Answer the next call, which has to ask for just this where anything is said of that."""
        self.of[service].add_response(operation, response, asked or None)

    def refuse(self, service: str, operation: str, code: str) -> None:
        """Answer the next call with an error."""
        self.of[service].add_client_error(operation, code, "No.")

    def state(self, state: str, **more: str) -> None:
        """Answer what state the pack is in."""
        self.answer(
            "config",
            "describe_conformance_pack_status",
            pack_status(state, **more),
            ConformancePackNames=["ai-config"],
        )

    def pack(self, *names: str) -> None:
        """Answer that the pack is deployed, with rules of these names."""
        for _ in range(2):
            self.state("CREATE_COMPLETE")
        rules = [{"ConfigRuleName": name} for name in names]
        self.answer(
            "config",
            "describe_conformance_pack_compliance",
            {"ConformancePackName": "ai-config", "ConformancePackRuleComplianceList": rules},
        )
