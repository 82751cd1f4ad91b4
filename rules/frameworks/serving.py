"""What the rules on serving models answer to."""

from types import MappingProxyType
from typing import Final

from rules.frameworks.framework import STEPS, eu_ai_act, iso_42001, nist_800_53, nist_ai_rmf, owasp_llm, wa_genai, wa_ml
from rules.frameworks.row import Row, Why, no_wa_genai, row

ROWS: Final[MappingProxyType[str, Row]] = MappingProxyType(
    {
        "ai-resource-policy-restricted": row(
            wa_genai("GENSEC01-BP01"),
            wa_ml("MLSEC06-BP01"),
            nist_800_53("AC-3", "AC-4"),
            owasp_llm("LLM03", "LLM10"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.9.4"),
            eu_ai_act("Article 15"),
        ),
        "sagemaker-container-scanned": row(
            no_wa_genai(Why.NOT_IMAGES),
            wa_ml("MLSEC01-BP01", "MLSEC04-BP01"),
            nist_800_53("CM-2", aws="ECR.2"),
            nist_800_53("RA-5", aws="ECR.1"),
            nist_800_53("SI-2"),
            owasp_llm("LLM03"),
            nist_ai_rmf("MANAGE 3.1"),
            iso_42001("A.6.2.6", "A.10.3"),
            eu_ai_act("Article 15"),
        ),
        "sagemaker-endpoint-autoscaled": row(
            wa_genai("GENREL01-BP01"),
            wa_ml("MLREL05-BP01", aws=STEPS),
            nist_800_53("CP-2(2)", "SC-5", "SC-5(2)"),
            owasp_llm("LLM10"),
            nist_ai_rmf("MEASURE 2.7", "MANAGE 2.2"),
            iso_42001("A.6.2.6"),
            eu_ai_act("Article 15"),
        ),
        "sagemaker-endpoint-config-hardened": row(
            no_wa_genai(Why.NOT_ENCRYPTION),
            wa_ml("MLSEC02-BP01", "MLSEC03-BP02"),
            nist_800_53("AC-17", "SC-12", "SC-28"),
            owasp_llm("LLM02"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.6.2.6"),
            eu_ai_act("Article 15"),
        ),
        "sagemaker-workspace-hardened": row(
            no_wa_genai(Why.NOT_WORKSPACES),
            wa_ml("MLSEC03-BP02"),
            nist_800_53("AC-4", "IA-5(7)", "SC-7", "SC-28"),
            owasp_llm("LLM02"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.7.2"),
            eu_ai_act("Article 15"),
        ),
    }
)
