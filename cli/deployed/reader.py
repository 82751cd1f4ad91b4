"""Reading a deployed stack of rules: every part for itself, so that one refused call does not hide the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.config import Config
from botocore.exceptions import ClientError

from cli.deployed.readings import (
    Alarm,
    DeployedFunction,
    DeployedRule,
    Deployment,
    Hub,
    Pack,
    Queue,
    Stack,
    Unread,
)
from rules.delivery.recorder import recorder_in
from rules.engine.clients import USER_AGENT
from rules.engine.errors import READ_ERRORS, SHAPE_ERRORS, error_code, error_message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    import boto3

PATIENCE = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": 6},
    user_agent=USER_AGENT,
)
NAMES_PER_CALL = 25
"""Rule names that one call of AWS Config takes."""
RESULTS_PER_CALL = 100
RESULTS = ["COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE"]
METRICS_PER_CALL = 500
"""MetricDataQueries that one GetMetricData takes."""
ALARMS_PER_CALL = 100
DAY = timedelta(days=1)
Part = TypeVar("Part")
Item = TypeVar("Item")

DELETED = "DELETE_COMPLETE"
HUB_OFF = frozenset({"InvalidAccessException", "ResourceNotFoundException"})
"""What DescribeHub answers where Security Hub is not enabled."""


def read(session: boto3.session.Session, region: str, name: str, now: datetime) -> Deployment:
    """
    Return what the account says of the stack and the pack called `name` in `region`.

    A part whose call fails is in `unread` with the reason; nothing is raised for it.
    """
    return _Reading(session, region, name, now).deployment()


@dataclass
class _Reading:
    session: boto3.session.Session
    region: str
    name: str
    now: datetime

    def __post_init__(self) -> None:
        self._unread: list[Unread] = []

    def deployment(self) -> Deployment:
        stack = self._part("stack", self._stack, None)
        pack = self._part("pack", self._pack, None)
        resources = stack.resources if stack else {}
        return Deployment(
            region=self.region,
            stack=stack,
            recorder=self._part("recorder", lambda: recorder_in(self._client("config")), None),
            pack=pack,
            rules=self._part("rules", self._rules, ()) if pack else (),
            functions=self._part("functions", lambda: self._functions(resources.get("AWS::Lambda::Function", ())), ()),
            queues=self._part("events", lambda: self._queues(resources.get("AWS::SQS::Queue", ())), ()),
            alarms=self._part("alarms", lambda: self._alarms(resources.get("AWS::CloudWatch::Alarm", ())), ()),
            hub=self._part("Security Hub", self._hub, None),
            unread=tuple(self._unread),
        )

    def _part(self, part: str, read: Callable[[], Part], without: Part) -> Part:
        try:
            return read()
        except (*READ_ERRORS, *SHAPE_ERRORS) as error:
            self._unread.append(Unread(part, f"{error_code(error)}: {error_message(error)}"))
            return without

    def _client(self, service: str) -> Any:
        return self.session.client(service, region_name=self.region, config=PATIENCE)

    def _stack(self) -> Stack | None:
        client = self._client("cloudformation")
        stack = self._named(client, self.name) or self._of_stack_set(client)
        if stack is None:
            return None
        resources: dict[str, tuple[str, ...]] = {}
        for page in client.get_paginator("list_stack_resources").paginate(StackName=stack["StackName"]):
            for one in page["StackResourceSummaries"]:
                if physical := one.get("PhysicalResourceId"):
                    kind = one["ResourceType"]
                    resources[kind] = (*resources.get(kind, ()), physical)
        protected = stack.get("EnableTerminationProtection", False)
        return Stack(stack["StackName"], stack["StackStatus"], resources, protected)

    def _named(self, client: Any, name: str) -> dict[str, Any] | None:
        try:
            stack: dict[str, Any] = client.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            # CloudFormation has no code of its own for a stack that does not exist.
            if error_code(error) == "ValidationError" and "does not exist" in error_message(error):
                return None
            raise
        return stack

    def _of_stack_set(self, client: Any) -> dict[str, Any] | None:
        """Return the stack that a stack set of the organization made here; CloudFormation names it."""
        for page in client.get_paginator("list_stacks").paginate():
            for one in page["StackSummaries"]:
                if one["StackName"].startswith(f"StackSet-{self.name}-rules-") and one["StackStatus"] != DELETED:
                    found: dict[str, Any] = one
                    return found
        return None

    def _pack(self) -> Pack | None:
        client = self._client("config")
        try:
            status = client.describe_conformance_pack_status(ConformancePackNames=[self.name])
        except client.exceptions.NoSuchConformancePackException:
            return None
        details = status["ConformancePackStatusDetails"]
        if not details:
            return None
        return Pack(self.name, details[0]["ConformancePackState"], details[0].get("ConformancePackStatusReason", ""))

    def _rules(self) -> tuple[DeployedRule, ...]:
        client = self._client("config")
        names: list[str] = []
        token: dict[str, str] = {}
        # The operation paginates, and botocore has no paginator for it.
        while True:
            page = client.describe_conformance_pack_compliance(ConformancePackName=self.name, **token)
            names += [one["ConfigRuleName"] for one in page["ConformancePackRuleComplianceList"]]
            if not page.get("NextToken"):
                break
            token = {"NextToken": page["NextToken"]}
        rules: list[DeployedRule] = []
        for batch in _batches(sorted(names), NAMES_PER_CALL):
            owners = {
                one["ConfigRuleName"]: one["Source"]["Owner"]
                for one in client.describe_config_rules(ConfigRuleNames=batch)["ConfigRules"]
            }
            states = client.describe_config_rule_evaluation_status(ConfigRuleNames=batch)["ConfigRulesEvaluationStatus"]
            answer = client.describe_compliance_by_config_rule(ConfigRuleNames=batch)["ComplianceByConfigRules"]
            compliance = {one["ConfigRuleName"]: one["Compliance"] for one in answer if "Compliance" in one}
            for state in states:
                name = state["ConfigRuleName"]
                custom = owners.get(name) == "CUSTOM_LAMBDA"
                evaluated = self._evaluated(client, name) if custom else state.get("LastSuccessfulEvaluationTime")
                rules.append(_rule(state, compliance.get(name, {}), custom=custom, evaluated=evaluated))
        return tuple(rules)

    def _evaluated(self, client: Any, rule_name: str) -> datetime | None:
        """
        Return when a rule last evaluated something.

        DescribeConfigRuleEvaluationStatus has no times of custom rules. A pass renews every result, and says
        NOT_APPLICABLE of the account when there is nothing to judge, so one page of results is enough.
        """
        page = client.get_compliance_details_by_config_rule(
            ConfigRuleName=rule_name, ComplianceTypes=RESULTS, Limit=RESULTS_PER_CALL
        )
        return max((result["ConfigRuleInvokedTime"] for result in page["EvaluationResults"]), default=None)

    def _functions(self, names: Sequence[str]) -> tuple[DeployedFunction, ...]:
        client = self._client("lambda")
        sums = self._sums(names)
        functions = []
        for name in sorted(names):
            configuration = client.get_function_configuration(FunctionName=name)
            functions.append(
                DeployedFunction(
                    name=name,
                    state=configuration.get("State", "Active"),
                    update=configuration.get("LastUpdateStatus", "Successful"),
                    invocations=sums.get((name, "Invocations"), 0),
                    errors=sums.get((name, "Errors"), 0),
                )
            )
        return tuple(functions)

    def _sums(self, names: Sequence[str]) -> dict[tuple[str, str], int]:
        """Return the sums of the functions' metrics over the last day."""
        wanted = [(name, metric) for name in sorted(names) for metric in ("Invocations", "Errors")]
        client = self._client("cloudwatch")
        sums: dict[tuple[str, str], int] = {}
        for batch in _batches(wanted, METRICS_PER_CALL):
            queries = [
                {
                    "Id": f"m{index}",
                    "MetricStat": {
                        "Metric": {
                            "Namespace": "AWS/Lambda",
                            "MetricName": metric,
                            "Dimensions": [{"Name": "FunctionName", "Value": name}],
                        },
                        "Period": int(DAY.total_seconds()),
                        "Stat": "Sum",
                    },
                }
                for index, (name, metric) in enumerate(batch)
            ]
            pages = client.get_paginator("get_metric_data").paginate(
                MetricDataQueries=queries, StartTime=self.now - DAY, EndTime=self.now
            )
            for page in pages:
                for result in page["MetricDataResults"]:
                    key = batch[int(result["Id"][1:])]
                    sums[key] = sums.get(key, 0) + int(sum(result["Values"]))
        return sums

    def _queues(self, urls: Sequence[str]) -> tuple[Queue, ...]:
        """Return the queues of failures: in the stack's other queues events wait for half a minute as they should."""
        client = self._client("sqs")
        found = []
        for url in sorted(url for url in urls if "-failures" in url.rpartition("/")[2]):
            attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
            found.append(Queue(url.rpartition("/")[2], int(attributes["Attributes"]["ApproximateNumberOfMessages"])))
        return tuple(found)

    def _alarms(self, names: Sequence[str]) -> tuple[Alarm, ...]:
        client = self._client("cloudwatch")
        found: list[Alarm] = []
        for batch in _batches(sorted(names), ALARMS_PER_CALL):
            for page in client.get_paginator("describe_alarms").paginate(AlarmNames=batch):
                found += [
                    Alarm(one["AlarmName"], one["StateValue"], one.get("StateReason", ""))
                    for one in page["MetricAlarms"]
                ]
        return tuple(found)

    def _hub(self) -> Hub:
        try:
            self._client("securityhub").describe_hub()
        except ClientError as error:
            if error_code(error) in HUB_OFF:
                return Hub(enabled=False)
            raise
        return Hub(enabled=True)


def _rule(
    state: dict[str, Any], compliance: dict[str, Any], *, custom: bool, evaluated: datetime | None
) -> DeployedRule:
    count = compliance.get("ComplianceContributorCount", {})
    broken = compliance.get("ComplianceType") == "NON_COMPLIANT"
    error = ": ".join(text for text in (state.get("LastErrorCode"), state.get("LastErrorMessage")) if text)
    failures = [state[key] for key in ("LastFailedInvocationTime", "LastFailedEvaluationTime") if key in state]
    return DeployedRule(
        name=state["ConfigRuleName"],
        custom=custom,
        activated=state.get("FirstActivatedTime"),
        evaluated=evaluated,
        failed=max(failures, default=None),
        error=error,
        compliance=compliance.get("ComplianceType", "INSUFFICIENT_DATA"),
        violations=count.get("CappedCount", 0) if broken else 0,
        more=bool(broken and count.get("CapExceeded")),
    )


def _batches(items: Sequence[Item], size: int) -> Iterator[list[Item]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
