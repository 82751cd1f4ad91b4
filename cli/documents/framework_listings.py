"""
What the frameworks list.

Ids are the frameworks' own. Titles of AWS, NIST SP 800-53, OWASP and of the EU's regulation are as published; those of
the NIST AI RMF, which has none, and of ISO/IEC 42001, whose text is not public, are in our words.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from rules.frameworks.framework import Framework

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Listing:
    """
    The part of a framework that rules are held against.

    `extent` says which part that is, `titles` has the title of every entry that a rule may name, and `others` further
    entries of that part, by id only, because no rule answers to them.
    """

    extent: str
    titles: Mapping[str, str]
    others: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id of the part, those with titles first."""
        return (*self.titles, *(other for other in self.others if other not in self.titles))


def _numbered(family: str, last: int, *withdrawn: int) -> tuple[str, ...]:
    """Return the base controls of a family, such as AC-1 to AC-25 without the withdrawn ones."""
    return tuple(f"{family}-{number}" for number in range(1, last + 1) if number not in withdrawn)


def _subcategories(function: str, *counts: int) -> tuple[str, ...]:
    """Return the subcategories of a function of the NIST AI RMF: with counts 3 and 2, X 1.1 to X 1.3, X 2.1, X 2.2."""
    return tuple(
        f"{function} {category}.{number}"
        for category, count in enumerate(counts, start=1)
        for number in range(1, count + 1)
    )


_GENERATIVE_AI = Listing(
    "The best practices of the security pillar, and those of other pillars that rules name.",
    MappingProxyType(
        {
            "GENOPS01-BP01": "Periodically evaluate functional performance",
            "GENOPS02-BP02": "Monitor foundation model metrics",
            "GENREL01-BP01": "Scale and balance foundation model throughput as a function of utilization",
            "GENREL03-BP02": "Implement timeout mechanisms on agentic workflows",
            "GENREL04-BP02": "Implement a model catalog",
            "GENSEC01-BP01": "Grant least privilege access to foundation model endpoints",
            "GENSEC01-BP02": "Implement private network communication between foundation models and applications",
            "GENSEC01-BP03": (
                "Implement least privilege access permissions for foundation models accessing data stores"
            ),
            "GENSEC01-BP04": "Implement access monitoring to generative AI services and foundation models",
            "GENSEC02-BP01": "Implement guardrails to mitigate harmful or incorrect model responses",
            "GENSEC03-BP01": (
                "Implement control plane and data access monitoring to generative AI services and foundation models"
            ),
            "GENSEC04-BP01": "Implement a secure prompt catalog",
            "GENSEC04-BP02": "Sanitize and validate user inputs to foundation models",
            "GENSEC05-BP01": "Implement least privilege access and permissions boundaries for agentic workflows",
            "GENSEC06-BP01": "Implement data purification filters for model training workflows",
        }
    ),
)

_MACHINE_LEARNING = Listing(
    "The best practices of the security pillar, and those of other pillars that rules name.",
    MappingProxyType(
        {
            "MLOPS02-BP06": "Review fairness and explainability",
            "MLOPS05-BP01": "Establish deployment environment metrics",
            "MLPERF06-BP04": "Monitor, detect, and handle model performance degradation",
            "MLREL05-BP01": "Allow automatic scaling of the model endpoint",
            "MLREL05-BP02": "Create a recoverable endpoint with a managed version control strategy",
            "MLSEC01-BP01": "Validate ML data permissions, privacy, software, and license terms",
            "MLSEC02-BP01": "Design data encryption and obfuscation",
            "MLSEC03-BP01": "Provide least privilege access",
            "MLSEC03-BP02": "Secure data and modeling environment",
            "MLSEC03-BP03": "Protect sensitive data privacy",
            "MLSEC03-BP04": "Enforce data lineage",
            "MLSEC03-BP05": "Keep only relevant data",
            "MLSEC04-BP01": "Secure governed ML environment",
            "MLSEC04-BP02": "Secure inter-node cluster communications",
            "MLSEC04-BP03": "Protect against data poisoning threats",
            "MLSEC05-BP01": "Protect against adversarial and malicious activities",
            "MLSEC06-BP01": "Restrict access to intended legitimate consumers",
            "MLSEC06-BP02": "Monitor human interactions with data for anomalous activity",
        }
    ),
)

