import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account
from tests.cli.sandbox.services.test_config import FUNCTION, code_of, evaluation, rule

TEMPLATE = """
Parameters:
  Prefix: {Type: String, Default: judge}
  Limit: {Type: String, Default: ''}
Conditions:
  HasLimit: !Not [!Equals ['', !Ref Limit]]
Resources:
  First:
    Type: AWS::Config::ConfigRule
    Properties:
      ConfigRuleName: first
      InputParameters:
        limit: !If [HasLimit, !Ref Limit, !Ref AWS::NoValue]
        strict: true
      Source:
        Owner: CUSTOM_LAMBDA
        SourceIdentifier: !Sub arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Prefix}
        SourceDetails:
          - {EventSource: aws.config, MessageType: ScheduledNotification, MaximumExecutionFrequency: One_Hour}
  Second:
    Type: AWS::Config::ConfigRule
    Condition: HasLimit
    Properties:
      ConfigRuleName: second
      Source: {Owner: AWS, SourceIdentifier: S3_BUCKET_SSL_REQUESTS_ONLY}
  Fix:
    Type: AWS::Config::RemediationConfiguration
    Properties: {ConfigRuleName: first, TargetType: SSM_DOCUMENT, TargetId: AWS-EnableLogging}
"""


def given(**values: str) -> list[dict[str, str]]:
    return [{"ParameterName": name, "ParameterValue": value} for name, value in values.items()]


def put(config: Any, name: str = "pack", template: str = TEMPLATE, **values: str) -> str:
    answer = config.put_conformance_pack(
        ConformancePackName=name, TemplateBody=template, ConformancePackInputParameters=given(**values)
    )
    return str(answer["ConformancePackArn"])


def status(config: Any, name: str = "pack") -> Any:
    [described] = config.describe_conformance_pack_status(ConformancePackNames=[name])["ConformancePackStatusDetails"]
    return described


def names(config: Any) -> list[str]:
    return [each["ConfigRuleName"] for each in config.describe_config_rules()["ConfigRules"]]


def test_a_pack_brings_its_rules_with_suffixed_names(config: Any) -> None:
    arn = put(config)
    pack_id = arn.rpartition("/")[2]
    [shown] = config.describe_config_rules()["ConfigRules"]
    [pack] = config.describe_conformance_packs()["ConformancePackDetails"]

    assert shown["ConfigRuleName"] == f"first-{pack_id}"
    assert pack_id.startswith("conformance-pack-")
    assert shown["Source"]["SourceIdentifier"] == FUNCTION
    assert json.loads(shown["InputParameters"]) == {"strict": "true"}
    assert shown["CreatedBy"] == "config-conforms.amazonaws.com"
    assert (pack["ConformancePackArn"], pack["Type"]) == (arn, "CUSTOM")
    assert status(config)["ConformancePackState"] == "CREATE_COMPLETE"
    fixes = config.describe_remediation_configurations(ConfigRuleNames=[shown["ConfigRuleName"]])
    assert len(fixes["RemediationConfigurations"]) == 1


def test_conditions_and_parameters_are_resolved(config: Any) -> None:
    put(config, Limit="5")
    first, second = config.describe_config_rules()["ConfigRules"]
    [pack] = config.describe_conformance_packs()["ConformancePackDetails"]

    assert json.loads(first["InputParameters"]) == {"limit": "5", "strict": "true"}
    assert second["Source"]["Owner"] == "AWS"
    assert pack["ConformancePackInputParameters"] == given(Limit="5")


def test_an_update_keeps_the_pack_and_drops_rules_that_are_gone(config: Any) -> None:
    before = put(config, Limit="5")
    assert put(config) == before

    assert [name.split("-")[0] for name in names(config)] == ["first"]
    assert status(config)["ConformancePackState"] == "UPDATE_COMPLETE"


