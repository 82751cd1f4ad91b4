import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from rules.delivery.blueprint import KEEP, Blueprint, changes_of
from rules.delivery.drift import drift
from rules.delivery.inspection import (
    Alarm,
    DeployedRule,
    EventRule,
    EventSource,
    FunctionSettings,
    Queue,
    Seen,
    Subscriptions,
    inspect,
)
from rules.engine.catalogue import rule_by_id
from rules.engine.surroundings import SurroundingsError, opened
from rules.engine.verdict import Compliance
from tests.rules.delivery.deployed import BLUEPRINT, ROLE, RULES, Deployed, policy_of
from tests.rules.delivery.events import OTHER_RULE, RULE

FUNCTION = f"ai-config-{RULE}"
FUNCTIONS = "arn:aws:lambda:us-east-1:123456789012:function"
TOPIC = "arn:aws:sns:us-east-1:123456789012:ai-config-alerts"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:ai-config"
DAILY = frozenset({("ScheduledNotification", "TwentyFour_Hours")})
CHANGES = frozenset(
    {("ConfigurationItemChangeNotification", None), ("OversizedConfigurationItemChangeNotification", None)}
)
ON_CHANGE = "bedrock-invoke-least-privilege"


NARROWED: Mapping[str, dict[str, Any]] = {
    "narrowed to a tag": {"scope": {"TagKey": "none"}},
    "narrowed to types": {"scope": {"ComplianceResourceTypes": ["AWS::S3::Bucket"]}},
    "without its clock": {"triggers": frozenset()},
    "with another clock": {"triggers": frozenset({("ScheduledNotification", "One_Hour")})},
}


def rule(name: str, **changes: Any) -> DeployedRule:
    return replace(
        DeployedRule(
            name=name,
            state="ACTIVE",
            owner="CUSTOM_LAMBDA",
            identifier=f"arn:aws:lambda:us-east-1:123456789012:function:ai-config-{name}",
            parameters={},
            scope={},
            triggers=DAILY,
        ),
        **changes,
    )


GOOD = Seen(
    functions={
        plan.name: FunctionSettings(plan.name, plan.handler, "python3.14", "c29kZQ==", "role", (), plan.variables)
        for plan in BLUEPRINT.functions()
    },
    rules=tuple(rule(name) for name in RULES),
    mappings={
        queue.function: (EventSource(BLUEPRINT.queue_arn(queue.name), "Enabled"),) for queue in BLUEPRINT.queues()
    },
    event_rules={
        plan.name: EventRule(plan.name, "ENABLED", plan.pattern, plan.schedule, (plan.target,))
        for plan in BLUEPRINT.event_rules()
    },
    queues={
        queue.name: Queue(
            queue.name, BLUEPRINT.queue_arn(queue.dead_letters), policy_of(queue.name, queue.event_rule), KEEP
        )
        for queue in BLUEPRINT.queues()
    }
    | {name: Queue(name, "", {}, KEEP) for name in BLUEPRINT.failures},
    alarms={plan.name: Alarm(plan.name, (TOPIC,), plan.settings) for plan in BLUEPRINT.alarms()},
    subscriptions=Subscriptions(1),
)


def function(name: str, **changes: Any) -> Seen:
    known = GOOD.functions or {}
    return replace(GOOD, functions={**known, name: replace(known[name], **changes)})


def rules(**changes: Any) -> Seen:
    return replace(GOOD, rules=(rule(RULE, **changes), rule(OTHER_RULE)))


def mapping(*sources: EventSource) -> Seen:
    return replace(GOOD, mappings={**(GOOD.mappings or {}), "ai-config-alerter": sources})


def event_rule(name: str, **changes: Any) -> Seen:
    known = GOOD.event_rules or {}
    return replace(GOOD, event_rules={**known, name: replace(known[name], **changes)})


def queue(**changes: Any) -> Seen:
    known = GOOD.queues or {}
    return replace(GOOD, queues={**known, "ai-config-findings": replace(known["ai-config-findings"], **changes)})


