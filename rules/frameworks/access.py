"""What the rules on who may use models answer to."""

from types import MappingProxyType
from typing import Final

from rules.frameworks.framework import eu_ai_act, iso_42001, nist_800_53, nist_ai_rmf, owasp_llm, wa_genai, wa_ml
from rules.frameworks.row import Row, row

ROWS: Final[MappingProxyType[str, Row]] = MappingProxyType(
    {
        "bedrock-api-key-short-lived": row(
            wa_genai("GENSEC01-BP01"),
            wa_ml("MLSEC06-BP01"),
            nist_800_53("IA-5"),
            owasp_llm("LLM10"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.6.2.6"),
            eu_ai_act("Article 15"),
        ),
        "bedrock-invoke-least-privilege": row(
            wa_genai("GENSEC01-BP01"),
            wa_ml("MLSEC03-BP01", "MLSEC06-BP01"),
            nist_800_53("AC-3", "AC-6"),
            owasp_llm("LLM06", "LLM10"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.9.4"),
            eu_ai_act("Article 15"),
        ),
        "bedrock-retrieve-least-privilege": row(
            wa_genai("GENSEC01-BP03"),
            wa_ml("MLSEC03-BP01"),
            nist_800_53("AC-3", "AC-6"),
            owasp_llm("LLM02", "LLM08"),
            nist_ai_rmf("MEASURE 2.7", "MEASURE 2.10"),
            iso_42001("A.9.4"),
            eu_ai_act("Article 15"),
        ),
        "bedrock-service-role-scoped": row(
            wa_genai("GENSEC01-BP03", "GENSEC05-BP01"),
            wa_ml("MLSEC03-BP01"),
            nist_800_53("AC-3", "AC-6"),
            owasp_llm("LLM06"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.6.2.6"),
            eu_ai_act("Article 15"),
        ),
        "sagemaker-invoke-least-privilege": row(
            wa_genai("GENSEC01-BP01"),
            wa_ml("MLSEC03-BP01", "MLSEC06-BP01"),
            nist_800_53("AC-3", "AC-6"),
            owasp_llm("LLM10"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.9.4"),
            eu_ai_act("Article 15"),
        ),
    }
)
