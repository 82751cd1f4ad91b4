import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account
from cli.sandbox.config_events import ChangedResource
from cli.sandbox.errors import AwsError
from cli.sandbox.gateway import GATEWAY

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:judge"
ROLE = "arn:aws:iam::123456789012:role/recorder"
PERIODIC = {"EventSource": "aws.config", "MessageType": "ScheduledNotification"}
CHANGE = {"EventSource": "aws.config", "MessageType": "ConfigurationItemChangeNotification"}


def rule(name: str = "rule", **changes: object) -> dict[str, Any]:
    source = {"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": FUNCTION, "SourceDetails": [PERIODIC]}
    return {"ConfigRuleName": name, "Source": source, **changes}


def evaluation(resource_id: str = "logs", compliance: str = "NON_COMPLIANT", **changes: object) -> dict[str, Any]:
    return {
        "ComplianceResourceType": "AWS::S3::Bucket",
        "ComplianceResourceId": resource_id,
        "ComplianceType": compliance,
        "Annotation": "It is open.",
        "OrderingTimestamp": datetime(2026, 1, 2, tzinfo=UTC),
        **changes,
    }


def code_of(call: Any, **params: object) -> str:
    with pytest.raises(ClientError) as error:
        call(**params)
    return str(error.value.response["Error"]["Code"])


def report(account: Account, config: Any, *evaluations: dict[str, Any], name: str = "rule") -> list[Any]:
    token = account.config_events().scheduled(name)["resultToken"]
    return list(config.put_evaluations(Evaluations=list(evaluations), ResultToken=token)["FailedEvaluations"])


def results(config: Any, **filters: object) -> list[tuple[str, str]]:
    found = config.get_compliance_details_by_config_rule(ConfigRuleName="rule", Limit=100, **filters)
    return [
        (each["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"], each["ComplianceType"])
        for each in found["EvaluationResults"]
    ]