def alarm(**changes: Any) -> Seen:
    known = GOOD.alarms or {}
    name = f"{FUNCTION}-errors"
    return replace(GOOD, alarms={**known, name: replace(known[name], **changes)})


def without(part: str, name: str) -> Seen:
    kept: Any = {key: value for key, value in getattr(GOOD, part).items() if key != name}
    return replace(GOOD, **{part: kept})


def test_says_nothing_of_what_is_as_it_was_deployed() -> None:
    assert drift(BLUEPRINT, GOOD) == ()
    assert drift(BLUEPRINT, GOOD, code="c29kZQ==") == ()


def test_says_nothing_of_what_was_not_looked_at() -> None:
    assert drift(BLUEPRINT, Seen()) == ()


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        pytest.param(
            function(FUNCTION, code="b3RoZXI="),
            f"Other code than the watchdog is run by 1 function: {FUNCTION}.",
            id="code replaced",
        ),
        *(
            pytest.param(
                function("ai-config-forwarder", **{name: value}),
                "The handler, runtime or layers are not the stack's in 1 function: ai-config-forwarder.",
                id=f"another {name}",
            )
            for name, value in {
                "handler": "other.handler",
                "runtime": "provided.al2023",
                "layers": ("arn:aws:lambda:us-east-1:444455556666:layer:x:1",),
            }.items()
        ),
        pytest.param(
            function(FUNCTION, variables={"AWS_ENDPOINT_URL": "https://secret.example.com"}),
            f"The environment is not the stack's in 1 function: {FUNCTION} (AWS_ENDPOINT_URL).",
            id="variable added",
        ),
        pytest.param(
            function("ai-config-alerter", variables={"ACCOUNT_ID": "123456789012", "MINIMUM_SEVERITY": "CRITICAL"}),
            "The environment is not the stack's in 1 function: ai-config-alerter (MINIMUM_SEVERITY and TOPIC_ARN).",
            id="variables changed and gone",
        ),
        pytest.param(
            function(FUNCTION, variables=None),
            f"The environment cannot be decrypted of 1 function: {FUNCTION}.",
            id="variables behind a key",
        ),
        pytest.param(
            function("ai-config-alerter", concurrency=0),
            "Nothing can run 1 function, with a reserved concurrency of 0: ai-config-alerter.",
            id="throttled to nothing",
        ),
        pytest.param(
            rules(state="DELETING"), f"AWS Config is deleting 1 rule of the pack: {RULE}.", id="rule being deleted"
        ),
        *(
            pytest.param(
                rules(**changes), f"Another function than the stack's judges for 1 rule: {RULE}.", id=f"{case} function"
            )
            for case, changes in {
                "another account's": {"identifier": f"arn:aws:lambda:us-east-1:444455556666:function:{FUNCTION}"},
                "another version of the": {
                    "identifier": f"arn:aws:lambda:us-east-1:123456789012:function:{FUNCTION}:1"
                },
                "no": {"owner": "CUSTOM_POLICY"},
            }.items()
        ),
        pytest.param(
            rules(parameters={"exemptTag": "team"}),
            f"The parameters are not those that were deployed of 1 rule: {RULE}.",
            id="an exempting tag",
        ),
        *(
            pytest.param(
                rules(**changes),
                f"The scope or triggers are not those that were deployed of 1 rule: {RULE}.",
                id=f"rule {case}",
            )
            for case, changes in NARROWED.items()
        ),
        pytest.param(
            replace(GOOD, rules=(*(GOOD.rules or ()), rule("s3-tls", owner="AWS", identifier="S3_BUCKET_SSL"))),
            "The rules of AWS's own in the pack, or their parameters, are not those that were deployed.",
            id="a managed rule that nobody deployed",
        ),
        pytest.param(
            mapping(),
            "The queue ai-config-alerts.fifo does not invoke ai-config-alerter: there is no event source mapping.",
            id="no mapping",
        ),
        pytest.param(
            mapping(EventSource(f"{QUEUE}-other", "Enabled")),
            "The queue ai-config-alerts.fifo does not invoke ai-config-alerter: there is no event source mapping.",
            id="a mapping of another queue",
        ),
        pytest.param(
            mapping(EventSource(f"{QUEUE}-alerts.fifo", "Disabled")),
            "The queue ai-config-alerts.fifo does not invoke ai-config-alerter: its event source mapping is Disabled.",
            id="mapping disabled",
        ),
        pytest.param(
            mapping(EventSource(f"{QUEUE}-alerts.fifo", "Enabled", filtered=True)),
            "The queue ai-config-alerts.fifo keeps events from ai-config-alerter: its event source mapping filters "
            "them.",
            id="mapping filtered",
        ),
        pytest.param(
            without("event_rules", "ai-config-alerts"),
            "The EventBridge rule ai-config-alerts is gone.",
            id="event rule gone",
        ),
        pytest.param(
            event_rule("ai-config-watchdog", state="DISABLED"),
            "The EventBridge rule ai-config-watchdog is DISABLED.",
            id="event rule disabled",
        ),
        pytest.param(
            event_rule("ai-config-alerts", pattern=changes_of(Compliance.COMPLIANT)),
            "The EventBridge rule ai-config-alerts has another pattern than was deployed.",
            id="pattern changed",
        ),
        pytest.param(
            event_rule("ai-config-reconciler", schedule="rate(365 days)"),
            "The EventBridge rule ai-config-reconciler runs by another schedule than rate(1 day).",
            id="schedule changed",
        ),
        pytest.param(
            event_rule("ai-config-findings", targets=()),
            f"The EventBridge rule ai-config-findings does not lead to {QUEUE}-findings.",
            id="target removed",
        ),
        pytest.param(
            event_rule("ai-config-findings", rewritten=(f"{QUEUE}-findings",)),
            f"The EventBridge rule ai-config-findings rewrites what it sends to {QUEUE}-findings.",
            id="target rewritten",
        ),
        pytest.param(
            without("queues", "ai-config-alerts.fifo"), "The queue ai-config-alerts.fifo is gone.", id="queue gone"
        ),
        pytest.param(
            queue(keeps=60),
            "The queue ai-config-findings keeps events for 60 seconds, and holds them back for 0.",
            id="queue forgets",
        ),
        pytest.param(
            queue(holds_back=900),
            "The queue ai-config-findings keeps events for 1209600 seconds, and holds them back for 900.",
            id="queue holds back",
        ),
        pytest.param(
            without("queues", "ai-config-failures"),
            "The queue ai-config-failures is gone.",
            id="queue of failures gone",
        ),
        pytest.param(
            queue(dead_letters=""),
            "The queue ai-config-findings does not give what cannot be dealt with to ai-config-failures.",
            id="no dead letters",
        ),
        *(
            pytest.param(
                queue(policy=policy),
                "The policy of the queue ai-config-findings keeps events of Amazon EventBridge out.",
                id=f"queue's policy {case}",
            )
            for case, policy in {
                "gone": {},
                "for another rule": policy_of("ai-config-findings", "other"),
                "with a denial": {
                    "Statement": [
                        *policy_of("ai-config-findings", "ai-config-findings")["Statement"],
                        {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"},
                    ]
                },
                "without a statement": {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "sqs:*"}},
            }.items()
        ),
        pytest.param(
            without("alarms", "ai-config-watchdog-silent"),
            "CloudWatch does not have 1 alarm of the stack: ai-config-watchdog-silent.",
            id="alarm gone",
        ),
        pytest.param(alarm(speaks_to=()), f"The topic is not told by 1 alarm: {FUNCTION}-errors.", id="alarm mute"),
        *(
            pytest.param(
                alarm(settings={**(GOOD.alarms or {})[f"{FUNCTION}-errors"].settings, name: value}),
                f"The settings are not those that were deployed of 1 alarm: {FUNCTION}-errors.",
                id=f"alarm with another {name}",
            )
            for name, value in {
                "Threshold": 1e9,
                "MetricName": "Duration",
                "Period": 86400,
                "DatapointsToAlarm": 24,
                "TreatMissingData": "ignore",
                "Dimensions": [{"Name": "FunctionName", "Value": "other"}],
            }.items()
        ),
        pytest.param(
            replace(GOOD, subscriptions=Subscriptions(0)),
            "The topic has 0 confirmed subscriptions, and the settings name 1.",
            id="unsubscribed",
        ),
        pytest.param(
            replace(GOOD, subscriptions=Subscriptions(2, filtered=1)),
            "Of the topic's subscriptions, 1 get only what a filter lets through.",
            id="filtered",
        ),
    ],
)
def test_says_what_was_changed(seen: Seen, said: str) -> None:
    assert drift(BLUEPRINT, seen) == (said,)
    assert "secret" not in said


