"""The types of frameworks, at the place where rules look for them."""

from rules.frameworks.framework import (
    Control,
    Framework,
    eu_ai_act,
    iso_42001,
    nist_800_53,
    nist_ai_rmf,
    owasp_llm,
    wa_genai,
    wa_ml,
)

__all__ = [
    "Control",
    "Framework",
    "eu_ai_act",
    "iso_42001",
    "nist_800_53",
    "nist_ai_rmf",
    "owasp_llm",
    "wa_genai",
    "wa_ml",
]
