"""What the rules on guardrails answer to."""

from types import MappingProxyType
from typing import Final

from rules.frameworks.framework import STEPS, eu_ai_act, iso_42001, nist_800_53, nist_ai_rmf, owasp_llm, wa_genai, wa_ml
from rules.frameworks.row import Row, Why, no_eu_ai_act, no_wa_ml, row

ROWS: Final[MappingProxyType[str, Row]] = MappingProxyType(
    {
        "bedrock-agent-guardrail-attached": row(
            wa_genai("GENSEC02-BP01"),
            wa_ml("MLSEC05-BP01"),
            nist_800_53("SI-10", "SI-15"),
            owasp_llm("LLM01", "LLM06"),
            nist_ai_rmf("MANAGE 3.1"),
            iso_42001("A.9.4"),
            eu_ai_act("Article 15"),
        ),
        "bedrock-guardrail-content-filtered": row(
            wa_genai("GENSEC02-BP01", aws=STEPS),
            wa_genai("GENSEC04-BP02"),
            wa_ml("MLSEC05-BP01"),
            nist_800_53("SI-10", "SI-15"),
            owasp_llm("LLM01", "LLM07"),
            nist_ai_rmf("MANAGE 3.1"),
            iso_42001("A.9.4"),
            eu_ai_act("Article 15"),
        ),
        "bedrock-guardrail-enforced": row(
            wa_genai("GENSEC02-BP01"),
            wa_ml("MLSEC05-BP01"),
            nist_800_53("AC-3", "SI-10", "SI-15"),
            owasp_llm("LLM01"),
            nist_ai_rmf("MANAGE 3.1"),
            iso_42001("A.9.2", "A.9.4"),
            eu_ai_act("Article 15"),
        ),
        "bedrock-guardrail-grounded": row(
            wa_genai("GENSEC02-BP01", aws=STEPS),
            no_wa_ml(Why.NOT_GENERATED),
            nist_800_53("SI-15"),
            owasp_llm("LLM09"),
            nist_ai_rmf("MANAGE 3.1"),
            iso_42001("A.9.4"),
            eu_ai_act("Article 15"),
        ),
        "bedrock-guardrail-pii-filtered": row(
            wa_genai("GENSEC02-BP01", aws=STEPS),
            wa_genai("GENSEC04-BP02"),
            wa_ml("MLSEC03-BP03"),
            nist_800_53("SI-15", "SI-19"),
            owasp_llm("LLM02"),
            nist_ai_rmf("MEASURE 2.10", "MANAGE 3.1"),
            iso_42001("A.9.2"),
            no_eu_ai_act(Why.NOT_PERSONAL_DATA),
        ),
    }
)