OPEN = policy_of("ai-config-findings", "ai-config-findings")["Statement"]


def opening(**members: Any) -> dict[str, Any]:
    """Return the policy of a queue whose one Allow statement is changed."""
    denial, allow = OPEN
    return {"Statement": [denial, {**allow, **members}]}


@pytest.mark.parametrize(
    "seen",
    [
        *(
            pytest.param(mapping(EventSource(f"{QUEUE}-alerts.fifo", state)), id=f"a mapping that is {state}")
            for state in ("Enabling", "Creating", "Updating")
        ),
        pytest.param(
            mapping(
                EventSource(f"{QUEUE}-other", "Enabled", filtered=True),
                EventSource(f"{QUEUE}-alerts.fifo", "Deleting"),
                EventSource(f"{QUEUE}-alerts.fifo", "Enabled"),
            ),
            id="a mapping beside others",
        ),
        pytest.param(
            event_rule("ai-config-alerts", state="ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),
            id="an event rule on management events, too",
        ),
        pytest.param(
            event_rule("ai-config-findings", targets=(f"{QUEUE}-findings", "other"), rewritten=("other",)),
            id="another target, which is rewritten",
        ),
        pytest.param(
            event_rule("ai-config-watchdog-deployed", pattern={"source": ["x"]}, schedule="rate(1 day)"),
            id="a pattern that nobody knows",
        ),
        pytest.param(queue(policy=opening(Action="sqs:*")), id="a queue for everything"),
        pytest.param(queue(policy=opening(Action="SQS:sendmessage")), id="an action in other letters"),
        pytest.param(queue(policy={"Statement": OPEN[1]}), id="a queue without the denial"),
        pytest.param(queue(policy={"Statement": (*OPEN, "nonsense")}), id="a queue with a statement that is none"),
        pytest.param(function("ai-config-alerter", concurrency=1), id="little reserved"),
        pytest.param(replace(GOOD, subscriptions=Subscriptions(2)), id="more subscriptions than named"),
        pytest.param(
            alarm(settings={**(GOOD.alarms or {})[f"{FUNCTION}-errors"].settings, "AlarmDescription": "x"}),
            id="an alarm with a description",
        ),
        pytest.param(alarm(speaks_to=("other", TOPIC)), id="an alarm that speaks to others, too"),
        pytest.param(
            replace(GOOD, rules=(*(GOOD.rules or ()), rule("other", owner="CUSTOM_LAMBDA", scope={"TagKey": "x"}))),
            id="a rule of others",
        ),
    ],
)
def test_says_nothing_of_what_works(seen: Seen) -> None:
    assert drift(BLUEPRINT, seen) == ()


CLOSED = "The policy of the queue ai-config-findings keeps events of Amazon EventBridge out."


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(opening(Effect="Deny"), id="a denial"),
        pytest.param(opening(Effect="allow"), id="no effect"),
        pytest.param(opening(Principal={"Service": "sns.amazonaws.com"}), id="for another service"),
        pytest.param(opening(Action="sqs:ReceiveMessage"), id="for another action"),
        pytest.param(opening(Action=["sqs:SendMessage"]), id="as a list, which the stack does not write"),
        pytest.param(opening(Condition={}), id="without the condition, which the stack writes"),
        pytest.param(opening(Condition={"ArnLike": {}}), id="with another condition"),
        pytest.param({"Statement": [OPEN[0]]}, id="the denial alone"),
        pytest.param({"Statement": "nonsense"}, id="no statement"),
    ],
)
def test_a_queue_takes_events_by_the_policy_of_the_stack_only(policy: dict[str, Any]) -> None:
    assert drift(BLUEPRINT, queue(policy=policy)) == (CLOSED,)


