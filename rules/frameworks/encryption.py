"""What the rules on keys answer to."""

from types import MappingProxyType
from typing import Final

from rules.frameworks.framework import eu_ai_act, iso_42001, nist_800_53, nist_ai_rmf, owasp_llm, wa_genai, wa_ml
from rules.frameworks.row import Row, Why, no_wa_genai, row

ROWS: Final[MappingProxyType[str, Row]] = MappingProxyType(
    {
        "bedrock-model-cmk-encrypted": row(
            no_wa_genai(Why.NOT_ENCRYPTION),
            wa_ml("MLSEC02-BP01"),
            nist_800_53("SC-12", aws="KMS.4"),
            nist_800_53("SC-13", "SC-28"),
            owasp_llm("LLM02"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.6.2.6"),
            eu_ai_act("Article 15"),
        ),
        "bedrock-resource-cmk-encrypted": row(
            wa_genai("GENSEC04-BP01"),
            wa_ml("MLSEC02-BP01"),
            nist_800_53("SC-12", "SC-13", "SC-28"),
            owasp_llm("LLM02"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.6.2.6"),
            eu_ai_act("Article 15"),
        ),
        "sagemaker-artifact-cmk-encrypted": row(
            no_wa_genai(Why.NOT_ENCRYPTION),
            wa_ml("MLSEC02-BP01", "MLSEC04-BP01"),
            nist_800_53("AC-3", aws="S3.8"),
            nist_800_53("SC-12", aws="KMS.4"),
            nist_800_53("SC-28", aws="S3.17"),
            owasp_llm("LLM03"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.6.2.6"),
            eu_ai_act("Article 15"),
        ),
    }
)
