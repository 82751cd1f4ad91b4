import dataclasses
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cdk import pack, upgrade
from cdk.given import SettingsError
from cdk.remediation.settings import Remediation
from cdk.retired import RETIRED, Retirement
from cdk.settings import Settings, read_settings
from cdk.upgrade import ChangeSet, as_text, change_set, resources_of
from cli.sandbox import Account
from rules.engine.catalogue import all_rules
from rules.logging.bedrock_invocation_logging_enabled import BedrockInvocationLoggingEnabled
from rules.logging.bedrock_log_bucket_protected import BedrockLogBucketProtected
from rules.logging.bedrock_log_group_protected import BedrockLogGroupProtected
from tests.cdk.conftest import Synthesise, Template
from tests.cdk.deployable import function_code
from tests.cdk.example_rules import RULES, ExampleLogKept

RELEASES = sorted((Path(__file__).parent / "releases").glob("*.json"))
GONE = {"example-log-seen": Retirement("0.2.0", "example-log-kept judges it as well")}

by_release = pytest.mark.parametrize("release", RELEASES, ids=lambda file: file.stem)


def promises(release: Path) -> Any:
    return json.loads(release.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def present(synthesise: Synthesise) -> Template:
    """Return the stack of the settings that the project ships with."""
    return synthesise(read_settings(all_rules()))["ai-config"]


@pytest.mark.slow
@by_release
def test_an_upgrade_loses_nothing_but_retired_rules(present: Template, release: Path) -> None:
    before = promises(release)["resources"]

    changes = change_set(before, resources_of(present))

    assert changes.replaced == ()
    assert changes.displaced == {}
    assert [name for name in changes.removed if rule_of(name, promises(release)["rules"]) not in RETIRED] == []


def rule_of(logical_id: str, rules: Iterable[str]) -> str | None:
    """Return the rule that a resource belongs to: the one whose name its logical id begins with, the longest first."""
    begins = {name: "".join(part.capitalize() for part in name.split("-")) for name in rules}
    found = [name for name, beginning in begins.items() if logical_id.startswith(beginning)]
    return max(found, key=len, default=None)


def test_a_resource_belongs_to_the_rule_with_the_longest_name() -> None:
    rules = ["log-kept", "log-kept-long", "other"]

    assert rule_of("LogKeptLongFunction1A", rules) == "log-kept-long"
    assert rule_of("LogKeptFunction1A", rules) == "log-kept"
    assert rule_of("Failures", rules) is None


@by_release
def test_a_rule_stays_or_is_listed_as_retired(release: Path) -> None:
    ids = {rule.id for rule in all_rules()}

    assert set(promises(release)["rules"]) - ids <= set(RETIRED)
    assert not ids & set(RETIRED)


@by_release
def test_parameters_of_rules_keep_their_names(release: Path) -> None:
    names = {rule.id: {parameter.name for parameter in rule.parameters()} for rule in all_rules()}
    before = {rule: set(parameters) for rule, parameters in promises(release)["rules"].items() if rule in names}

    assert {rule: parameters - names[rule] for rule, parameters in before.items() if parameters - names[rule]} == {}


@by_release
def test_parameters_of_the_pack_keep_their_names(release: Path) -> None:
    now = pack.standalone_pack(read_settings(all_rules()))["Parameters"]

    assert set(promises(release)["packParameters"]) - set(now) == set()


def queue(name: str | None = None, **members: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", **({"QueueName": name} if name else {}), **members}


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        pytest.param({"A": queue("a")}, {"A": queue("a")}, ChangeSet((), (), (), {}), id="nothing"),
        pytest.param({}, {"A": queue("a")}, ChangeSet(("A",), (), (), {}), id="added"),
        pytest.param({"A": queue()}, {}, ChangeSet((), ("A",), (), {}), id="removed"),
        pytest.param({"A": queue("a")}, {"A": queue("b")}, ChangeSet((), (), ("A",), {}), id="another name"),
        pytest.param(
            {"A": queue()}, {"A": {"Type": "AWS::SNS::Topic"}}, ChangeSet((), (), ("A",), {}), id="another type"
        ),
        pytest.param(
            {"A": queue("a")}, {"B": queue("a")}, ChangeSet(("B",), ("A",), (), {"A": "B"}), id="moved with its name"
        ),
        pytest.param(
            {"A": queue("a")},
            {"B": {"Type": "AWS::SNS::Topic", "TopicName": "a"}},
            ChangeSet(("B",), ("A",), (), {}),
            id="the same name of another type",
        ),
    ],
)
def test_what_an_upgrade_changes(before: dict[str, Any], after: dict[str, Any], changes: ChangeSet) -> None:
    assert change_set(before, after) == changes


def test_only_what_cannot_be_updated_is_compared() -> None:
    template = {
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "a", "MessageRetentionPeriod": 60}},
            "Key": {"Type": "AWS::KMS::Key", "Properties": {"Description": "x"}},
        }
    }

    assert resources_of(template) == {"Queue": queue("a"), "Key": {"Type": "AWS::KMS::Key"}}


def test_a_snapshot_is_written_an_entry_a_line() -> None:
    taken = {"packParameters": ["A", "B"], "rules": {"b": [], "a": ["x"]}}

    assert json.loads(as_text(taken)) == taken
    assert len(as_text(taken).splitlines()) == 10