def test_what_is_wrong_with_several_is_one_sentence() -> None:
    known = GOOD.functions or {}
    changed = {
        name: replace(one, code="x", handler="x", variables=None, concurrency=0)
        for name, one in known.items()
        if name != "ai-config-watchdog"
    }
    names = f"ai-config-{RULE}, ai-config-{OTHER_RULE}, ai-config-reconciler, ai-config-forwarder and ai-config-alerter"

    assert drift(BLUEPRINT, Seen(functions={**known, **changed})) == (
        f"Other code than the watchdog is run by 5 functions: {names}.",
        f"The handler, runtime or layers are not the stack's in 5 functions: {names}.",
        f"The environment cannot be decrypted of 5 functions: {names}.",
        f"Nothing can run 5 functions, with a reserved concurrency of 0: {names}.",
    )
    assert drift(BLUEPRINT, Seen(rules=tuple(rule(name, state="DELETING_RESULTS", owner="x") for name in RULES))) == (
        f"AWS Config is deleting 2 rules of the pack: {RULE} and {OTHER_RULE}.",
        f"Another function than the stack's judges for 2 rules: {RULE} and {OTHER_RULE}.",
    )


def test_names_are_counted_cut_and_printable() -> None:
    variables = {f"V{number:02}": "x" for number in range(21)} | {"A" * 201: "x", "B\n" + "B" * 198: "x"}
    (said,) = drift(BLUEPRINT, function(FUNCTION, variables=variables))

    shown = ", ".join(["A" * 199 + "…", "B " + "B" * 198, *(f"V{number:02}" for number in range(18))])
    start = "The environment is not the stack's in 1 function: "
    assert said == start + f"{FUNCTION} ({shown} and 3 more)"[:199] + "…."
    assert drift(BLUEPRINT, mapping(EventSource(f"{QUEUE}-alerts.fifo", "Dis\nabled")))[0].endswith(" is Dis abled.")
    assert drift(BLUEPRINT, event_rule("ai-config-alerts", state="DIS\x1bABLED"))[0].endswith(" is DIS ABLED.")


