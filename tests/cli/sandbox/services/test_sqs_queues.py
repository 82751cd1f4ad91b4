"""What queues keep, and for how long."""

import pytest
from moto.sqs.models import sqs_backends

from cli.sandbox import Account

REGION = "us-east-1"


@pytest.mark.parametrize(("seconds", "received"), [(59, ["change"]), (61, [])], ids=["still kept", "kept long enough"])
def test_messages_are_kept_as_long_as_their_queue_says(account: Account, seconds: int, received: list[str]) -> None:
    sqs = account.session().client("sqs")
    url = sqs.create_queue(QueueName="changes", Attributes={"MessageRetentionPeriod": "60"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="change")
    for message in sqs_backends["123456789012"][REGION].queues["changes"]._messages:  # noqa: SLF001 - time passes
        message.sent_timestamp -= seconds * 1000

    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])

    assert [message["Body"] for message in messages] == received
