"""What the rules on where data stays answer to."""

from types import MappingProxyType
from typing import Final

from rules.frameworks.framework import iso_42001, nist_800_53, nist_ai_rmf, owasp_llm, wa_genai, wa_ml
from rules.frameworks.row import Row, Why, no_eu_ai_act, row

ROWS: Final[MappingProxyType[str, Row]] = MappingProxyType(
    {
        "bedrock-data-retention-limited": row(
            wa_genai("GENSEC03-BP01"),
            wa_ml("MLSEC03-BP03"),
            nist_800_53("SA-9", "SI-12"),
            owasp_llm("LLM02", "LLM03"),
            nist_ai_rmf("MEASURE 2.10", "MANAGE 3.1"),
            iso_42001("A.10.3"),
            no_eu_ai_act(Why.NOT_PLACES),
        ),
        "bedrock-data-stays-in-region": row(
            wa_genai("GENSEC03-BP01"),
            wa_ml("MLSEC03-BP03"),
            nist_800_53("AC-4", "SA-9(5)"),
            owasp_llm("LLM02"),
            nist_ai_rmf("MEASURE 2.10"),
            iso_42001("A.10.3"),
            no_eu_ai_act(Why.NOT_PLACES),
        ),
    }
)