_NIST_800_53 = Listing(
    "The base controls of the families with technical controls (AC, AU, CA, CM, CP, IA, IR, RA, SA, SC, SI, SR), "
    "as of Release 5.2.0 without the withdrawn ones, and the enhancements that rules name.",
    MappingProxyType(
        {
            "AC-2": "Account Management",
            "AC-3": "Access Enforcement",
            "AC-4": "Information Flow Enforcement",
            "AC-6": "Least Privilege",
            "AC-17": "Remote Access",
            "AU-2": "Event Logging",
            "AU-3": "Content of Audit Records",
            "AU-6": "Audit Record Review, Analysis, and Reporting",
            "AU-9": "Protection of Audit Information",
            "AU-11": "Audit Record Retention",
            "AU-12": "Audit Record Generation",
            "CA-2": "Control Assessments",
            "CA-7": "Continuous Monitoring",
            "CM-2": "Baseline Configuration",
            "CM-3": "Configuration Change Control",
            "CM-6": "Configuration Settings",
            "CM-7": "Least Functionality",
            "CP-2(2)": "Contingency Plan: Capacity Planning",
            "CP-10": "System Recovery and Reconstitution",
            "IA-2": "Identification and Authentication (Organizational Users)",
            "IA-5": "Authenticator Management",
            "IA-5(7)": "Authenticator Management: No Embedded Unencrypted Static Authenticators",
            "IR-4": "Incident Handling",
            "IR-5": "Incident Monitoring",
            "IR-6": "Incident Reporting",
            "RA-2": "Security Categorization",
            "RA-5": "Vulnerability Monitoring and Scanning",
            "SA-9": "External System Services",
            "SA-9(5)": "External System Services: Processing, Storage, and Service Location",
            "SA-10": "Developer Configuration Management",
            "SA-11": "Developer Testing and Evaluation",
            "SC-5": "Denial-of-service Protection",
            "SC-5(2)": "Denial-of-service Protection: Capacity, Bandwidth, and Redundancy",
            "SC-6": "Resource Availability",
            "SC-7": "Boundary Protection",
            "SC-8": "Transmission Confidentiality and Integrity",
            "SC-12": "Cryptographic Key Establishment and Management",
            "SC-13": "Cryptographic Protection",
            "SC-28": "Protection of Information at Rest",
            "SI-2": "Flaw Remediation",
            "SI-4": "System Monitoring",
            "SI-4(5)": "System Monitoring: System-generated Alerts",
            "SI-7": "Software, Firmware, and Information Integrity",
            "SI-10": "Information Input Validation",
            "SI-12": "Information Management and Retention",
            "SI-12(2)": (
                "Information Management and Retention: Minimize Personally Identifiable Information in Testing, "
                "Training, and Research"
            ),
            "SI-15": "Information Output Filtering",
            "SI-19": "De-identification",
            "SR-3": "Supply Chain Controls and Processes",
            "SR-4": "Provenance",
        }
    ),
    (
        *_numbered("AC", 25, 13, 15),
        *_numbered("AU", 16, 15),
        *_numbered("CA", 9, 4),
        *_numbered("CM", 14),
        *_numbered("CP", 13, 5),
        *_numbered("IA", 13),
        *_numbered("IR", 9),
        *_numbered("RA", 10, 4),
        *_numbered("SA", 24, 6, 7, 12, 13, 14, 18, 19),
        *_numbered("SC", 51, 9, 14, 19, 33),
        *_numbered("SI", 23, 9),
        *_numbered("SR", 12),
    ),
)

_OWASP = Listing(
    "All ten risks.",
    MappingProxyType(
        {
            "LLM01": "Prompt Injection",
            "LLM02": "Sensitive Information Disclosure",
            "LLM03": "Supply Chain",
            "LLM04": "Data and Model Poisoning",
            "LLM05": "Improper Output Handling",
            "LLM06": "Excessive Agency",
            "LLM07": "System Prompt Leakage",
            "LLM08": "Vector and Embedding Weaknesses",
            "LLM09": "Misinformation",
            "LLM10": "Unbounded Consumption",
        }
    ),
)

