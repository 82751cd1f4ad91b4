"""What the rules on functions that call models answer to."""

from types import MappingProxyType
from typing import Final

from rules.frameworks.framework import eu_ai_act, iso_42001, nist_800_53, nist_ai_rmf, owasp_llm, wa_genai, wa_ml
from rules.frameworks.row import Row, Why, no_wa_genai, no_wa_ml, row

ROWS: Final[MappingProxyType[str, Row]] = MappingProxyType(
    {
        "lambda-bedrock-no-plaintext-secret": row(
            no_wa_genai(Why.NOT_SECRETS),
            wa_ml("MLSEC03-BP02"),
            nist_800_53("IA-5(7)"),
            owasp_llm("LLM02"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.6.2.6"),
            eu_ai_act("Article 15"),
        ),
        "lambda-bedrock-role-scoped": row(
            wa_genai("GENSEC01-BP01", "GENSEC05-BP01"),
            wa_ml("MLSEC03-BP01"),
            nist_800_53("AC-6"),
            owasp_llm("LLM06"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.6.2.6"),
            eu_ai_act("Article 15"),
        ),
        "lambda-bedrock-timeout-memory-set": row(
            wa_genai("GENREL03-BP02"),
            no_wa_ml(Why.NOT_FUNCTIONS),
            nist_800_53("SC-5", "SC-6"),
            owasp_llm("LLM10"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.6.2.6"),
            eu_ai_act("Article 15"),
        ),
    }
)
