import re
from typing import Any

import pytest
from policy_sentry.querying.actions import get_action_data

from cdk.role import statements, wildcards
from rules.engine.catalogue import all_rules
from rules.engine.collector import Action

KEYS = "arn:{partition}:kms:*:*:key/*"
NEWER_THAN_THE_DATA = {
    # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetAccountDataRetention.html
    "bedrock:GetAccountDataRetention": {"*"},
    # https://docs.aws.amazon.com/bedrock/latest/userguide/kb-managed-cross-account.html
    "bedrock:GetResourcePolicy": {"arn:${Partition}:bedrock:${Region}:${Account}:knowledge-base/${KnowledgeBaseId}"},
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_GetEndpointPolicy.html
    "sagemaker:GetEndpointPolicy": {"arn:${Partition}:sagemaker:${Region}:${Account}:endpoint/${EndpointName}"},
}
"""What AWS documents, but the library's copy of the Service Authorization Reference does not have yet."""
NAMING_NOTHING = {
    # With AllUsers the call names no user, which the Service Authorization Reference does not speak of.
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServiceSpecificCredentials.html
    "iam:ListServiceSpecificCredentials",
}
EVERY_ACTION = sorted({action for rule in all_rules() for action in rule.actions()})


def test_actions_on_equal_resources_share_a_statement() -> None:
    actions = {
        Action("kms:DescribeKey", KEYS),
        Action("kms:GetKeyRotationStatus", KEYS),
        Action("config:PutEvaluations"),
        Action("s3:GetBucketPolicy", "arn:aws:s3:::literal"),
    }

    assert statements(actions) == [
        {"Effect": "Allow", "Action": ["config:PutEvaluations"], "Resource": ["*"]},
        {"Effect": "Allow", "Action": ["s3:GetBucketPolicy"], "Resource": ["arn:aws:s3:::literal"]},
        {
            "Effect": "Allow",
            "Action": ["kms:DescribeKey", "kms:GetKeyRotationStatus"],
            "Resource": [{"Fn::Sub": "arn:${AWS::Partition}:kms:*:*:key/*"}],
        },
    ]


def test_an_action_on_two_kinds_of_resource_gets_both() -> None:
    actions = {
        Action("bedrock:ListTagsForResource", "arn:{partition}:bedrock:{region}:{account}:guardrail/*"),
        Action("bedrock:ListTagsForResource", "arn:{partition}:bedrock:{region}:{account}:agent/*"),
    }

    assert statements(actions) == [
        {
            "Effect": "Allow",
            "Action": ["bedrock:ListTagsForResource"],
            "Resource": [
                {"Fn::Sub": "arn:${AWS::Partition}:bedrock:${AWS::Region}:${AWS::AccountId}:agent/*"},
                {"Fn::Sub": "arn:${AWS::Partition}:bedrock:${AWS::Region}:${AWS::AccountId}:guardrail/*"},
            ],
        }
    ]


def test_what_a_service_does_for_the_function_is_allowed_through_it_only() -> None:
    actions = {
        Action("kms:Decrypt", "arn:{partition}:kms:{region}:*:key/*", via="lambda"),
        Action("kms:DescribeKey", "arn:{partition}:kms:{region}:*:key/*"),
    }

    assert statements(actions) == [
        {
            "Effect": "Allow",
            "Action": ["kms:DescribeKey"],
            "Resource": [{"Fn::Sub": "arn:${AWS::Partition}:kms:${AWS::Region}:*:key/*"}],
        },
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt"],
            "Resource": [{"Fn::Sub": "arn:${AWS::Partition}:kms:${AWS::Region}:*:key/*"}],
            "Condition": {"StringEquals": {"kms:ViaService": {"Fn::Sub": "lambda.${AWS::Region}.${AWS::URLSuffix}"}}},
        },
    ]


def test_wildcards_are_named_as_cdk_nag_names_them() -> None:
    actions = {
        Action("kms:DescribeKey", KEYS),
        Action("kms:GetKeyPolicy", KEYS),
        Action("config:PutEvaluations"),
        Action("s3:GetBucketPolicy", "arn:aws:s3:::literal"),
    }

    assert wildcards(actions) == {
        "*": ["config:PutEvaluations"],
        "arn:<AWS::Partition>:kms:*:*:key/*": ["kms:DescribeKey", "kms:GetKeyPolicy"],
    }


def resource_formats(name: str) -> set[str]:
    """Return the ARN formats that the Service Authorization Reference has for an action, "*" for none."""
    service, _, operation = name.partition(":")
    answer: dict[str, list[dict[str, Any]]] = get_action_data(service, operation) or {}
    return {row["resource_arn_format"] for row in answer.get(service, [])} | NEWER_THAN_THE_DATA.get(name, set())


@pytest.mark.parametrize("action", EVERY_ACTION, ids=lambda action: f"{action.name} on {action.resource}")
def test_every_declared_action_is_granted_as_narrowly_as_aws_allows(action: Action) -> None:
    formats = resource_formats(action.name)
    narrower = formats - {"*"}

    assert "*" not in action.name
    assert formats, "the Service Authorization Reference has no such action"
    if action.resource == "*":
        assert not narrower or action.name in NAMING_NOTHING
    else:
        assert any(re.fullmatch(_pattern(arn), _filled(action.resource)) for arn in narrower)


def _pattern(arn: str) -> str:
    r"""Return a pattern of ARNs: arn:${Partition}:s3:::${BucketName} -> arn:.+:s3:::.+."""
    return ".+".join(re.escape(part) for part in re.split(r"\$\{[^}]*\}", arn))


def _filled(resource: str) -> str:
    return resource.format(partition="aws", region="us-east-1", account="123456789012")