def test_a_pack_whose_function_cannot_be_invoked_fails_without_rules(config: Any) -> None:
    put(config, Prefix="none")

    assert status(config)["ConformancePackState"] == "CREATE_FAILED"
    assert "function:none cannot be invoked" in status(config)["ConformancePackStatusReason"]
    assert names(config) == []


def test_a_failed_update_leaves_the_rules_of_before(config: Any) -> None:
    put(config)
    before = names(config)
    put(config, Prefix="none")

    assert status(config)["ConformancePackState"] == "UPDATE_FAILED"
    assert names(config) == before


def test_rules_of_a_pack_belong_to_it(config: Any) -> None:
    put(config)
    [name] = names(config)

    assert code_of(config.delete_config_rule, ConfigRuleName=name) == "AccessDeniedException"
    assert code_of(config.put_config_rule, ConfigRule=rule(name)) == "AccessDeniedException"


def test_a_pack_is_deleted_with_its_rules(config: Any) -> None:
    put(config)
    config.put_config_rule(ConfigRule=rule("own"))
    config.delete_conformance_pack(ConformancePackName="pack")

    assert names(config) == ["own"]
    assert code_of(config.delete_conformance_pack, ConformancePackName="pack") == "NoSuchConformancePackException"
    assert code_of(config.describe_conformance_packs, ConformancePackNames=["pack"]) == "NoSuchConformancePackException"


def test_compliance_is_summed_by_pack_and_rule(account: Account, config: Any) -> None:
    put(config, Limit="5")
    first, second = names(config)
    token = account.config_events().scheduled(first)["resultToken"]
    found = [evaluation("a"), evaluation("b", "COMPLIANT"), evaluation("c", "NOT_APPLICABLE")]
    config.put_evaluations(Evaluations=found, ResultToken=token)

    def rules(**filters: object) -> list[tuple[str, str]]:
        answer = config.describe_conformance_pack_compliance(ConformancePackName="pack", Filters=filters)
        listed = answer["ConformancePackRuleComplianceList"]
        return [(each["ConfigRuleName"], each["ComplianceType"]) for each in listed]

    def details(**filters: object) -> list[str]:
        answer = config.get_conformance_pack_compliance_details(ConformancePackName="pack", Filters=filters)
        listed = answer["ConformancePackRuleEvaluationResults"]
        return [each["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"] for each in listed]

    summary = config.get_conformance_pack_compliance_summary(ConformancePackNames=["pack"])
    assert [each["ConformancePackComplianceStatus"] for each in summary["ConformancePackComplianceSummaryList"]] == [
        "NON_COMPLIANT"
    ]
    assert rules() == [(first, "NON_COMPLIANT"), (second, "INSUFFICIENT_DATA")]
    assert rules(ConfigRuleNames=[second]) == [(second, "INSUFFICIENT_DATA")]
    assert rules(ComplianceType="NON_COMPLIANT") == [(first, "NON_COMPLIANT")]
    assert details() == ["a", "b"]
    assert details(ComplianceType="COMPLIANT") == ["b"]
    assert details(ResourceIds=["a"]) == ["a"]
    assert details(ResourceType="AWS::IAM::Role") == []
    with pytest.raises(ClientError, match="NoSuchConfigRuleInConformancePackException"):
        rules(ConfigRuleNames=["none"])
    with pytest.raises(ClientError, match="NoSuchConformancePackException"):
        config.describe_conformance_pack_compliance(ConformancePackName="none")


def test_packs_are_listed_page_by_page(account: Account, config: Any) -> None:
    put(config, "a")
    put(config, "b")
    account.faults.page_size(1)
    first = config.describe_conformance_packs()
    second = config.describe_conformance_packs(NextToken=first["NextToken"])
    listed = [each["ConformancePackName"] for page in (first, second) for each in page["ConformancePackDetails"]]

    assert (listed, "NextToken" in second) == (["a", "b"], False)


