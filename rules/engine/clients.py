"""AWS clients for facts: one per service and Region, with timeouts and retries, made by one place only."""

from threading import Lock
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

import boto3
import botocore
from botocore.awsrequest import AWSRequest
from botocore.config import Config

from rules.engine.answers import require_answer

Service = Literal[
    "accessanalyzer",
    "application-autoscaling",
    "bedrock",
    "bedrock-agent",
    "bedrock-agentcore-control",
    "bedrock-runtime",
    "cloudtrail",
    "cloudwatch",
    "config",
    "ec2",
    "ecr",
    "events",
    "guardduty",
    "iam",
    "kms",
    "lambda",
    "logs",
    "macie2",
    "neptune-graph",
    "opensearch",
    "opensearchserverless",
    "rds",
    "s3",
    "s3control",
    "s3vectors",
    "sagemaker",
    "secretsmanager",
    "securityhub",
    "sns",
    "sqs",
    "sts",
]
"""Every service that facts and reporting may speak to; the Lambda bundle carries these models and no others."""

SERVICES: tuple[str, ...] = get_args(Service)

ACCOUNT_ID_LENGTH = 12

USER_AGENT = f"ai-config-rules Boto3/{boto3.__version__} Botocore/{botocore.__version__}"
"""By what CloudTrail tells these calls from others."""

CONFIG = Config(
    connect_timeout=5,
    read_timeout=30,
    # Adaptive retries send no faster than AWS takes calls once it throttles; without, a listing of hundreds at a rate
    # that Amazon Bedrock allows uses up a client's quota of retries, and the rest of it cannot be read.
    # https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
    retries={"mode": "adaptive", "total_max_attempts": 6},
    max_pool_connections=32,
    # As text: botocore puts its own together twice for every call, which takes a twentieth of the time of a run.
    user_agent=USER_AGENT,
)


class Clients:
    """
    Clients of one boto3 session.

    Sessions are not safe to share between threads while they make clients, so making them is serialised;
    the clients themselves are safe to share (boto3 developer guide, "Multithreading or multiprocessing with
    clients").
    """

    def __init__(self, session: boto3.session.Session, region: str) -> None:
        self._session = session
        self._region = region
        self._made: dict[tuple[str, str], Any] = {}
        self._lock = Lock()

    def get(self, service: Service, region: str | None = None) -> Any:
        """Return the client of `service` in `region` (default: the run's Region), made on first use."""
        key = (service, region or self._region)
        with self._lock:
            if key not in self._made:
                client = self._session.client(service, region_name=key[1], config=CONFIG)
                client.meta.events.register_last("before-parse", require_answer, unique_id="require-answer")
                if service == "s3control" and _is_local(client.meta.endpoint_url):
                    client.meta.events.register("before-sign.s3-control", _without_account_label)
                self._made[key] = client
            return self._made[key]

    def knows(self, service: Service, region: str) -> bool:
        """Say whether botocore's endpoint data lists `service` in `region`."""
        partition = self._session.get_partition_for_region(region)
        return region in self._session.get_available_regions(service, partition_name=partition)


def _is_local(endpoint_url: str) -> bool:
    host = urlsplit(endpoint_url).hostname or ""
    return "." not in host or host.replace(".", "").isdigit()


def _without_account_label(request: AWSRequest, **_: object) -> None:
    # S3 Control puts the account id before the host name, and a local endpoint has no such name.
    label, _, rest = urlsplit(request.url).netloc.partition(".")
    if label.isdigit() and len(label) == ACCOUNT_ID_LENGTH:
        request.url = request.url.replace(f"//{label}.{rest}", f"//{rest}", 1)