class TestRules:
    def test_a_rule_makes_the_round(self, config: Any) -> None:
        config.put_config_rule(ConfigRule=rule(Description="d", InputParameters='{"a": "1"}'))
        config.put_config_rule(ConfigRule=rule("second"))
        [shown] = config.describe_config_rules(ConfigRuleNames=["rule"])["ConfigRules"]
        config.delete_config_rule(ConfigRuleName="second")

        assert (shown["Description"], shown["InputParameters"]) == ("d", '{"a": "1"}')
        assert shown["Source"]["SourceDetails"] == [PERIODIC | {"MaximumExecutionFrequency": "TwentyFour_Hours"}]
        assert (shown["ConfigRuleState"], shown["EvaluationModes"]) == ("ACTIVE", [{"Mode": "DETECTIVE"}])
        assert [each["ConfigRuleName"] for each in config.describe_config_rules()["ConfigRules"]] == ["rule"]
        assert code_of(config.delete_config_rule, ConfigRuleName="second") == "NoSuchConfigRuleException"
        assert code_of(config.describe_config_rules, ConfigRuleNames=["none"]) == "NoSuchConfigRuleException"

    def test_rules_come_25_a_page(self, config: Any) -> None:
        for number in range(30):
            config.put_config_rule(ConfigRule=rule(f"rule-{number:02}"))
        pages = list(config.get_paginator("describe_config_rules").paginate())

        assert [len(page["ConfigRules"]) for page in pages] == [25, 5]

    def test_an_update_keeps_the_identity(self, config: Any) -> None:
        config.put_config_rule(ConfigRule=rule())
        [before] = config.describe_config_rules()["ConfigRules"]
        by_id = {"ConfigRuleId": before["ConfigRuleId"], "Source": before["Source"], "Description": "changed"}
        config.put_config_rule(ConfigRule=by_id)
        [after] = config.describe_config_rules()["ConfigRules"]

        assert after == before | {"Description": "changed"}

    def test_a_rule_may_be_of_aws(self, config: Any) -> None:
        source = {"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_SSL_REQUESTS_ONLY"}
        config.put_config_rule(ConfigRule={"ConfigRuleName": "rule", "Source": source})

        assert config.describe_config_rules(Filters={"EvaluationMode": "PROACTIVE"})["ConfigRules"] == []
        assert len(config.describe_config_rules(Filters={"EvaluationMode": "DETECTIVE"})["ConfigRules"]) == 1

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            pytest.param({"InputParameters": "["}, "InvalidParameterValueException", id="parameters-no-json"),
            pytest.param({"InputParameters": "[]"}, "InvalidParameterValueException", id="parameters-no-object"),
            pytest.param({"InputParameters": '{"a": 1}'}, "InvalidParameterValueException", id="parameters-no-strings"),
            pytest.param({"InputParameters": json.dumps({"a": "x" * 1024})}, "ValidationException", id="too-many"),
            pytest.param({"Description": "d" * 257}, "ValidationException", id="description-too-long"),
            pytest.param({"ConfigRuleName": "r" * 129}, "ValidationException", id="name-too-long"),
            pytest.param({"ConfigRuleState": "EVALUATING"}, "InvalidParameterValueException", id="state"),
            pytest.param({"CreatedBy": "me"}, "InvalidParameterValueException", id="created-by"),
            pytest.param({"ConfigRuleId": "config-rule-abcdef"}, "InvalidParameterValueException", id="id-of-new"),
            pytest.param(
                {"Source": {"Owner": "AWS", "SourceIdentifier": "X", "SourceDetails": [PERIODIC]}},
                "InvalidParameterValueException",
                id="details-of-a-managed-rule",
            ),
            pytest.param(
                {"Source": {"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": FUNCTION}},
                "InvalidParameterValueException",
                id="no-details",
            ),
            pytest.param(
                {
                    "Source": {
                        "Owner": "CUSTOM_LAMBDA",
                        "SourceIdentifier": FUNCTION,
                        "SourceDetails": [CHANGE | {"MaximumExecutionFrequency": "One_Hour"}],
                    }
                },
                "InvalidParameterValueException",
                id="frequency-of-a-change",
            ),
            pytest.param(
                {
                    "Source": {
                        "Owner": "CUSTOM_LAMBDA",
                        "SourceIdentifier": FUNCTION.replace("judge", "none"),
                        "SourceDetails": [PERIODIC],
                    }
                },
                "InsufficientPermissionsException",
                id="no-function",
            ),
            pytest.param(
                {"Source": {"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": "judge", "SourceDetails": [PERIODIC]}},
                "InsufficientPermissionsException",
                id="no-arn",
            ),
        ],
    )
    def test_rules_that_aws_config_refuses(self, config: Any, wrong: dict[str, object], code: str) -> None:
        assert code_of(config.put_config_rule, ConfigRule=rule() | wrong) == code
        assert config.describe_config_rules()["ConfigRules"] == []

    def test_a_rule_without_any_name_is_refused(self, config: Any) -> None:
        nameless = {"Source": {"Owner": "AWS", "SourceIdentifier": "X"}}
        assert code_of(config.put_config_rule, ConfigRule=nameless) == "InvalidParameterValueException"
        unknown = nameless | {"ConfigRuleId": "config-rule-abcdef"}
        assert code_of(config.put_config_rule, ConfigRule=unknown) == "InvalidParameterValueException"

    def test_a_recorder_has_to_be_there(self, account: Account) -> None:
        client = account.session().client("config")

        assert code_of(client.put_config_rule, ConfigRule=rule()) == "NoAvailableConfigurationRecorderException"

    @pytest.mark.parametrize(
        ("permission", "taken"),
        [
            pytest.param({}, True, id="any-account"),
            pytest.param({"SourceAccount": "123456789012"}, True, id="this-account"),
            pytest.param({"SourceAccount": "444455556666"}, False, id="another-account"),
            pytest.param({"SourceArn": "arn:aws:config:*:123456789012:config-rule/*"}, True, id="its-rules"),
            pytest.param({"SourceArn": "arn:aws:config:*:444455556666:config-rule/*"}, False, id="rules-of-another"),
            pytest.param({"Principal": "events.amazonaws.com"}, False, id="another-service"),
            pytest.param({"Action": "lambda:GetFunction"}, False, id="another-action"),
            pytest.param({"PrincipalOrgID": "o-abcdefghij"}, False, id="an-organisation"),
        ],
    )
    def test_the_function_has_to_let_aws_config_in(
        self, account: Account, functions: Any, permission: dict[str, str], taken: bool
    ) -> None:
        usual = {"Action": "lambda:InvokeFunction", "Principal": "config.amazonaws.com"}
        functions.add_permission(**{"FunctionName": "judge", "StatementId": "s", **usual, **permission})
        client = account.session().client("config")
        client.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": ROLE})

        if taken:
            client.put_config_rule(ConfigRule=rule())
        else:
            assert code_of(client.put_config_rule, ConfigRule=rule()) == "InsufficientPermissionsException"

    def test_an_account_has_a_thousand_rules(self, config: Any) -> None:
        rules = GATEWAY.tables.table("123456789012", "us-east-1", "config", "rules")
        rules |= {f"r{number}": {"ConfigRuleName": f"r{number}"} for number in range(999)}
        config.put_config_rule(ConfigRule=rule("last"))

        assert code_of(config.put_config_rule, ConfigRule=rule()) == "MaxNumberOfConfigRulesExceededException"


