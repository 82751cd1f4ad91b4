from dataclasses import replace

import pytest

from rules.engine.errors import ParameterError
from rules.engine.resource import account_resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.cloudtrail import AdvancedSelector, BasicSelector, EventDataStore, FieldSelector, Selector, Trail
from rules.facts.data_events import DataEvents
from rules.logging.bedrock_cloudtrail_data_events import BedrockCloudTrailDataEvents

AGENTS, BASES = "AWS::Bedrock::AgentAlias", "AWS::Bedrock::KnowledgeBase"
FLOWS, GUARDRAILS, PROMPTS = "AWS::Bedrock::FlowAlias", "AWS::Bedrock::Guardrail", "AWS::Bedrock::PromptVersion"
FOREIGN = "arn:aws:cloudtrail:us-east-1:111122223333:trail/organization"


def where(field: str, *values: str, operator: str = "Equals") -> FieldSelector:
    return FieldSelector(field, ((operator, values),))


def data(*types: str, also: tuple[FieldSelector, ...] = ()) -> AdvancedSelector:
    """Return a selector for the data events of these types, narrowed by other conditions."""
    return AdvancedSelector((where("eventCategory", "Data"), where("resources.type", *types), *also))


def trail(*selectors: Selector, name: str = "audit", logging: bool = True, error: str | None = None) -> Trail:
    return Trail(
        arn=f"arn:aws:cloudtrail:us-east-1:123456789012:trail/{name}",
        name=name,
        home_region="us-east-1",
        multi_region=True,
        organization=False,
        logging=logging,
        delivery_error=error,
        log_group_arn=None,
        log_group_error=None,
        selectors=selectors,
    )


def store(*selectors: AdvancedSelector, status: str = "ENABLED") -> EventDataStore:
    return EventDataStore("arn:aws:cloudtrail:us-east-1:123456789012:eventdatastore/1", "lake", status, selectors)


def events(
    *trails: Trail, used: tuple[str, ...] = (AGENTS, BASES), stores: tuple[EventDataStore, ...] = ()
) -> DataEvents:
    return DataEvents(account_resource("123456789012", "aws"), {}, used, trails, stores)


READ = data(AGENTS, also=(where("readOnly", "true"),))
WRITE = data(AGENTS, also=(where("readOnly", "false"),))
NAMED = data(AGENTS, also=(where("eventName", "InvokeAgent"),))
HIDDEN = replace(trail(name="organization"), arn=FOREIGN, organization=True, logging=None, selectors=None)
ALL = compliant("Data events of AWS::Bedrock::AgentAlias are recorded by trail audit.")
NOBODY = non_compliant("No trail or event data store records data events of AWS::Bedrock::AgentAlias.")


def partly(*fields: str) -> Verdict:
    return non_compliant(
        f"Trail audit records only some data events ({' and '.join(fields)}) of AWS::Bedrock::AgentAlias; "
        "all are wanted."
    )


@pytest.mark.parametrize(
    ("fact", "verdict"),
    [
        pytest.param(
            events(trail(data(AGENTS), data(BASES))),
            compliant(
                "Data events of AWS::Bedrock::AgentAlias and AWS::Bedrock::KnowledgeBase are recorded by trail audit."
            ),
            id="a selector for each type",
        ),
        pytest.param(
            events(trail(data(AGENTS)), trail(data(BASES), name="retrieval")),
            compliant(
                "Data events of AWS::Bedrock::AgentAlias and AWS::Bedrock::KnowledgeBase are recorded by trail audit "
                "and trail retrieval."
            ),
            id="a trail for each type",
        ),
        pytest.param(
            events(trail(data(AGENTS)), stores=(store(data(BASES)),)),
            compliant(
                "Data events of AWS::Bedrock::AgentAlias and AWS::Bedrock::KnowledgeBase are recorded by trail audit "
                "and event data store lake."
            ),
            id="an event data store for the rest",
        ),
        pytest.param(events(used=()), not_applicable(BedrockCloudTrailDataEvents.nothing_to_judge), id="nothing used"),
        pytest.param(
            events(),
            non_compliant(
                "No trail or event data store records data events of AWS::Bedrock::AgentAlias and "
                "AWS::Bedrock::KnowledgeBase."
            ),
            id="no trail at all",
        ),
        pytest.param(
            events(trail(data(AGENTS))),
            non_compliant("No trail or event data store records data events of AWS::Bedrock::KnowledgeBase."),
            id="one type is missing",
        ),
        pytest.param(
            events(trail(data(AGENTS)), used=(AGENTS, BASES, FLOWS, GUARDRAILS, PROMPTS, "AWS::Bedrock::Model")),
            non_compliant(
                "No trail or event data store records data events of AWS::Bedrock::KnowledgeBase, "
                "AWS::Bedrock::FlowAlias, AWS::Bedrock::Guardrail, AWS::Bedrock::PromptVersion and 1 more."
            ),
            id="most types are missing",
        ),
        pytest.param(
            events(trail(data(AGENTS), logging=False), trail(READ, name="reads")),
            non_compliant(
                "No trail or event data store records data events of AWS::Bedrock::KnowledgeBase.",
                "Trail audit is stopped; it selects AWS::Bedrock::AgentAlias.",
            ),
            id="gravest first",
        ),
    ],
)
def test_every_used_type_has_to_be_recorded(fact: DataEvents, verdict: Verdict) -> None:
    assert BedrockCloudTrailDataEvents().judge(fact) == verdict


