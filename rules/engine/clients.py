"""AWS clients for facts: one per service and Region, with timeouts and retries, made by one place only."""

from threading import Lock
from typing import Any, Literal, get_args

import boto3
from botocore.config import Config

Service = Literal[
    "accessanalyzer",
    "application-autoscaling",
    "bedrock",
    "bedrock-agent",
    "bedrock-agentcore-control",
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
    "sts",
]
"""Every service that facts and reporting may speak to; the Lambda bundle carries these models and no others."""

SERVICES: tuple[str, ...] = get_args(Service)

CONFIG = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": 6},
    max_pool_connections=32,
    user_agent_extra="ai-config-rules",
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
                self._made[key] = self._session.client(service, region_name=key[1], config=CONFIG)
            return self._made[key]

    def knows(self, service: Service, region: str) -> bool:
        """Say whether botocore's endpoint data lists `service` in `region`."""
        partition = self._session.get_partition_for_region(region)
        return region in self._session.get_available_regions(service, partition_name=partition)
