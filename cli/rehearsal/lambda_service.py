"""What AWS Lambda does by itself in a rehearsal: it takes messages from queues and keeps what failed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.rehearsal.warm_function import FunctionError, WarmFunction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cli.rehearsal.assets import Assets
    from cli.rehearsal.deployment import DeployedFunction
    from cli.sandbox import EmbeddedAccount

MOST_RECEIVED = 10
"""Messages that one ReceiveMessage call returns."""


@dataclass(frozen=True)
class Ran:
    """What became of a function's invocations: `used` and `denied` are IAM actions."""

    function: str
    invocations: int
    errors: tuple[str, ...]
    used: frozenset[str]
    denied: frozenset[str]


class LambdaService:
    """AWS Lambda in one Region of the account."""

    def __init__(self, account: EmbeddedAccount, region: str, assets: Assets) -> None:
        self._account, self._region, self._assets = account, region, assets
        self._session = account.session(region)

    def warm(self, function: DeployedFunction) -> WarmFunction:
        """Return a function that stays warm, as a context manager."""
        return WarmFunction(self._account, self._region, function, self._assets)

    def serve_queue(self, function: DeployedFunction) -> Ran:
        """Invoke a function with everything in the queue that is mapped to it, and delete what it dealt with."""
        (mapping,) = self._session.client("lambda").list_event_source_mappings(FunctionName=function.name)[
            "EventSourceMappings"
        ]
        arn = mapping["EventSourceArn"]
        url = self._session.client("sqs").get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
        errors: list[str] = []
        count = 0
        with self.warm(function) as warm:
            client = warm.client("sqs")
            while messages := list(_received(client, url, mapping["BatchSize"])):
                count += 1
                try:
                    returned = warm.invoke({"Records": [_record(one, arn, self._region) for one in messages]})
                except FunctionError as error:
                    errors.append(str(error))
                    break
                failed = {one["itemIdentifier"] for one in returned["batchItemFailures"]}
                errors += [f"message {one} was not dealt with" for one in sorted(failed)]
                _delete(client, url, [one for one in messages if one["MessageId"] not in failed])
            return _ran(warm, count, errors)

    def invoke(self, function: DeployedFunction, event: Mapping[str, Any]) -> Ran:
        """Invoke a function once."""
        with self.warm(function) as warm:
            errors = []
            try:
                warm.invoke(event)
            except FunctionError as error:
                errors.append(str(error))
            return _ran(warm, 1, errors)

    def give_up(self, function: DeployedFunction, event: Mapping[str, Any]) -> None:
        """Put an event that no attempt could deal with where the function's settings say, with its own role."""
        settings = self._session.client("lambda").get_function_event_invoke_config(FunctionName=function.name)
        arn = settings["DestinationConfig"]["OnFailure"]["Destination"]
        url = self._session.client("sqs").get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
        with self.warm(function) as warm:
            warm.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"requestPayload": event}))


def _received(client: Any, url: str, most: int) -> Iterator[dict[str, Any]]:
    left = most
    while left > 0:
        answer = client.receive_message(QueueUrl=url, MaxNumberOfMessages=min(left, MOST_RECEIVED))
        messages = answer.get("Messages", [])
        if not messages:
            return
        yield from messages
        left -= len(messages)


def _record(message: Mapping[str, Any], arn: str, region: str) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": region,
    }


def _delete(client: Any, url: str, messages: Sequence[Mapping[str, Any]]) -> None:
    for start in range(0, len(messages), MOST_RECEIVED):
        batch = messages[start : start + MOST_RECEIVED]
        entries = [{"Id": str(number), "ReceiptHandle": one["ReceiptHandle"]} for number, one in enumerate(batch)]
        client.delete_message_batch(QueueUrl=url, Entries=entries)


def _ran(warm: WarmFunction, count: int, errors: Sequence[str]) -> Ran:
    used = frozenset(call.action for call in warm.calls)
    return Ran(warm.function.name, count, tuple(errors), used, warm.denied)
