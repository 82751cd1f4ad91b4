"""Amazon EventBridge: where events go."""

from typing import Any, Final

from moto.events.models import Rule

from cli.sandbox.operations import replacement

_send = Rule.send_to_targets
_REACHED: Final = ("events", "logs", "sqs")


@replacement(
    Rule,
    "send_to_targets",
    reason="Moto fails on targets that it cannot reach, such as topics and functions, and would not try those after.",
)
def _send_to_targets(self: Rule, original_event: Any, *rest: Any, **named: Any) -> None:
    every = self.targets
    self.targets = [target for target in every if target["Arn"].split(":")[2] in _REACHED]
    try:
        _send(self, original_event, *rest, **named)
    finally:
        self.targets = every
