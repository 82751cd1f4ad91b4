"""What the rules on knowledge bases answer to."""

from types import MappingProxyType
from typing import Final

from rules.frameworks.framework import STEPS, eu_ai_act, iso_42001, nist_800_53, nist_ai_rmf, owasp_llm, wa_genai, wa_ml
from rules.frameworks.row import Row, row

ROWS: Final[MappingProxyType[str, Row]] = MappingProxyType(
    {
        "bedrock-kb-bucket-protected": row(
            wa_genai("GENSEC01-BP03"),
            wa_ml("MLSEC03-BP02"),
            nist_800_53("AC-3", aws="S3.8"),
            nist_800_53("SC-8", aws="S3.5"),
            nist_800_53("SC-28", aws="S3.17"),
            owasp_llm("LLM04", "LLM08"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.7.2"),
            eu_ai_act("Article 15"),
        ),
        "bedrock-kb-logging-enabled": row(
            wa_genai("GENSEC01-BP04", "GENSEC03-BP01"),
            wa_ml("MLSEC06-BP02"),
            nist_800_53("AU-2", "AU-12"),
            owasp_llm("LLM08"),
            nist_ai_rmf("MEASURE 2.8"),
            iso_42001("A.6.2.8"),
            eu_ai_act("Article 12"),
        ),
        "bedrock-kb-policy-restricted": row(
            wa_genai("GENSEC01-BP03"),
            wa_ml("MLSEC06-BP01"),
            nist_800_53("AC-3", "AC-4"),
            owasp_llm("LLM02", "LLM08"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.9.4"),
            eu_ai_act("Article 15"),
        ),
        "bedrock-kb-source-governed": row(
            wa_genai("GENSEC01-BP03"),
            wa_ml("MLSEC01-BP01"),
            nist_800_53("RA-2", "SI-12"),
            owasp_llm("LLM04", "LLM08"),
            nist_ai_rmf("MAP 4.1"),
            iso_42001("A.7.3", "A.7.5"),
            eu_ai_act("Article 26"),
        ),
        "bedrock-kb-vector-store-protected": row(
            wa_genai("GENSEC01-BP03", aws=STEPS),
            wa_ml("MLSEC02-BP01", "MLSEC03-BP02"),
            nist_800_53("AC-3", "SC-7", "SC-12", "SC-28"),
            owasp_llm("LLM08"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.6.2.6"),
            eu_ai_act("Article 15"),
        ),
    }
)
