"""The customer's duties for AI on AWS, in the order in which a reader meets them; a folder of rules for each."""

from enum import Enum


class Severity(Enum):
    """How much harm a NON_COMPLIANT resource can do; the values sort."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


class Duty(Enum):
    """A duty on the customer's side of the shared responsibility model; the value is (folder, title, what it asks)."""

    LOGGING = (
        "logging",
        "Logging, retention and alerting",
        "Record model invocations, keep the records protected for as long as they are needed, and notice changes.",
    )
    ACCESS = (
        "access",
        "Least-privilege model access",
        "Let each IAM principal invoke the models it needs, by name, and nothing broader.",
    )
    FUNCTIONS = (
        "functions",
        "Functions that call models",
        "Give AI functions scoped roles, no plaintext secrets, and deliberate memory and timeout settings.",
    )
    KNOWLEDGE_BASES = (
        "knowledge_bases",
        "Knowledge bases",
        "Restrict who reaches a knowledge base, its source buckets and its vector store.",
    )
    NETWORK = (
        "network",
        "Private connectivity",
        "Keep model traffic on AWS PrivateLink, behind endpoint policies.",
    )
    ENCRYPTION = (
        "encryption",
        "Customer-managed keys",
        "Encrypt models and their artifacts with keys that the customer can rotate and revoke.",
    )
    TRAINING_DATA = (
        "training_data",
        "Training data and jobs",
        "Protect, classify and scan training data, and isolate the jobs that read it.",
    )
    GUARDRAILS = (
        "guardrails",
        "Guardrails on prompts and outputs",
        "Filter what goes into models and what comes out of them.",
    )
    RESIDENCY = (
        "residency",
        "Data residency and retention",
        "Keep prompts and data in the Regions, and for the time, that regulation allows.",
    )
    MODEL_GOVERNANCE = (
        "model_governance",
        "Model evaluation and version control",
        "Evaluate custom models for bias and safety, and deploy approved versions only.",
    )
    SERVING = (
        "serving",
        "Model serving",
        "Run patched containers on hardened, scalable endpoints that only known principals reach.",
    )

    def __init__(self, folder: str, title: str, summary: str) -> None:
        self.folder = folder
        self.title = title
        self.summary = summary

    @classmethod
    def of_folder(cls, folder: str) -> "Duty":
        """Return the duty whose rules live in `rules/<folder>/`; raises KeyError for any other folder."""
        for duty in cls:
            if duty.folder == folder:
                return duty
        raise KeyError(folder)
