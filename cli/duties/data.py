"""The division itself, and responsibility for data: training data, prompts and outputs."""

from typing import Final

from cli.duties.duty import Chapter, CustomerDuty
from rules.engine.duties import Duty

CORE: Final = Chapter(
    "The core division",
    (
        CustomerDuty(
            "Identity and access management",
            "Decide which people, roles and accounts reach AI resources, in IAM and in the resources' own policies.",
            "AWS authenticates every request and enforces the policies exactly as they are written.",
            rules=("bedrock-service-role-scoped", "bedrock-api-key-short-lived", "ai-resource-policy-restricted"),
            managed=("agentcore-gateway-authorized",),
        ),
        CustomerDuty(
            "Data classification and encryption keys",
            "Know which class of data goes into AI, and hold the keys that it is encrypted with.",
            "AWS encrypts with the key that it is told to use, and with one of its own when it is told nothing.",
            rules=("bedrock-kb-source-governed", "bedrock-resource-cmk-encrypted"),
            managed=("keys", "agentcore-memory-cmk-encrypted", "agentcore-gateway-cmk-encrypted"),
        ),
        CustomerDuty(
            "Network configuration",
            "Place AI workloads in VPCs, with security groups and private endpoints.",
            "AWS runs and secures the network between its Regions and services.",
            rules=("bedrock-vpc-endpoint-private",),
            managed=(
                "agentcore-runtime-private",
                "agentcore-browser-private",
                "agentcore-code-interpreter-private",
            ),
        ),
        CustomerDuty(
            "Application logic and prompt engineering",
            "Design what the application asks of a model and does with the answer.",
            "AWS runs the API and does not judge what it is used for.",
            evidence=("prompt-design-review",),
        ),
        CustomerDuty(
            "Compliance with the regulations of the industry",
            "Know which laws and standards apply to the workload, and show that they are met.",
            "AWS holds certifications for its services and publishes the reports in AWS Artifact.",
            rules=("bedrock-data-stays-in-region",),
            evidence=("compliance-of-the-workload",),
        ),
        CustomerDuty(
            "Monitoring, logging and incident response",
            "Record what happens, notice what goes wrong, and know who does what then.",
            "AWS records API calls, offers detectors, and watches its own infrastructure.",
            rules=("ai-finding-response-wired", "bedrock-cloudtrail-data-events"),
            managed=("guardduty-enabled", "securityhub-enabled", "agentcore-browser-recorded"),
            evidence=("incident-exercises",),
        ),
    ),
)

DATA: Final = Chapter(
    "Responsibility for data",
    (
        CustomerDuty(
            "Training data: obtained lawfully",
            "Have the right to train on every part of the data, and be able to show it.",
            "AWS stores what it is given and never inspects training data.",
            rules=("training-data-provenance-tagged",),
            evidence=("lawful-sourcing-of-training-data",),
        ),
        CustomerDuty(
            "Training data: personal information removed",
            "Find and remove personal information before a model learns it.",
            "AWS offers Amazon Macie; whether it looks, and what follows from what it finds, is the customer's.",
            rules=("training-data-pii-scanned",),
            managed=("macie",),
        ),
        CustomerDuty(
            "Training data: provenance documented",
            "Write down where each data set comes from, so that a training run can be explained and repeated.",
            "AWS keeps tags and the records of jobs; what they say is the customer's.",
            rules=("training-data-provenance-tagged",),
            evidence=("lawful-sourcing-of-training-data",),
        ),
        CustomerDuty(
            "Training data: access to the corpus",
            "Let only those read and write the training buckets who have to.",
            "AWS enforces bucket policies and keeps the objects durable.",
            rules=("training-data-bucket-protected",),
            home_of=(Duty.TRAINING_DATA,),
            managed=("s3", "guardduty-s3-protected"),
        ),
        CustomerDuty(
            "Prompts: no needless personal information",
            "Keep personal information out of prompts where people can type what they like.",
            "AWS does not train foundation models on prompts; it passes on what it is sent.",
            rules=("bedrock-guardrail-pii-filtered",),
        ),
        CustomerDuty(
            "Prompts: inputs logged appropriately",
            "Log what is asked of models, to where it is protected and for as long as it is needed.",
            "AWS delivers logs once delivery is switched on.",
            rules=("bedrock-invocation-logging-enabled", "bedrock-kb-logging-enabled", "bedrock-log-bucket-protected"),
        ),
        CustomerDuty(
            "Prompts: data residency",
            "Keep prompts and what belongs to them in the Regions, and for the time, that the law allows.",
            "AWS processes data in the Regions that the chosen profiles and settings name.",
            rules=("bedrock-data-stays-in-region", "bedrock-data-retention-limited"),
            home_of=(Duty.RESIDENCY,),
        ),
        CustomerDuty(
            "Prompts: the logs of the application",
            "Protect prompts that the application itself writes to log groups or tables.",
            "AWS encrypts and keeps log groups and tables as they are configured.",
            managed=("application-logs",),
            evidence=("prompts-in-the-logs-of-applications",),
        ),
        CustomerDuty(
            "Outputs: filtered before people see them",
            "Hold back answers with personal, harmful or confidential content, and those that nothing supports.",
            "AWS applies the guardrails that are configured, to the calls that they are attached to.",
            rules=(
                "bedrock-guardrail-content-filtered",
                "bedrock-guardrail-pii-filtered",
                "bedrock-guardrail-grounded",
            ),
        ),
        CustomerDuty(
            "Outputs: when a model repeats what it should not",
            "Have a way to report, judge and correct answers that should never have been given.",
            "AWS indemnifies for some models and outputs, as its service terms say; the case is the customer's.",
            evidence=("human-review-of-harmful-outputs", "copyright-and-confidential-material"),
        ),
    ),
)