class TestEvaluations:
    @pytest.fixture(autouse=True)
    def one_rule(self, config: Any) -> None:
        config.put_config_rule(ConfigRule=rule())

    def test_evaluations_are_stored_and_replaced(self, account: Account, config: Any) -> None:
        assert report(account, config, evaluation("a"), evaluation("b", "COMPLIANT")) == []
        report(account, config, evaluation("a", "NOT_APPLICABLE"))

        assert results(config) == [("a", "NOT_APPLICABLE"), ("b", "COMPLIANT")]
        assert results(config, ComplianceTypes=["COMPLIANT", "NON_COMPLIANT"]) == [("b", "COMPLIANT")]

    def test_results_have_the_times_of_the_run_and_of_the_verdict(self, account: Account, config: Any) -> None:
        report(account, config, evaluation("a"))
        [result] = config.get_compliance_details_by_config_rule(ConfigRuleName="rule")["EvaluationResults"]

        assert result["EvaluationResultIdentifier"]["OrderingTimestamp"] == datetime(2026, 1, 2, tzinfo=UTC)
        assert result["ConfigRuleInvokedTime"] <= result["ResultRecordedTime"]
        assert result["Annotation"] == "It is open."

    def test_results_come_ten_a_page(self, account: Account, config: Any) -> None:
        report(account, config, *(evaluation(str(number)) for number in range(25)))
        pages = config.get_paginator("get_compliance_details_by_config_rule").paginate(ConfigRuleName="rule")

        assert [len(page["EvaluationResults"]) for page in pages] == [10, 10, 5]

    def test_an_empty_list_is_taken(self, account: Account, config: Any) -> None:
        assert report(account, config) == []

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            pytest.param({"ComplianceType": "INSUFFICIENT_DATA"}, "InvalidParameterValueException", id="compliance"),
            pytest.param({"ComplianceResourceType": "AWS::Account"}, "InvalidParameterValueException", id="type"),
            pytest.param({"Annotation": "a" * 257}, "ValidationException", id="annotation-too-long"),
            pytest.param({"ComplianceResourceId": "i" * 769}, "ValidationException", id="id-too-long"),
        ],
    )
    def test_evaluations_that_aws_config_refuses(
        self, account: Account, config: Any, wrong: dict[str, object], code: str
    ) -> None:
        token = account.config_events().scheduled("rule")["resultToken"]
        given = [evaluation("good"), evaluation() | wrong]

        assert code_of(config.put_evaluations, Evaluations=given, ResultToken=token) == code
        assert results(config) == []

    def test_101_evaluations_are_too_many(self, account: Account, config: Any) -> None:
        token = account.config_events().scheduled("rule")["resultToken"]
        given = [evaluation(str(number)) for number in range(101)]

        assert code_of(config.put_evaluations, Evaluations=given, ResultToken=token) == "ValidationException"

    def test_the_account_is_a_resource_type(self, account: Account, config: Any) -> None:
        report(account, config, evaluation("123456789012", ComplianceResourceType="AWS::::Account"))

        assert results(config) == [("123456789012", "NON_COMPLIANT")]

    def test_a_type_on_order_is_refused(self, account: Account, config: Any) -> None:
        account.faults.refuse_resource_type("AWS::Bedrock::CustomModel")
        token = account.config_events().scheduled("rule")["resultToken"]
        given = [evaluation(ComplianceResourceType="AWS::Bedrock::CustomModel")]

        with pytest.raises(ClientError, match="Only the following values are permitted"):
            config.put_evaluations(Evaluations=given, ResultToken=token)

    def test_an_evaluation_on_order_fails(self, account: Account, config: Any) -> None:
        account.faults.fail_evaluation("a")
        failed = report(account, config, evaluation("a"), evaluation("b"))

        assert [each["ComplianceResourceId"] for each in failed] == ["a"]
        assert results(config) == [("b", "NON_COMPLIANT")]

    def test_an_unknown_token_is_refused_and_in_test_mode_unread(self, config: Any) -> None:
        given = [evaluation()]

        assert code_of(config.put_evaluations, Evaluations=given, ResultToken="t") == "InvalidResultTokenException"
        assert config.put_evaluations(Evaluations=given, ResultToken="t", TestMode=True)["FailedEvaluations"] == []
        assert results(config) == []

    def test_a_token_outlives_its_rule_but_serves_nothing(self, account: Account, config: Any) -> None:
        token = account.config_events().scheduled("rule")["resultToken"]
        config.delete_config_rule(ConfigRuleName="rule")

        assert code_of(config.put_evaluations, Evaluations=[], ResultToken=token) == "NoSuchConfigRuleException"

    def test_results_are_deleted_with_their_rule_or_alone(self, account: Account, config: Any) -> None:
        report(account, config, evaluation())
        config.delete_evaluation_results(ConfigRuleName="rule")
        assert results(config) == []
        report(account, config, evaluation())
        config.delete_config_rule(ConfigRuleName="rule")
        config.put_config_rule(ConfigRule=rule())

        assert results(config) == []
        assert code_of(config.delete_evaluation_results, ConfigRuleName="none") == "NoSuchConfigRuleException"

    def test_names_longer_than_64_cannot_be_asked_about(self, config: Any) -> None:
        name = "r" * 65
        config.put_config_rule(ConfigRule=rule(name))

        assert code_of(config.get_compliance_details_by_config_rule, ConfigRuleName=name) == "ValidationException"
        assert code_of(config.delete_evaluation_results, ConfigRuleName=name) == "ValidationException"

    def test_compliance_is_summed_by_rule(self, account: Account, config: Any) -> None:
        for name in ("bad", "good", "idle"):
            config.put_config_rule(ConfigRule=rule(name))
        offenders = [evaluation(str(number)) for number in range(26)]
        report(account, config, *offenders, evaluation("x", "COMPLIANT"), name="bad")
        report(account, config, evaluation("y", "COMPLIANT"), name="good")
        report(account, config, evaluation("z", "NOT_APPLICABLE"), name="idle")
        described = config.describe_compliance_by_config_rule(ConfigRuleNames=["bad", "good", "idle"])
        [good] = config.describe_compliance_by_config_rule(ComplianceTypes=["COMPLIANT"])["ComplianceByConfigRules"]
        summary = config.get_compliance_summary_by_config_rule()["ComplianceSummary"]
        of_bucket = config.get_compliance_details_by_resource(ResourceType="AWS::S3::Bucket", ResourceId="1")

        assert [each["Compliance"] for each in described["ComplianceByConfigRules"]] == [
            {
                "ComplianceType": "NON_COMPLIANT",
                "ComplianceContributorCount": {"CappedCount": 25, "CapExceeded": True},
            },
            {"ComplianceType": "COMPLIANT"},
            {"ComplianceType": "INSUFFICIENT_DATA"},
        ]
        assert good["ConfigRuleName"] == "good"
        assert summary["NonCompliantResourceCount"] == {"CappedCount": 1, "CapExceeded": False}
        assert summary["CompliantResourceCount"] == {"CappedCount": 1, "CapExceeded": False}
        assert [each["ComplianceType"] for each in of_bucket["EvaluationResults"]] == ["NON_COMPLIANT"]

    def test_rules_are_asked_to_evaluate_and_wait_for_their_functions(self, account: Account, config: Any) -> None:
        config.start_config_rules_evaluation(ConfigRuleNames=["rule"])
        [event] = account.config_events().pending()

        assert event["configRuleName"] == "rule"
        assert account.config_events().pending() == []
        assert code_of(config.start_config_rules_evaluation, ConfigRuleNames=["none"]) == "NoSuchConfigRuleException"
        assert code_of(config.start_config_rules_evaluation, ConfigRuleNames=["r"] * 26) == "ValidationException"

    def test_the_status_says_little_about_custom_rules(self, account: Account, config: Any) -> None:
        [status] = config.describe_config_rule_evaluation_status()["ConfigRulesEvaluationStatus"]
        report(account, config, evaluation())
        [later] = config.describe_config_rule_evaluation_status(ConfigRuleNames=["rule"])["ConfigRulesEvaluationStatus"]

        assert (status["FirstEvaluationStarted"], later["FirstEvaluationStarted"]) == (False, True)
        assert "LastErrorCode" not in later

    def test_remediations_make_the_round(self, config: Any) -> None:
        remediation = {"ConfigRuleName": "rule", "TargetType": "SSM_DOCUMENT", "TargetId": "AWS-EnableLogging"}
        config.put_remediation_configurations(RemediationConfigurations=[remediation])
        [shown] = config.describe_remediation_configurations(ConfigRuleNames=["rule"])["RemediationConfigurations"]
        config.delete_remediation_configuration(ConfigRuleName="rule")

        assert (shown["TargetId"], shown["Arn"].split(":")[2]) == ("AWS-EnableLogging", "config")
        gone = config.describe_remediation_configurations(ConfigRuleNames=["rule"])
        assert gone["RemediationConfigurations"] == []
        assert (
            code_of(config.delete_remediation_configuration, ConfigRuleName="rule")
            == "NoSuchRemediationConfigurationException"
        )
        other = remediation | {"ConfigRuleName": "none"}
        assert (
            code_of(config.put_remediation_configurations, RemediationConfigurations=[other])
            == "NoSuchConfigRuleException"
        )


