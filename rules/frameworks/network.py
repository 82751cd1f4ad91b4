"""What the rules on networks answer to."""

from types import MappingProxyType
from typing import Final

from rules.frameworks.framework import STEPS, eu_ai_act, iso_42001, nist_800_53, nist_ai_rmf, owasp_llm, wa_genai, wa_ml
from rules.frameworks.row import Row, row

ROWS: Final[MappingProxyType[str, Row]] = MappingProxyType(
    {
        "bedrock-vpc-endpoint-policy-scoped": row(
            wa_genai("GENSEC01-BP02", aws=STEPS),
            wa_ml("MLSEC03-BP02"),
            nist_800_53("AC-4", "SC-7"),
            owasp_llm("LLM02"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.6.2.6"),
            eu_ai_act("Article 15"),
        ),
        "bedrock-vpc-endpoint-private": row(
            wa_genai("GENSEC01-BP02", aws=STEPS),
            wa_ml("MLSEC03-BP02"),
            nist_800_53("AC-4", "SC-7"),
            owasp_llm("LLM02"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.6.2.6"),
            eu_ai_act("Article 15"),
        ),
    }
)