@pytest.mark.slow
def test_a_release_records_what_it_is_made_of(present: Template, capsys: pytest.CaptureFixture[str]) -> None:
    upgrade.main()

    taken = json.loads(capsys.readouterr().out)
    assert taken["resources"] == resources_of(present)
    assert set(taken["rules"]) == {rule.id for rule in all_rules()}
    assert "FunctionNamePrefix" in taken["packParameters"]


class TestRetiredRules:
    @staticmethod
    def settings(folder: Path, text: str) -> Settings:
        file = folder / "audit.toml"
        file.write_text(text, encoding="utf-8")
        return read_settings(RULES, file=file, retired=GONE)

    def test_a_retired_rule_may_go_on_being_excluded(self, tmp_path: Path) -> None:
        text = '[rules]\nexclude = ["example-log-seen", "access"]'

        assert ExampleLogKept in self.settings(tmp_path, text).rules

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ('[rules]\ninclude = ["example-log-seen"]', "rules.include"),
            ("[parameters.example-log-seen]\nminDays = 5", "parameters.example-log-seen.minDays"),
        ],
    )
    def test_whoever_still_asks_for_it_is_told_what_to_do(self, tmp_path: Path, text: str, key: str) -> None:
        with pytest.raises(SettingsError) as refused:
            self.settings(tmp_path, text)

        assert str(refused.value) == (
            f"audit.toml: {key}: example-log-seen: the rule was retired in 0.2.0; example-log-kept judges it as well"
        )


def needs(template: Template, logical_id: str) -> set[str]:
    """Return what CloudFormation creates before a resource, and so deletes after it."""
    found: set[str] = set()
    waiting = [logical_id]
    while waiting:
        resource = template["Resources"][waiting.pop()]
        depends = resource.get("DependsOn", [])
        named = {*([depends] if isinstance(depends, str) else depends), *references(resource.get("Properties", {}))}
        new = {name for name in named if name in template["Resources"]} - found
        found |= new
        waiting.extend(new)
    return found


def references(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        if "Ref" in node:
            yield node["Ref"]
        if "Fn::GetAtt" in node:
            yield node["Fn::GetAtt"][0]
        if "Fn::Sub" in node:
            yield from re.findall(r"\$\{(\w+)", str(node["Fn::Sub"]))
        for each in node.values():
            yield from references(each)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


@pytest.mark.slow
def test_the_pack_is_deleted_before_all_that_its_rules_and_runbooks_need(synthesise: Synthesise) -> None:
    template = synthesise(Settings(rules=(BedrockLogGroupProtected,), remediation=Remediation()))["ai-config"]
    wanted = {
        name
        for name, resource in template["Resources"].items()
        if name.startswith(("BedrockLogGroupProtected", "Runbooks")) and resource["Type"] != "AWS::CloudWatch::Alarm"
    }

    assert wanted
    assert wanted - needs(template, "Pack") == set()


@pytest.mark.slow
def test_rules_come_and_go_and_the_others_keep_their_results(account: Account, synthesise: Synthesise) -> None:
    session = account.session()
    config, cloudformation = session.client("config"), session.client("cloudformation")
    config.put_configuration_recorder(
        ConfigurationRecorder={"name": "default", "roleARN": "arn:aws:iam::123456789012:role/config"}
    )
    first = Settings(rules=(BedrockLogGroupProtected, BedrockLogBucketProtected), security_hub=False)
    second = dataclasses.replace(first, rules=(BedrockInvocationLoggingEnabled, BedrockLogBucketProtected))

    def rules() -> dict[str, str]:
        found = config.describe_config_rules()["ConfigRules"]
        return {each["ConfigRuleName"].partition("-conformance-pack")[0]: each["ConfigRuleName"] for each in found}

    def functions() -> set[str]:
        names = {each["FunctionName"] for each in session.client("lambda").list_functions()["Functions"]}
        return {name.removeprefix("ai-config-") for name in names if name.startswith("ai-config-bedrock")}

    body = function_code(account, synthesise(first)["ai-config"])
    cloudformation.create_stack(StackName="s", TemplateBody=json.dumps(body), Capabilities=["CAPABILITY_NAMED_IAM"])
    before = rules()
    kept = before["bedrock-log-bucket-protected"]
    token = account.config_events().scheduled(kept)["resultToken"]
    result = {
        "ComplianceResourceType": "AWS::S3::Bucket",
        "ComplianceResourceId": "logs",
        "ComplianceType": "NON_COMPLIANT",
        "OrderingTimestamp": 1,
    }
    config.put_evaluations(Evaluations=[result], ResultToken=token)

    body = function_code(account, synthesise(second)["ai-config"])
    cloudformation.update_stack(StackName="s", TemplateBody=json.dumps(body), Capabilities=["CAPABILITY_NAMED_IAM"])

    assert set(before) == {"bedrock-log-group-protected", "bedrock-log-bucket-protected"}
    assert set(rules()) == functions() == {"bedrock-invocation-logging-enabled", "bedrock-log-bucket-protected"}
    assert rules()["bedrock-log-bucket-protected"] == kept
    results = config.get_compliance_details_by_config_rule(ConfigRuleName=kept)["EvaluationResults"]
    assert [each["ComplianceType"] for each in results] == ["NON_COMPLIANT"]
    cloudformation.delete_stack(StackName="s")
    assert (rules(), functions()) == ({}, set())
