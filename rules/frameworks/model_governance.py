"""What the rules on the governance of models answer to."""

from types import MappingProxyType
from typing import Final

from rules.frameworks.framework import eu_ai_act, iso_42001, nist_800_53, nist_ai_rmf, owasp_llm, wa_genai, wa_ml
from rules.frameworks.row import Row, Why, no_owasp_llm, no_wa_genai, row

ROWS: Final[MappingProxyType[str, Row]] = MappingProxyType(
    {
        "bedrock-custom-model-evaluated": row(
            wa_genai("GENOPS01-BP01"),
            wa_ml("MLOPS02-BP06"),
            nist_800_53("SA-11"),
            owasp_llm("LLM03", "LLM04"),
            nist_ai_rmf("MEASURE 2.6", "MANAGE 3.2"),
            iso_42001("A.6.2.4"),
            eu_ai_act("Article 15"),
        ),
        "sagemaker-endpoint-bias-monitored": row(
            no_wa_genai(Why.NOT_BIAS),
            wa_ml("MLOPS02-BP06", "MLPERF06-BP04"),
            nist_800_53("CA-7", "SI-4"),
            no_owasp_llm(Why.NOT_BIAS),
            nist_ai_rmf("MEASURE 2.4", "MEASURE 2.11"),
            iso_42001("A.6.2.6"),
            eu_ai_act("Article 72"),
        ),
        "sagemaker-model-version-approved": row(
            wa_genai("GENREL04-BP02"),
            wa_ml("MLREL05-BP02", "MLSEC04-BP01"),
            nist_800_53("CM-2", "CM-3", "SA-10"),
            owasp_llm("LLM03", "LLM10"),
            nist_ai_rmf("MANAGE 1.1"),
            iso_42001("A.6.2.5"),
            eu_ai_act("Article 17"),
        ),
    }
)