def test_a_template_may_lie_in_s3(account: Account, config: Any) -> None:
    s3 = account.session().client("s3")
    s3.create_bucket(Bucket="templates")
    s3.put_object(Bucket="templates", Key="packs/pack.yaml", Body=TEMPLATE.encode())
    config.put_conformance_pack(ConformancePackName="pack", TemplateS3Uri="s3://templates/packs/pack.yaml")
    s3.put_object(Bucket="templates", Key="packs/large.yaml", Body=b"#" * 307_201)
    large, none = "s3://templates/packs/large.yaml", "s3://templates/packs/none.yaml"

    assert len(names(config)) == 1
    assert (
        code_of(config.put_conformance_pack, ConformancePackName="large", TemplateS3Uri=large)
        == "ConformancePackTemplateValidationException"
    )
    assert (
        code_of(config.put_conformance_pack, ConformancePackName="none", TemplateS3Uri=none)
        == "InvalidParameterValueException"
    )
    assert code_of(config.put_conformance_pack, ConformancePackName="none") == "InvalidParameterValueException"
    document = {"DocumentName": "document"}
    assert (
        code_of(config.put_conformance_pack, ConformancePackName="none", TemplateSSMDocumentDetails=document)
        == "InvalidParameterValueException"
    )


@pytest.mark.parametrize(
    ("template", "values", "complaint"),
    [
        pytest.param("a: [", {}, "Template format error", id="no-yaml"),
        pytest.param("a: b", {}, "At least one Resources member", id="no-resources"),
        pytest.param(
            json.dumps({"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}), {}, "unsupported type", id="other-resource"
        ),
        pytest.param(TEMPLATE, {"Unknown": "1"}, r"\[Unknown\] do not exist", id="unknown-parameter"),
        pytest.param(TEMPLATE.replace(", Default: judge", ""), {}, r"\[Prefix\] must have values", id="no-value"),
        pytest.param(
            TEMPLATE.replace("Default: judge", "Default: judge, AllowedValues: [judge]"),
            {"Prefix": "x"},
            "AllowedValues",
            id="value-not-allowed",
        ),
        pytest.param(
            TEMPLATE.replace("Default: judge", "Default: judge, AllowedPattern: '[a-z]+'"),
            {"Prefix": "1"},
            "must match pattern",
            id="pattern-not-matched",
        ),
        pytest.param(
            TEMPLATE.replace("!Ref Limit]]", "!Ref None]]"), {}, "Unresolved resource", id="unknown-reference"
        ),
        pytest.param(TEMPLATE.replace("Condition: Has", "Condition: No"), {}, "Unresolved condition", id="condition"),
        pytest.param(TEMPLATE.replace("!Sub arn", "!GetAtt arn"), {}, "Fn::GetAtt is not supported", id="function"),
        pytest.param(
            json.dumps(
                {"Parameters": {f"P{n}": {"Type": "String", "Default": ""} for n in range(61)}, "Resources": {}}
            ),
            {},
            "exceeds the limit of 60",
            id="too-many-parameters",
        ),
    ],
)
def test_templates_that_aws_config_refuses(config: Any, template: str, values: dict[str, str], complaint: str) -> None:
    with pytest.raises(ClientError, match=complaint) as error:
        put(config, template=template, **values)

    assert error.value.response["Error"]["Code"] == "ConformancePackTemplateValidationException"


def test_an_inline_template_has_51200_characters(config: Any) -> None:
    assert (
        code_of(config.put_conformance_pack, ConformancePackName="p", TemplateBody=TEMPLATE + "#" * 51_200)
        == "ValidationException"
    )


def test_a_pack_has_130_rules(config: Any) -> None:
    managed = {"Owner": "AWS", "SourceIdentifier": "X"}
    resources = {
        f"R{number}": {
            "Type": "AWS::Config::ConfigRule",
            "Properties": {"ConfigRuleName": f"r{number}", "Source": managed},
        }
        for number in range(131)
    }
    put(config, template=json.dumps({"Resources": resources}))

    assert status(config)["ConformancePackState"] == "CREATE_FAILED"


def test_constraints_of_rules_hold_in_packs(config: Any) -> None:
    described = f"      ConfigRuleName: first\n      Description: {'d' * 257}\n"
    put(config, template=TEMPLATE.replace("      ConfigRuleName: first\n", described))

    assert "Member must have length less than or equal to 256" in status(config)["ConformancePackStatusReason"]


def test_an_account_has_50_packs(config: Any) -> None:
    empty = json.dumps({"Resources": {}})
    for number in range(50):
        put(config, f"p{number}", empty)

    with pytest.raises(ClientError, match="MaxNumberOfConformancePacksExceededException"):
        put(config, "one-more", empty)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("!Join ['-', [a, !Ref Prefix]]", "a-judge"),
        ("!Select [1, [a, b]]", "b"),
        ("!Select [0, !Split [',', 'x,y']]", "x"),
        ("!Sub ['${Prefix}-${Own}-${!Kept}', {Own: o}]", "judge-o-${Kept}"),
        ("!If [Both, both, neither]", "neither"),
        ("!If [Either, either, neither]", "either"),
        ("2012-10-17", "2012-10-17"),
    ],
)
def test_functions_of_templates(config: Any, expression: str, value: str) -> None:
    conditions = (
        "  Both: !And [!Condition HasLimit, !Not [!Condition HasLimit]]\n"
        "  Either: !Or [!Condition Both, !Equals [a, a]]\n"
    )
    template = TEMPLATE.replace("Resources:", f"{conditions}Resources:")
    template = template.replace("strict: true", f"value: {expression}")
    put(config, template=template)
    [shown] = config.describe_config_rules()["ConfigRules"]

    assert json.loads(shown["InputParameters"])["value"] == value


