"""What the rules on training data answer to."""

from types import MappingProxyType
from typing import Final

from rules.frameworks.framework import eu_ai_act, iso_42001, nist_800_53, nist_ai_rmf, owasp_llm, wa_genai, wa_ml
from rules.frameworks.row import Row, Why, no_wa_genai, row

ROWS: Final[MappingProxyType[str, Row]] = MappingProxyType(
    {
        "bedrock-training-job-isolated": row(
            wa_genai("GENSEC01-BP02", "GENSEC01-BP03"),
            wa_ml("MLSEC02-BP01", "MLSEC03-BP02"),
            nist_800_53("SC-7", "SC-12", "SC-28"),
            owasp_llm("LLM02"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.7.2"),
            eu_ai_act("Article 15"),
        ),
        "sagemaker-data-job-isolated": row(
            no_wa_genai(Why.NOT_TRAINING),
            wa_ml("MLSEC02-BP01", "MLSEC03-BP02", "MLSEC04-BP02"),
            nist_800_53("SC-7", "SC-8", "SC-12", "SC-28"),
            owasp_llm("LLM02"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.7.2", "A.7.6"),
            eu_ai_act("Article 15"),
        ),
        "sagemaker-training-job-isolated": row(
            no_wa_genai(Why.NOT_TRAINING),
            wa_ml("MLSEC02-BP01", "MLSEC03-BP02", "MLSEC04-BP02"),
            nist_800_53("SC-7", "SC-8", "SC-12", "SC-28"),
            owasp_llm("LLM02", "LLM03"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.7.2"),
            eu_ai_act("Article 15"),
        ),
        "training-data-bucket-protected": row(
            wa_genai("GENSEC01-BP03"),
            wa_ml("MLSEC03-BP02", "MLSEC04-BP03"),
            nist_800_53("AC-3", aws="S3.8"),
            nist_800_53("SC-8", aws="S3.5"),
            nist_800_53("SC-28", aws="S3.17"),
            owasp_llm("LLM04"),
            nist_ai_rmf("MEASURE 2.7"),
            iso_42001("A.7.2"),
            eu_ai_act("Article 15"),
        ),
        "training-data-pii-scanned": row(
            wa_genai("GENSEC06-BP01"),
            wa_ml("MLSEC03-BP03", "MLSEC03-BP05"),
            nist_800_53("RA-5", "SI-4", aws="Macie.1"),
            nist_800_53("SI-12(2)"),
            owasp_llm("LLM02"),
            nist_ai_rmf("MEASURE 2.10"),
            iso_42001("A.7.2"),
            eu_ai_act("Article 10"),
        ),
        "training-data-provenance-tagged": row(
            wa_genai("GENSEC01-BP03"),
            wa_ml("MLSEC01-BP01", "MLSEC03-BP04"),
            nist_800_53("RA-2", "SR-4"),
            owasp_llm("LLM03", "LLM04"),
            nist_ai_rmf("MAP 4.1"),
            iso_42001("A.7.3", "A.7.5"),
            eu_ai_act("Article 10"),
        ),
    }
)
