"""Amazon SQS: queues that do not exist, and messages that are kept."""

import time

from moto.sqs.models import Message, SQSBackend, sqs_backends

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError
from cli.sandbox.operations import Moto, Result, amendment, replacement


@amendment(
    "sqs", "GetQueueUrl", reason="Moto warns of the code that AWS has for a missing queue: botocore's model lacks it."
)
def get_queue_url(call: Call, moto: Moto) -> Result:
    """Return the URL of a queue."""
    if call.params["QueueName"] not in sqs_backends[call.account_id][call.region].queues:
        raise AwsError("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
    return moto()


@replacement(
    SQSBackend,
    "is_message_valid_based_on_retention_period",
    reason="Moto counts all messages of the queue for each of them, to find out how long the queue keeps them.",
)
def _is_kept(self: SQSBackend, queue_name: str, message: Message) -> bool:
    kept: float = self.get_queue(queue_name).message_retention_period
    sent: float = message.sent_timestamp
    return kept + sent / 1000 > time.time()