def test_twenty_names_are_shown() -> None:
    many = replace(BLUEPRINT, daily=tuple(f"d{number:02}" for number in range(30)))
    alarms = {plan.name: Alarm(plan.name, (TOPIC,), plan.settings) for plan in many.alarms()}
    for name in [name for name in alarms if "-d" in name][:21]:
        del alarms[name]

    shown = ", ".join(f"ai-config-d{number:02}-errors" for number in range(20))
    assert drift(many, Seen(alarms=alarms)) == (
        f"CloudWatch does not have 21 alarms of the stack: {shown} and 1 more.",
    )


def test_code_is_held_against_what_somebody_built() -> None:
    (said,) = drift(BLUEPRINT, GOOD, code="YW5vdGhlcg==")

    assert said.startswith(f"Other code than this checkout builds is run by {len(BLUEPRINT.functions())} functions: ")


def test_without_a_watchdog_there_is_no_code_to_compare_with() -> None:
    assert drift(BLUEPRINT, without("functions", "ai-config-watchdog")) == ()


def test_a_rule_on_changes_keeps_its_types_and_triggers() -> None:
    types = list(rule_by_id(ON_CHANGE).resource_types)
    blueprint = replace(BLUEPRINT, rules={ON_CHANGE: ""})

    def said(scope: Mapping[str, Any], triggers: frozenset[tuple[str, str | None]]) -> tuple[str, ...]:
        return drift(blueprint, Seen(rules=(rule(ON_CHANGE, scope=scope, triggers=triggers),)))

    assert said({"ComplianceResourceTypes": types}, DAILY | CHANGES) == ()
    assert said({"ComplianceResourceTypes": types[1:]}, DAILY | CHANGES) != ()
    assert said({"ComplianceResourceTypes": types, "ComplianceResourceId": "one"}, DAILY | CHANGES) != ()
    assert said({"ComplianceResourceTypes": types}, DAILY) != ()