@pytest.mark.parametrize(
    ("selectors", "verdict"),
    [
        pytest.param((data(AGENTS),), ALL, id="whole"),
        pytest.param((data(BASES, AGENTS),), ALL, id="one selector for several types"),
        pytest.param((READ, WRITE), ALL, id="reading and writing calls in two selectors"),
        pytest.param((data(AGENTS, also=(where("readOnly", "false", "true"),)),), ALL, id="both values of readOnly"),
        pytest.param((NAMED, data(AGENTS)), ALL, id="narrowed beside whole"),
        pytest.param((BasicSelector("All", management=True),), NOBODY, id="management events"),
        pytest.param(
            (BasicSelector("All", management=True, data=((AGENTS, ("arn:aws:bedrock",)),)),), NOBODY, id="basic"
        ),
        pytest.param((data(BASES),), NOBODY, id="another type"),
        pytest.param((data("AWS::Bedrock::Agent"),), NOBODY, id="a name that begins like the type"),
        pytest.param((AdvancedSelector((where("eventCategory", "Data"),)),), NOBODY, id="no type"),
        pytest.param((AdvancedSelector((where("resources.type", AGENTS),)),), NOBODY, id="no category"),
        pytest.param(
            (AdvancedSelector((where("eventCategory", "NetworkActivity"), where("resources.type", AGENTS))),),
            NOBODY,
            id="another category",
        ),
        pytest.param(
            (AdvancedSelector((where("eventCategory", "Data"), where("resources.type", BASES, operator="NotEquals"))),),
            NOBODY,
            id="everything but another type, which CloudTrail does not offer",
        ),
        pytest.param((data(AGENTS, also=(where("resources.type", BASES),)),), NOBODY, id="two types at once"),
        pytest.param(
            (
                data(
                    AGENTS, also=(FieldSelector("readOnly", (("Equals", ("false", "true")), ("NotEquals", ("true",)))),)
                ),
            ),
            partly("readOnly"),
            id="two operators at once",
        ),
        pytest.param((READ,), partly("readOnly"), id="reading calls only"),
        pytest.param((READ, READ), partly("readOnly"), id="reading calls twice"),
        pytest.param((NAMED,), partly("eventName"), id="calls by name"),
        pytest.param(
            (
                data(AGENTS, also=(where("eventName", "Get", operator="NotStartsWith"), where("readOnly", "false"))),
                READ,
            ),
            partly("eventName", "readOnly"),
            id="halves that are narrowed further",
        ),
        pytest.param(
            (data(AGENTS, also=(where("resources.ARN", "arn:aws:bedrock:us-east-1", operator="StartsWith"),)),),
            partly("resources.ARN"),
            id="by ARN",
        ),
        pytest.param(
            (data(AGENTS, also=(where("readOnly", "true", operator="NotEquals"),)), READ),
            partly("readOnly"),
            id="an operator that CloudTrail does not have for the field",
        ),
    ],
)
def test_narrowed_selectors_do_not_count(selectors: tuple[Selector, ...], verdict: Verdict) -> None:
    assert BedrockCloudTrailDataEvents().judge(events(trail(*selectors), used=(AGENTS,))) == verdict


def test_trails_may_share_reading_and_writing_calls() -> None:
    fact = events(trail(READ, name="reads"), stores=(store(WRITE),), used=(AGENTS,))

    assert BedrockCloudTrailDataEvents().judge(fact) == compliant(
        "Data events of AWS::Bedrock::AgentAlias are recorded by trail reads and event data store lake."
    )


