"""Rule: bedrock-cloudtrail-data-events."""

from typing import Annotated

from rules.criteria.data_events import recordings, unrecorded, unseen
from rules.engine.duties import Severity
from rules.engine.parameters import InPack, Matching
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, listed, non_compliant, not_applicable
from rules.facts import data_events
from rules.facts.data_events import DataEvents
from rules.frozen import dataclass

Type = Matching(r"AWS::\w+::\w+", "resource types of CloudTrail such as AWS::Bedrock::AgentAlias")


@dataclass(frozen=True)
class BedrockCloudTrailDataEvents(PeriodicRule[DataEvents]):
    """
    Checks if AWS CloudTrail records the data events of every resource type of Amazon Bedrock that a Region uses.

    The rule is NON_COMPLIANT if a type is in no selector of an active trail or event data store, or only narrowed ones.

    ## Why
    Who called an agent, a knowledge base, a flow or a guardrail is a data event, and trails record none by default.
    Without them nobody can say afterwards who asked what was asked.

    ## Fix
    PutEventSelectors, with a selector for each type that the annotation names, and none of the other fields:

        aws cloudtrail put-event-selectors --trail-name <trail> --advanced-event-selectors '[{"FieldSelectors": [
          {"Field": "eventCategory", "Equals": ["Data"]},
          {"Field": "resources.type", "Equals": ["AWS::Bedrock::AgentAlias"]}]}]'

    It replaces all selectors: repeat those for management events. Data events cost extra.
    In the AWS CDK, `cloudtrail.CfnTrail(advanced_event_selectors=[…])`.

    ## Limits
    InvokeModel and Converse are management events, which every trail records by default; they are not judged.
    Used are AgentAlias, FlowAlias, Guardrail, KnowledgeBase and PromptVersion where such a resource exists;
    AsyncInvoke, Model, InlineAgent and AWS::BedrockMantle::Project after such calls in the last two weeks.
    Bidirectional streams (Model) leave no trace, sessions and data automation are not looked for: `resourceTypes` can
    name them. Event data stores count where they are at home in this Region and account; AWS lists no others here.
    Where CloudTrail hides an organization trail's selectors, it counts for `organizationTypes`, unless known to be off.
    Any further field narrows a selector, also where every event would meet it; only readOnly is seen through.
    """

    title = "Calls of agents, knowledge bases, flows, guardrails and prompts are recorded"
    severity = Severity.MEDIUM
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/logging-using-cloudtrail.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/logging-cloudtrail-mantle.html",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html",
    )
    reports = ("AWS::::Account",)
    nothing_to_judge = "Nothing that this Region uses of Amazon Bedrock has data events."
    collect = data_events.data_events

    resource_types: Annotated[tuple[str, ...], Type, "Types that are wanted; without any, those in use."] = ()
    organization_types: Annotated[
        tuple[str, ...], Type, InPack(), "Types that a trail of the organization records which hides its selectors."
    ] = ()
    allow_narrowed: Annotated[bool, "Whether selectors count that leave out some of a type's data events."] = False

    def judge(self, events: DataEvents, /) -> Verdict:
        """Return whether the data events of all wanted types are recorded."""
        types = self.resource_types or events.used
        if not types:
            return not_applicable(self.nothing_to_judge)
        hidden = unseen(events.trails)
        asked = [each for each in types if not (hidden and each in self.organization_types)]
        found = recordings(events, asked, allow_narrowed=self.allow_narrowed)
        defects = list(unrecorded(found))
        if defects and hidden:
            defects.append(f"Trail {listed(hidden)} hides its selectors; organizationTypes can name what it records.")
        if defects:
            return non_compliant(*defects)
        by = dict.fromkeys(name for each in found for name in each.by)
        if len(asked) < len(types):
            by |= dict.fromkeys(f"the organization's trail {each}" for each in hidden)
        return compliant(f"Data events of {listed(types, most=4)} are recorded by {listed(by)}.")


handler = BedrockCloudTrailDataEvents.lambda_handler()
