import pytest

from rules.engine.assessment import verdict_on
from rules.engine.errors import ParameterError
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.knowledge_logs import LoggedKnowledgeBase
from rules.knowledge_bases.bedrock_kb_logging_enabled import BedrockKbLoggingEnabled

ARN = "arn:aws:bedrock:us-east-1:123456789012:knowledge-base/ABCDEFGHIJ"
RESOURCE = Resource("AWS::Bedrock::KnowledgeBase", "ABCDEFGHIJ", "claims", ARN)
APPLICATION, RUNTIME = "APPLICATION_LOGS", "RUNTIME_LOGS"
SILENT = LoggedKnowledgeBase(RESOURCE, {"stage": "test"}, (), ())
LOGGED = LoggedKnowledgeBase(RESOURCE, {}, (APPLICATION,), ())


@pytest.mark.parametrize(
    ("parameters", "found", "verdict"),
    [
        pytest.param(
            {}, LOGGED, compliant("The APPLICATION_LOGS of the knowledge base are delivered."), id="delivered"
        ),
        pytest.param(
            {},
            SILENT,
            non_compliant("The knowledge base has no log delivery for APPLICATION_LOGS."),
            id="no delivery source",
        ),
        pytest.param(
            {},
            LoggedKnowledgeBase(RESOURCE, {}, (), (APPLICATION,)),
            non_compliant("The delivery source for APPLICATION_LOGS has no delivery to a place that keeps logs."),
            id="a source without a delivery",
        ),
        pytest.param(
            {"logTypes": "APPLICATION_LOGS,RUNTIME_LOGS"},
            LOGGED,
            non_compliant("The knowledge base has no log delivery for RUNTIME_LOGS."),
            id="one of two wanted types",
        ),
        pytest.param(
            {"logTypes": "APPLICATION_LOGS,RUNTIME_LOGS"},
            LoggedKnowledgeBase(RESOURCE, {}, (APPLICATION, RUNTIME), ()),
            compliant("The APPLICATION_LOGS and RUNTIME_LOGS of the knowledge base are delivered."),
            id="both wanted types",
        ),
    ],
)
def test_judges_which_logs_are_delivered(
    parameters: dict[str, str], found: LoggedKnowledgeBase, verdict: Verdict
) -> None:
    assert BedrockKbLoggingEnabled.configured(parameters).judge(found) == verdict


def test_refuses_what_is_no_log_type() -> None:
    with pytest.raises(ParameterError, match=r"log types such as APPLICATION_LOGS$"):
        BedrockKbLoggingEnabled.configured({"logTypes": "application logs"})


def test_exempts_a_knowledge_base_with_the_tag() -> None:
    rule = BedrockKbLoggingEnabled.configured({"exemptTag": "stage=test"})

    assert verdict_on(rule, SILENT) == not_applicable("Exempt by the tag stage=test.")
