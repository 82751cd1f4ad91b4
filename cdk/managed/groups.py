"""
The table of managed rules: what AWS already ships is referenced here and never rewritten.

Identifiers, triggers, parameters and Regions are those of the rules' pages in the AWS Config Developer Guide as of
November 2026; `Proof` says where AWS publishes each identifier, and a test holds those of the CDK against it.
"""

from __future__ import annotations

from typing import Final

from cdk.managed import account, bedrock, sagemaker

GROUPS: Final = (
    bedrock.BEDROCK,
    bedrock.AGENTCORE,
    sagemaker.NOTEBOOKS,
    sagemaker.MODELS,
    sagemaker.REGISTRIES,
    sagemaker.MONITORING,
    sagemaker.REGIONAL_MONITORING,
    sagemaker.STORES,
    account.KEYS,
    account.MACIE,
    account.GUARDDUTY,
    account.LAMBDA,
    account.SECRETS,
    account.ECR,
    account.S3,
    account.APPLICATION_LOGS,
)
"""Every group, those on AI resources first."""
