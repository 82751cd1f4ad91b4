"""Amazon SQS: queues that do not exist."""

from moto.sqs.models import sqs_backends

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError
from cli.sandbox.operations import Moto, Result, amendment


@amendment(
    "sqs", "GetQueueUrl", reason="Moto warns of the code that AWS has for a missing queue: botocore's model lacks it."
)
def get_queue_url(call: Call, moto: Moto) -> Result:
    """Return the URL of a queue."""
    if call.params["QueueName"] not in sqs_backends[call.account_id][call.region].queues:
        raise AwsError("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
    return moto()
