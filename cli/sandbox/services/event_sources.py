"""AWS Lambda: event source mappings, which whoever plays AWS Lambda serves."""

from typing import Any

from moto.awslambda.models import EventSourceMapping, LambdaBackend
from moto.sqs.models import sqs_backends

from cli.sandbox.operations import replacement

_create = LambdaBackend.create_event_source_mapping


@replacement(
    LambdaBackend,
    "create_event_source_mapping",
    reason="Moto invokes a function as messages arrive, and as it runs no code it would drop every one of them.",
)
def _create_event_source_mapping(self: LambdaBackend, spec: dict[str, Any]) -> EventSourceMapping:
    mapping = _create(self, spec)
    for queue in sqs_backends[self.account_id][self.region_name].queues.values():
        queue.lambda_event_source_mappings.clear()
    return mapping