_AI_RMF = Listing(
    "All subcategories of the four functions; most ask for decisions of people, which no configuration proves.",
    MappingProxyType(
        {
            "MANAGE 1.1": "Whether the system achieves its purposes and its deployment should proceed is determined",
            "MANAGE 2.2": "Mechanisms sustain the value of deployed systems",
            "MANAGE 2.4": "Mechanisms to supersede, disengage or deactivate systems are in place",
            "MANAGE 3.1": "Risks from third-party resources are monitored, and risk controls applied and documented",
            "MANAGE 3.2": "Pre-trained models used for development are monitored",
            "MANAGE 4.1": "Plans to monitor systems after deployment are implemented",
            "MANAGE 4.3": "Incidents and errors are communicated, tracked, responded to and documented",
            "MAP 4.1": "Approaches map the legal risks of components, third-party data and software among them",
            "MEASURE 2.4": "The system's functionality and behavior are monitored when in production",
            "MEASURE 2.6": "The system is evaluated regularly for safety risks",
            "MEASURE 2.7": "Security and resilience are evaluated and documented",
            "MEASURE 2.8": "Risks to transparency and accountability are examined and documented",
            "MEASURE 2.10": "Privacy risk is examined and documented",
            "MEASURE 2.11": "Fairness and bias are evaluated and documented",
        }
    ),
    (
        *_subcategories("GOVERN", 7, 3, 2, 3, 2, 2),
        *_subcategories("MAP", 6, 3, 5, 2, 2),
        *_subcategories("MEASURE", 3, 13, 3, 3),
        *_subcategories("MANAGE", 4, 4, 2, 3),
    ),
)

_ISO_42001 = Listing(
    "The controls of Annex A; most ask for policies, roles and assessments, which no configuration proves.",
    MappingProxyType(
        {
            "A.6.2.4": "Verifying and validating AI systems",
            "A.6.2.5": "Deploying AI systems",
            "A.6.2.6": "Operating and monitoring AI systems",
            "A.6.2.8": "Recording event logs of AI systems",
            "A.7.2": "Data for developing AI systems",
            "A.7.3": "Acquiring data",
            "A.7.4": "Quality of data",
            "A.7.5": "Provenance of data",
            "A.7.6": "Preparing data",
            "A.8.4": "Telling users of incidents",
            "A.9.2": "Processes for responsible use",
            "A.9.4": "Use as it was intended",
            "A.10.3": "Suppliers",
        }
    ),
    (
        *(f"A.2.{number}" for number in range(2, 5)),
        *(f"A.3.{number}" for number in range(2, 4)),
        *(f"A.4.{number}" for number in range(2, 7)),
        *(f"A.5.{number}" for number in range(2, 6)),
        *(f"A.6.1.{number}" for number in range(2, 4)),
        *(f"A.6.2.{number}" for number in range(2, 9)),
        *(f"A.7.{number}" for number in range(2, 7)),
        *(f"A.8.{number}" for number in range(2, 6)),
        *(f"A.9.{number}" for number in range(2, 5)),
        *(f"A.10.{number}" for number in range(2, 5)),
    ),
)

_EU_AI_ACT = Listing(
    "The articles on high-risk systems and their providers and deployers (9 to 27), on transparency (50), on "
    "general-purpose models (53 to 55) and on what follows once a system is on the market (72, 73).",
    MappingProxyType(
        {
            "Article 9": "Risk management system",
            "Article 10": "Data and data governance",
            "Article 11": "Technical documentation",
            "Article 12": "Record-keeping",
            "Article 13": "Transparency and provision of information to deployers",
            "Article 14": "Human oversight",
            "Article 15": "Accuracy, robustness and cybersecurity",
            "Article 16": "Obligations of providers of high-risk AI systems",
            "Article 17": "Quality management system",
            "Article 18": "Documentation keeping",
            "Article 19": "Automatically generated logs",
            "Article 26": "Obligations of deployers of high-risk AI systems",
            "Article 50": "Transparency obligations for providers and deployers of certain AI systems",
            "Article 53": "Obligations for providers of general-purpose AI models",
            "Article 55": "Obligations of providers of general-purpose AI models with systemic risk",
            "Article 72": (
                "Post-market monitoring by providers and post-market monitoring plan for high-risk AI systems"
            ),
            "Article 73": "Reporting of serious incidents",
        }
    ),
    tuple(f"Article {number}" for number in (*range(20, 28), 54)),
)

LISTINGS: Final[Mapping[Framework, Listing]] = MappingProxyType(
    {
        Framework.WELL_ARCHITECTED_GENERATIVE_AI: _GENERATIVE_AI,
        Framework.WELL_ARCHITECTED_MACHINE_LEARNING: _MACHINE_LEARNING,
        Framework.NIST_800_53: _NIST_800_53,
        Framework.OWASP_LLM: _OWASP,
        Framework.NIST_AI_RMF: _AI_RMF,
        Framework.ISO_42001: _ISO_42001,
        Framework.EU_AI_ACT: _EU_AI_ACT,
    }
)
