"""What the rules on logging answer to."""

from types import MappingProxyType
from typing import Final

from rules.frameworks.framework import STEPS, eu_ai_act, iso_42001, nist_800_53, nist_ai_rmf, owasp_llm, wa_genai, wa_ml
from rules.frameworks.row import Row, Why, no_owasp_llm, row

ROWS: Final[MappingProxyType[str, Row]] = MappingProxyType(
    {
        "ai-finding-response-wired": row(
            wa_genai("GENSEC01-BP04"),
            wa_ml("MLSEC05-BP01"),
            nist_800_53("IR-4"),
            nist_800_53("SI-4", "SI-4(5)", aws="GuardDuty.1"),
            owasp_llm("LLM10"),
            nist_ai_rmf("MANAGE 4.3"),
            iso_42001("A.6.2.6", "A.8.4"),
            eu_ai_act("Article 26"),
        ),
        "bedrock-change-alert-wired": row(
            wa_genai("GENSEC03-BP01"),
            wa_ml("MLSEC04-BP01"),
            nist_800_53("AU-6", "SI-4", "SI-4(5)"),
            no_owasp_llm(Why.NOT_CHANGES),
            nist_ai_rmf("MANAGE 4.1"),
            iso_42001("A.6.2.6"),
            eu_ai_act("Article 15"),
        ),
        "bedrock-cloudtrail-data-events": row(
            wa_genai("GENSEC01-BP04", "GENSEC03-BP01"),
            wa_ml("MLSEC06-BP02"),
            nist_800_53("AU-2", "AU-12"),
            owasp_llm("LLM08", "LLM10"),
            nist_ai_rmf("MEASURE 2.8"),
            iso_42001("A.6.2.8"),
            eu_ai_act("Article 12"),
        ),
        "bedrock-invocation-logging-enabled": row(
            wa_genai("GENSEC01-BP04", aws=STEPS),
            wa_genai("GENSEC03-BP01"),
            wa_ml("MLSEC06-BP02"),
            nist_800_53("AU-2", "AU-3", "AU-12"),
            owasp_llm("LLM05", "LLM10"),
            nist_ai_rmf("MEASURE 2.4", "MEASURE 2.8"),
            iso_42001("A.6.2.8"),
            eu_ai_act("Article 12"),
        ),
        "bedrock-log-bucket-protected": row(
            wa_genai("GENSEC03-BP01"),
            wa_ml("MLSEC02-BP01", "MLSEC03-BP03"),
            nist_800_53("AC-3", aws="S3.8"),
            nist_800_53("AU-9", "SC-28", aws="S3.17"),
            nist_800_53("AU-11"),
            nist_800_53("SC-8", aws="S3.5"),
            owasp_llm("LLM02"),
            nist_ai_rmf("MEASURE 2.10"),
            iso_42001("A.6.2.8"),
            eu_ai_act("Article 19", "Article 26"),
        ),
        "bedrock-log-group-protected": row(
            wa_genai("GENSEC03-BP01"),
            wa_ml("MLSEC02-BP01", "MLSEC03-BP03"),
            nist_800_53("AU-9", "SC-28"),
            nist_800_53("AU-11", "SI-12", aws="CloudWatch.16"),
            owasp_llm("LLM02"),
            nist_ai_rmf("MEASURE 2.10"),
            iso_42001("A.6.2.8"),
            eu_ai_act("Article 19", "Article 26"),
        ),
        "bedrock-runtime-alarms-wired": row(
            wa_genai("GENOPS02-BP02", "GENSEC01-BP04"),
            wa_ml("MLOPS05-BP01"),
            nist_800_53("SI-4"),
            nist_800_53("SI-4(5)", aws="CloudWatch.15"),
            owasp_llm("LLM10"),
            nist_ai_rmf("MEASURE 2.4", "MANAGE 4.1"),
            iso_42001("A.6.2.6"),
            eu_ai_act("Article 26"),
        ),
    }
)