class TestEvents:
    @pytest.fixture(autouse=True)
    def one_rule(self, config: Any) -> None:
        config.put_config_rule(ConfigRule=rule(InputParameters='{"a": "1"}'))

    def test_a_scheduled_event_is_like_that_of_aws_config(self, account: Account) -> None:
        event = account.config_events().scheduled("rule")
        invoking = json.loads(event["invokingEvent"])

        assert set(event) == {
            "version",
            "invokingEvent",
            "ruleParameters",
            "resultToken",
            "eventLeftScope",
            "executionRoleArn",
            "configRuleArn",
            "configRuleName",
            "configRuleId",
            "accountId",
        }
        assert (event["ruleParameters"], event["eventLeftScope"]) == ('{"a": "1"}', False)
        assert set(invoking) == {"awsAccountId", "notificationCreationTime", "messageType", "recordVersion"}
        assert invoking["messageType"] == "ScheduledNotification"

    def test_a_change_carries_the_item(self, account: Account) -> None:
        role = ChangedResource("AWS::IAM::Role", "AROAEXAMPLE", "app", "arn:aws:iam::1:role/app", tags={"a": "b"})
        event = account.config_events().changed("rule", role, left_scope=True)
        invoking = json.loads(event["invokingEvent"])
        item = invoking["configurationItem"]

        assert (invoking["messageType"], event["eventLeftScope"]) == ("ConfigurationItemChangeNotification", True)
        assert (item["resourceId"], item["ARN"], item["awsAccountId"]) == (
            "AROAEXAMPLE",
            "arn:aws:iam::1:role/app",
            "123456789012",
        )
        assert (item["configurationItemStatus"], item["configuration"], item["tags"]) == ("OK", None, {"a": "b"})

    @pytest.mark.parametrize("timed", [True, False])
    def test_an_oversized_change_carries_a_summary(self, account: Account, timed: bool) -> None:
        resource = ChangedResource("AWS::S3::Bucket", "logs", status="ResourceDeleted", configuration={"name": "logs"})
        invoking = json.loads(account.config_events().oversized("rule", resource, timed=timed)["invokingEvent"])

        assert invoking["messageType"] == "OversizedConfigurationItemChangeNotification"
        assert invoking["configurationItemSummary"]["configurationItemStatus"] == "ResourceDeleted"
        assert "configuration" not in invoking["configurationItemSummary"]
        assert ("notificationCreationTime" in invoking) == timed

    def test_an_unknown_rule_has_no_events(self, account: Account) -> None:
        with pytest.raises(AwsError, match="NoSuchConfigRuleException"):
            account.config_events().scheduled("none")
