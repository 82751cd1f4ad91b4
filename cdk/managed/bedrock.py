"""Managed rules on Amazon Bedrock and Amazon Bedrock AgentCore."""

from __future__ import annotations

from typing import Final

from cdk.managed.rule import USUAL_REGIONS, Group, ManagedRule, Proof
from rules.engine.duties import Duty

_LACKING = frozenset({"us-west-1", "sa-east-1", "ap-northeast-3"})
_LACKING_MEMORY = USUAL_REGIONS - {
    *("us-east-1", "us-east-2", "eu-west-1", "eu-central-1", "ap-south-1"),
    *("ap-northeast-1", "ap-southeast-1", "ap-southeast-2"),
}

BEDROCK: Final = Group(
    "bedrock",
    "data sources of Amazon Bedrock knowledge bases",
    by_default=True,
    rules=(
        ManagedRule(
            "bedrock-data-source-cmk-encrypted",
            "BEDROCK_DATA_SOURCE_ENCRYPTION_ENABLED",
            "Knowledge base data sources are encrypted with a customer-managed key while they are ingested",
            Duty.KNOWLEDGE_BASES,
            Proof.DOCUMENTATION,
            control="Bedrock.1",
            lacks=frozenset({"us-west-1"}),
        ),
    ),
)

AGENTCORE: Final = Group(
    "agentcore",
    "Amazon Bedrock AgentCore",
    by_default=True,
    rules=(
        ManagedRule(
            "agentcore-runtime-private",
            "BEDROCKAGENTCORE_RUNTIME_PRIVATE_NETWORK_REQUIRED",
            "AgentCore runtimes are in a VPC",
            Duty.NETWORK,
            Proof.DOCUMENTATION,
            control="BedrockAgentCore.1",
            lacks=_LACKING,
        ),
        ManagedRule(
            "agentcore-gateway-authorized",
            "BEDROCKAGENTCORE_GATEWAY_AUTHORIZER_ENABLED",
            "AgentCore gateways ask callers to prove who they are",
            Duty.ACCESS,
            Proof.DOCUMENTATION,
            control="BedrockAgentCore.2",
            lacks=_LACKING,
        ),
        ManagedRule(
            "agentcore-memory-cmk-encrypted",
            "BEDROCK_AGENTCORE_MEMORY_ENCRYPTION_ENABLED",
            "AgentCore memories are encrypted with a customer-managed key",
            Duty.ENCRYPTION,
            Proof.DOCUMENTATION,
            control="BedrockAgentCore.3",
            lacks=_LACKING_MEMORY,
        ),
        ManagedRule(
            "agentcore-gateway-cmk-encrypted",
            "BEDROCKAGENTCORE_GATEWAY_ENCRYPTION_ENABLED",
            "AgentCore gateways are encrypted with a customer-managed key",
            Duty.ENCRYPTION,
            Proof.DOCUMENTATION,
            control="BedrockAgentCore.4",
            lacks=_LACKING,
        ),
        ManagedRule(
            "agentcore-browser-private",
            "BEDROCKAGENTCORE_BROWSERCUSTOM_NETWORK_MODE_NOT_PUBLIC",
            "AgentCore browsers are not on the public network",
            Duty.NETWORK,
            Proof.DOCUMENTATION,
            control="BedrockAgentCore.5",
            lacks=_LACKING,
        ),
        ManagedRule(
            "agentcore-browser-recorded",
            "BEDROCKAGENTCORE_BROWSERCUSTOM_RECORDING_ENABLED",
            "Sessions of AgentCore browsers are recorded",
            Duty.LOGGING,
            Proof.ANNOUNCEMENT,
            control="BedrockAgentCore.6",
            lacks=_LACKING,
        ),
        ManagedRule(
            "agentcore-code-interpreter-private",
            "BEDROCKAGENTCORE_CODEINTERPRETER_NETWORKMODE_CHECK",
            "AgentCore code interpreters are in a VPC",
            Duty.NETWORK,
            Proof.DOCUMENTATION,
            control="BedrockAgentCore.7",
            lacks=_LACKING,
        ),
    ),
)