def test_the_watchdogs_variables_say_it_all() -> None:
    for blueprint in (
        BLUEPRINT,
        replace(BLUEPRINT, rules={RULE: "abc", OTHER_RULE: ""}, daily=(), told_from=None, subscribers=0, records=False),
    ):
        assert Blueprint.of(blueprint.variables, "ai-config", BLUEPRINT.place) == blueprint


def test_variables_that_say_too_little_are_refused() -> None:
    with pytest.raises(SurroundingsError, match="MANAGED is not set"):
        Blueprint.of({**BLUEPRINT.variables, "MANAGED": ""}, "ai-config", BLUEPRINT.place)


def test_what_is_switched_off_is_not_expected() -> None:
    quiet = replace(BLUEPRINT, daily=(), told_from=None)

    assert [plan.name for plan in quiet.functions()] == list(quiet.function_names)
    assert [name for name in quiet.function_names if name not in (FUNCTION, f"ai-config-{OTHER_RULE}")] == [
        "ai-config-watchdog"
    ]
    assert quiet.queues() == ()
    assert quiet.failures == ("ai-config-failures",)
    assert [plan.name for plan in quiet.event_rules()] == ["ai-config-watchdog", "ai-config-watchdog-deployed"]


Damage = Callable[[Deployed], object]

