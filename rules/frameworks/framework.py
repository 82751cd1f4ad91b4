"""The frameworks whose entries rules answer to, and whose reading it is that a rule answers to one."""

from enum import Enum

from rules.frozen import dataclass

STEPS = "implementation steps"
"""What makes a mapping AWS's own where a practice of a lens names the setting that the rule checks."""


class Framework(Enum):
    """A framework: its short key for the terminal, its title and where it is published."""

    WELL_ARCHITECTED_GENERATIVE_AI = (
        "wa-genai",
        "AWS Well-Architected Generative AI Lens",
        "https://docs.aws.amazon.com/wellarchitected/latest/generative-ai-lens/generative-ai-lens.html",
    )
    WELL_ARCHITECTED_MACHINE_LEARNING = (
        "wa-ml",
        "AWS Well-Architected Machine Learning Lens",
        "https://docs.aws.amazon.com/wellarchitected/latest/machine-learning-lens/machine-learning-lens.html",
    )
    NIST_800_53 = (
        "nist-800-53",
        "NIST SP 800-53 Revision 5",
        "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
    )
    OWASP_LLM = (
        "owasp-llm",
        "OWASP Top 10 for LLM Applications 2025",
        "https://genai.owasp.org/llm-top-10/",
    )
    NIST_AI_RMF = (
        "nist-ai-rmf",
        "NIST AI Risk Management Framework 1.0",
        "https://www.nist.gov/itl/ai-risk-management-framework",
    )
    ISO_42001 = (
        "iso-42001",
        "ISO/IEC 42001:2023",
        "https://www.iso.org/standard/81230.html",
    )
    EU_AI_ACT = (
        "eu-ai-act",
        "EU AI Act, Regulation (EU) 2024/1689",
        "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
    )

    def __init__(self, key: str, title: str, url: str) -> None:
        self.key = key
        self.title = title
        self.url = url


@dataclass(frozen=True)
class Control:
    """
    One control, practice or article of a framework, by the framework's own id ("GENSEC01-BP01", "AC-6").

    `aws` names what AWS publishes where the mapping is its own: the control of AWS Security Hub CSPM that checks a part
    of what the rule checks, and that AWS maps to the entry ("KMS.4"), or STEPS. Otherwise it is this project's reading.
    """

    framework: Framework
    id: str
    aws: str | None = None

    def __str__(self) -> str:
        return f"{self.framework.title} {self.id}"


def wa_genai(*ids: str, aws: str | None = None) -> tuple[Control, ...]:
    """Return best practices of the Well-Architected Generative AI Lens ("GENSEC01-BP01")."""
    return _controls(Framework.WELL_ARCHITECTED_GENERATIVE_AI, ids, aws)


def wa_ml(*ids: str, aws: str | None = None) -> tuple[Control, ...]:
    """Return best practices of the Well-Architected Machine Learning Lens ("MLSEC02-BP01")."""
    return _controls(Framework.WELL_ARCHITECTED_MACHINE_LEARNING, ids, aws)


def nist_800_53(*ids: str, aws: str | None = None) -> tuple[Control, ...]:
    """Return controls of NIST SP 800-53 Revision 5 ("AC-6", "SC-5(2)")."""
    return _controls(Framework.NIST_800_53, ids, aws)


def owasp_llm(*ids: str) -> tuple[Control, ...]:
    """Return risks of the OWASP Top 10 for LLM Applications 2025 ("LLM02")."""
    return _controls(Framework.OWASP_LLM, ids)


def nist_ai_rmf(*ids: str) -> tuple[Control, ...]:
    """Return subcategories of the NIST AI RMF ("MEASURE 2.7")."""
    return _controls(Framework.NIST_AI_RMF, ids)


def iso_42001(*ids: str) -> tuple[Control, ...]:
    """Return controls of ISO/IEC 42001 Annex A ("A.6.2.6")."""
    return _controls(Framework.ISO_42001, ids)


def eu_ai_act(*ids: str) -> tuple[Control, ...]:
    """Return articles of the EU AI Act ("Article 12")."""
    return _controls(Framework.EU_AI_ACT, ids)


def _controls(framework: Framework, ids: tuple[str, ...], aws: str | None = None) -> tuple[Control, ...]:
    return tuple(Control(framework, control_id, aws) for control_id in ids)