@pytest.mark.slow
class TestStacks:
    @staticmethod
    def template(**changes: object) -> str:
        pack = {
            "Type": "AWS::Config::ConformancePack",
            "Properties": {"ConformancePackName": "pack", "TemplateBody": TEMPLATE, **changes},
        }
        managed = {"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_SSL_REQUESTS_ONLY"}
        single = {"Type": "AWS::Config::ConfigRule", "Properties": {"ConfigRuleName": "single", "Source": managed}}
        outputs = {
            "Pack": {"Value": {"Ref": "Pack"}},
            "Rule": {"Value": {"Fn::GetAtt": ["Single", "Arn"]}},
        }
        return json.dumps({"Resources": {"Pack": pack, "Single": single}, "Outputs": outputs})

    def test_packs_and_rules_are_created_updated_and_deleted_in_stacks(self, account: Account, config: Any) -> None:
        client = account.session().client("cloudformation")
        client.create_stack(StackName="s", TemplateBody=self.template())
        [stack] = client.describe_stacks(StackName="s")["Stacks"]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}

        assert outputs["Pack"] == "pack"
        assert ":config-rule/config-rule-" in outputs["Rule"]
        assert len(names(config)) == 2
        client.update_stack(StackName="s", TemplateBody=self.template(ConformancePackInputParameters=given(Limit="5")))
        assert len(names(config)) == 3
        client.update_stack(StackName="s", TemplateBody=self.template(ConformancePackName="renamed"))
        packs = config.describe_conformance_packs()["ConformancePackDetails"]
        assert [each["ConformancePackName"] for each in packs] == ["renamed"]
        client.delete_stack(StackName="s")
        assert names(config) == []

    @pytest.mark.usefixtures("config")
    def test_a_pack_that_fails_fails_its_stack(self, account: Account) -> None:
        client = account.session().client("cloudformation")
        wrong = self.template(ConformancePackInputParameters=given(Prefix="none"))

        with pytest.raises(ClientError, match="function:none cannot be invoked"):
            client.create_stack(StackName="s", TemplateBody=wrong)