@pytest.mark.parametrize(
    ("fact", "verdict"),
    [
        pytest.param(
            events(trail(data(AGENTS), logging=False), used=(AGENTS,)),
            non_compliant("Trail audit is stopped; it selects AWS::Bedrock::AgentAlias."),
            id="stopped trail",
        ),
        pytest.param(
            events(
                trail(data(AGENTS, BASES, FLOWS, GUARDRAILS), logging=False), used=(AGENTS, BASES, FLOWS, GUARDRAILS)
            ),
            non_compliant(
                "Trail audit is stopped; it selects AWS::Bedrock::AgentAlias, AWS::Bedrock::KnowledgeBase, "
                "AWS::Bedrock::FlowAlias and AWS::Bedrock::Guardrail."
            ),
            id="stopped trail of four types",
        ),
        pytest.param(
            events(trail(data(AGENTS), error="NoSuchBucket"), used=(AGENTS,)),
            non_compliant(
                "Trail audit cannot deliver to Amazon S3 (NoSuchBucket); it selects AWS::Bedrock::AgentAlias."
            ),
            id="trail whose bucket is gone",
        ),
        pytest.param(
            events(stores=(store(data(AGENTS), status="STOPPED_INGESTION"),), used=(AGENTS,)),
            non_compliant(
                "Event data store lake takes no events in (STOPPED_INGESTION); it selects AWS::Bedrock::AgentAlias."
            ),
            id="stopped event data store",
        ),
        pytest.param(
            events(trail(data(AGENTS), logging=False), trail(data(AGENTS), name="other"), used=(AGENTS,)),
            compliant("Data events of AWS::Bedrock::AgentAlias are recorded by trail other."),
            id="stopped beside an active one",
        ),
    ],
)
@pytest.mark.parametrize("allow_narrowed", [False, True], ids=["whole wanted", "narrowed allowed"])
def test_what_does_not_record_does_not_count(fact: DataEvents, verdict: Verdict, allow_narrowed: bool) -> None:
    assert BedrockCloudTrailDataEvents(allow_narrowed=allow_narrowed).judge(fact) == verdict


def test_the_other_half_of_the_calls_may_be_stopped() -> None:
    fact = events(trail(READ), trail(WRITE, name="writes", logging=False), used=(AGENTS,))

    assert BedrockCloudTrailDataEvents().judge(fact) == non_compliant(
        "Trail writes is stopped; it selects AWS::Bedrock::AgentAlias."
    )


@pytest.mark.parametrize("name", ["AWS::Bedrock::PromptVersion", "AWS::Bedrock::Prompt"])
def test_prompts_have_two_names(name: str) -> None:
    assert BedrockCloudTrailDataEvents().judge(events(trail(data(name)), used=(PROMPTS,))) == compliant(
        "Data events of AWS::Bedrock::PromptVersion are recorded by trail audit."
    )


def test_types_can_be_named() -> None:
    rule = BedrockCloudTrailDataEvents.configured({"resourceTypes": "AWS::Bedrock::Model,AWS::Bedrock::Session"})

    assert rule.judge(events(trail(data(AGENTS)), used=(AGENTS,))) == non_compliant(
        "No trail or event data store records data events of AWS::Bedrock::Model and AWS::Bedrock::Session."
    )


def test_narrowed_selectors_can_be_allowed() -> None:
    rule = BedrockCloudTrailDataEvents.configured({"allowNarrowed": "true"})

    assert rule.judge(events(trail(NAMED), used=(AGENTS,))) == ALL


@pytest.mark.parametrize("name", ["Bedrock", "AWS::Bedrock", "AWS::Bedrock::*"])
def test_what_is_no_type_is_refused(name: str) -> None:
    with pytest.raises(ParameterError, match="resource types of CloudTrail such as AWS::Bedrock::AgentAlias"):
        BedrockCloudTrailDataEvents.configured({"resourceTypes": name})


class TestHiddenTrails:
    """An organization's trail whose selectors CloudTrail shows to another account only."""

    HINT = "Trail organization (111122223333) hides its selectors; organizationTypes can name what it records."

    def test_prove_nothing_by_themselves(self) -> None:
        assert BedrockCloudTrailDataEvents().judge(events(HIDDEN, used=(AGENTS,))) == non_compliant(
            "No trail or event data store records data events of AWS::Bedrock::AgentAlias.", self.HINT
        )

    def test_record_what_they_are_known_to_record(self) -> None:
        rule = BedrockCloudTrailDataEvents.configured({"organizationTypes": AGENTS})

        assert rule.judge(events(HIDDEN, used=(AGENTS,))) == compliant(
            "Data events of AWS::Bedrock::AgentAlias are recorded by the organization's trail "
            "organization (111122223333)."
        )
        assert rule.judge(events(HIDDEN)) == non_compliant(
            "No trail or event data store records data events of AWS::Bedrock::KnowledgeBase.", self.HINT
        )

    @pytest.mark.parametrize(
        "trail",
        [replace(HIDDEN, logging=False), replace(HIDDEN, logging=True, delivery_error="AccessDenied")],
        ids=["stopped", "failing"],
    )
    def test_that_do_not_record_count_for_nothing(self, trail: Trail) -> None:
        rule = BedrockCloudTrailDataEvents.configured({"organizationTypes": AGENTS})

        assert rule.judge(events(trail, used=(AGENTS,))) == NOBODY

    def test_have_to_be_there(self) -> None:
        rule = BedrockCloudTrailDataEvents.configured({"organizationTypes": AGENTS})

        assert rule.judge(events(trail(data(BASES)), used=(AGENTS,))) == NOBODY
