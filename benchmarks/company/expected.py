"""How many evaluations each rule has to come to on a company, by how it is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.company.grounds import one_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.company.size import Size

INVOKING, RETRIEVING, SCORING = (3, 7, 11, 13, 15, 17), (9, 15, 17), (9, 15, 17)
"""Which roles may invoke models, retrieve from knowledge bases, and invoke endpoints; see `identities.SHARES`."""


OF_THE_ACCOUNT = (
    "ai-finding-response-wired",
    "bedrock-change-alert-wired",
    "bedrock-cloudtrail-data-events",
    "bedrock-data-retention-limited",
    "bedrock-guardrail-enforced",
    "bedrock-invocation-logging-enabled",
    "bedrock-log-bucket-protected",
    "bedrock-log-group-protected",
    "bedrock-runtime-alarms-wired",
    "bedrock-training-job-isolated",
)
"""Rules with one verdict, on the account or on the one bucket or log group that it logs to."""


def evaluations(size: Size) -> Mapping[str, int]:
    """Return, by rule, how many resources of a company of that size it has a verdict on."""
    functions = _allowed(min(size.functions, size.roles), INVOKING)
    monitors = sum(one_in(number, 2) and not one_in(number, 4) for number in range(size.endpoints))
    every_fourth = -(-size.jobs // 4)
    corpora = min(size.buckets, max(size.jobs, size.models))
    return dict.fromkeys(OF_THE_ACCOUNT, 1) | {
        "ai-resource-policy-restricted": size.parts,
        "bedrock-agent-guardrail-attached": 2 * size.parts,
        "bedrock-api-key-short-lived": min(size.parts, size.users),
        "bedrock-custom-model-evaluated": 2 * size.models,
        "bedrock-data-stays-in-region": size.parts + 1,
        "bedrock-guardrail-content-filtered": size.guardrails,
        "bedrock-guardrail-grounded": -(-size.guardrails // 2),
        "bedrock-guardrail-pii-filtered": size.guardrails,
        "bedrock-invoke-least-privilege": _allowed(size.roles, INVOKING) + -(-size.users // 4),
        "bedrock-kb-bucket-protected": min(size.parts, size.buckets),
        "bedrock-kb-logging-enabled": size.parts,
        "bedrock-kb-policy-restricted": size.parts,
        "bedrock-kb-source-governed": size.parts,
        "bedrock-kb-vector-store-protected": size.parts,
        "bedrock-model-cmk-encrypted": 2 * size.models,
        "bedrock-resource-cmk-encrypted": size.guardrails + 3 * size.parts + size.jobs + -(-size.models // 2),
        "bedrock-retrieve-least-privilege": _allowed(size.roles, RETRIEVING),
        "bedrock-service-role-scoped": max(1, size.roles // 50),
        "bedrock-vpc-endpoint-policy-scoped": 2 * sum(not one_in(number, 5, 4) for number in range(size.networks)),
        "bedrock-vpc-endpoint-private": size.networks,
        "lambda-bedrock-no-plaintext-secret": functions,
        "lambda-bedrock-role-scoped": functions,
        "lambda-bedrock-timeout-memory-set": functions,
        "sagemaker-artifact-cmk-encrypted": size.models,
        "sagemaker-container-scanned": size.models,
        "sagemaker-data-job-isolated": size.jobs + 3 * every_fourth + monitors,
        "sagemaker-endpoint-autoscaled": size.endpoints,
        "sagemaker-endpoint-bias-monitored": size.endpoints,
        "sagemaker-endpoint-config-hardened": size.endpoints,
        "sagemaker-invoke-least-privilege": _allowed(size.roles, SCORING),
        "sagemaker-model-version-approved": size.endpoints,
        "sagemaker-training-job-isolated": size.jobs,
        "sagemaker-workspace-hardened": size.parts + 1,
        "training-data-bucket-protected": corpora,
        "training-data-pii-scanned": corpora,
        "training-data-provenance-tagged": corpora,
    }


def _allowed(roles: int, shares: tuple[int, ...]) -> int:
    """Return how many of the first roles have one of these shares or are administrators."""
    return sum(number % 20 in shares or one_in(number, 100, 50) for number in range(roles))