DAMAGES: tuple[tuple[Damage, str], ...] = (
    (
        lambda it: it.functions.update_function_code(FunctionName=FUNCTION, ZipFile=it.code("def handler(*_): ...")),
        f"Other code than the watchdog is run by 1 function: {FUNCTION}.",
    ),
    (
        lambda it: it.functions.update_function_configuration(
            FunctionName=FUNCTION, Environment={"Variables": {"HTTPS_PROXY": "http://x.example.com"}}
        ),
        f"The environment is not the stack's in 1 function: {FUNCTION} (HTTPS_PROXY).",
    ),
    (
        lambda it: it.functions.put_function_concurrency(
            FunctionName="ai-config-forwarder", ReservedConcurrentExecutions=0
        ),
        "Nothing can run 1 function, with a reserved concurrency of 0: ai-config-forwarder.",
    ),
    (
        lambda it: it.put_pack(*RULES, InputParameters={"exemptTag": "team"}),
        f"The parameters are not those that were deployed of 2 rules: {RULE} and {OTHER_RULE}.",
    ),
    (
        lambda it: [
            it.functions.update_event_source_mapping(UUID=one["UUID"], Enabled=False)
            for one in it.functions.list_event_source_mappings(FunctionName="ai-config-alerter")["EventSourceMappings"]
        ],
        "The queue ai-config-alerts.fifo does not invoke ai-config-alerter: its event source mapping is Disabled.",
    ),
    (
        lambda it: it.events.disable_rule(Name="ai-config-alerts"),
        "The EventBridge rule ai-config-alerts is DISABLED.",
    ),
    (
        lambda it: it.events.put_rule(Name="ai-config-findings", EventPattern='{"source": ["nobody"]}'),
        "The EventBridge rule ai-config-findings has another pattern than was deployed.",
    ),
    (
        lambda it: it.events.remove_targets(Rule="ai-config-reconciler", Ids=["one"]),
        f"The EventBridge rule ai-config-reconciler does not lead to {FUNCTIONS}:ai-config-reconciler.",
    ),
    (
        lambda it: it.events.put_targets(
            Rule="ai-config-watchdog",
            Targets=[
                {
                    "Id": "one",
                    "Arn": f"{FUNCTIONS}:ai-config-watchdog",
                    "Input": "{}",
                }
            ],
        ),
        f"The EventBridge rule ai-config-watchdog rewrites what it sends to {FUNCTIONS}:ai-config-watchdog.",
    ),
    (
        lambda it: it.sqs.set_queue_attributes(
            QueueUrl=it.sqs.get_queue_url(QueueName="ai-config-findings")["QueueUrl"],
            Attributes={
                "RedrivePolicy": "",
                "Policy": json.dumps(policy_of("ai-config-findings", "ai-config-findings")),
            },
        ),
        "The queue ai-config-findings does not give what cannot be dealt with to ai-config-failures.",
    ),
    (
        lambda it: it.sqs.set_queue_attributes(QueueUrl=it.failures, Attributes={"MessageRetentionPeriod": "60"}),
        "The queue ai-config-failures keeps events for 60 seconds, and holds them back for 0.",
    ),
    (
        lambda it: it.sqs.delete_queue(QueueUrl=it.sqs.get_queue_url(QueueName="ai-config-alerts.fifo")["QueueUrl"]),
        "The queue ai-config-alerts.fifo is gone.",
    ),
    (
        lambda it: it.put_alarm("ai-config-watchdog-errors", ActionsEnabled=False),
        "The topic is not told by 1 alarm: ai-config-watchdog-errors.",
    ),
    (
        lambda it: it.put_alarm("ai-config-failures", Threshold=1e9),
        "The settings are not those that were deployed of 1 alarm: ai-config-failures.",
    ),
    (
        lambda it: it.alarms.delete_alarms(AlarmNames=["ai-config-watchdog-silent"]),
        "CloudWatch does not have 1 alarm of the stack: ai-config-watchdog-silent.",
    ),
    (
        lambda it: [
            it.sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])
            for one in it.sns.list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]
        ],
        "The topic has 0 confirmed subscriptions, and the settings name 1.",
    ),
)


def test_what_somebody_changes_in_an_account_is_seen(deployed: Deployed) -> None:
    deployed.wire()
    aws = opened()
    seen = inspect(aws, BLUEPRINT)
    assert (drift(BLUEPRINT, seen), seen.unknown) == ((), ())

    for damage, _ in DAMAGES:
        damage(deployed)

    seen = inspect(aws, BLUEPRINT)
    assert seen.unknown == ()
    assert sorted(drift(BLUEPRINT, seen)) == sorted(sentence for _, sentence in DAMAGES)
    assert {one.role for one in (seen.functions or {}).values()} == {ROLE.rpartition("/")[2]}


def test_an_account_without_the_stack_says_so(deployed: Deployed) -> None:
    deployed.config.delete_conformance_pack(ConformancePackName="ai-config")
    seen = inspect(opened(), replace(BLUEPRINT, prefix="nothing"))

    assert seen.functions == {}
    assert seen.rules is None
    assert [seen.queues, seen.event_rules, seen.alarms] == [{}, {}, {}]
    assert seen.mappings == {"nothing-forwarder": (), "nothing-alerter": ()}
    assert ["NoSuchConformancePackException" in seen.unknown[0], "NotFound" in seen.unknown[1]] == [True, True]


def test_variables_behind_a_key_are_not_read(deployed: Deployed) -> None:
    deployed.wire()
    aws = opened()
    client = aws.client("lambda")
    configuration = client.get_function_configuration(FunctionName=FUNCTION)
    sealed = {"Error": {"ErrorCode": "AccessDeniedException", "Message": "no"}}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "get_function_configuration", lambda **_: {**configuration, "Environment": sealed})
        seen = inspect(aws, BLUEPRINT)

    assert seen.functions is not None
    assert seen.functions[FUNCTION].variables is None
