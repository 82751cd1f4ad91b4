from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import sagemaker_endpoint_configs
from rules.facts.kms import Key
from rules.facts.sagemaker_endpoint_configs import EndpointConfig, NamedKey, Output
from tests.rules.facts.endpoints import endpoint, model, sagemaker, variant

CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": "s3://captured/",
    "CaptureOptions": [{"CaptureMode": "InputAndOutput"}],
}


@pytest.fixture(autouse=True)
def served(account: Account) -> None:
    model(account, "fraud")


@pytest.fixture
def key(account: Account) -> str:
    arn: str = account.session().client("kms").create_key()["KeyMetadata"]["Arn"]
    return arn


def config_resource(name: str) -> Resource:
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/{name}"
    return Resource("AWS::SageMaker::EndpointConfig", arn, name, arn)


def only(aws: Aws) -> EndpointConfig:
    (found,) = sagemaker_endpoint_configs.configs_in_use(aws)
    assert isinstance(found, EndpointConfig)
    return found


def test_reads_everything_that_a_configuration_stores(account: Account, aws: Aws, key: str) -> None:
    named = NamedKey(key, Key(key, "CUSTOMER", "Enabled", rotation=False))
    dumped = variant("blue", CoreDumpConfig={"DestinationS3Uri": "s3://dumps/", "KmsKeyId": key}, EnableSSMAccess=True)
    endpoint(
        account,
        "fraud",
        dumped,
        KmsKeyId=key,
        DataCaptureConfig=CAPTURE | {"KmsKeyId": key},
        AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": "s3://answers/", "KmsKeyId": key}},
        ShadowProductionVariants=[variant("next", InstanceType="ml.g5.xlarge")],
        Tags=[{"Key": "stage", "Value": "prod"}],
    )

    assert only(aws) == EndpointConfig(
        config_resource("fraud-config"),
        {"stage": "prod"},
        endpoints=("fraud",),
        instance_types=("ml.m5.large", "ml.g5.xlarge"),
        volume_key=named,
        outputs=(
            Output("captured data", named),
            Output("asynchronous answers", named),
            Output("core dumps of variant blue", named),
        ),
        ssm_variants=("blue",),
        captures=True,
    )


def test_reads_a_configuration_that_stores_nothing_more(account: Account, aws: Aws) -> None:
    serverless = variant("burst", ServerlessConfig={"MemorySizeInMB": 2048, "MaxConcurrency": 5})
    endpoint(account, "fraud", serverless, DataCaptureConfig=CAPTURE | {"EnableCapture": False})

    assert only(aws) == EndpointConfig(
        config_resource("fraud-config"),
        {},
        endpoints=("fraud",),
        instance_types=(),
        volume_key=None,
        outputs=(),
        ssm_variants=(),
        captures=False,
    )


def test_names_outputs_without_a_key(account: Account, aws: Aws) -> None:
    endpoint(
        account,
        "fraud",
        variant("blue", CoreDumpConfig={"DestinationS3Uri": "s3://dumps/"}),
        DataCaptureConfig=CAPTURE,
        AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": "s3://answers/"}},
    )

    assert only(aws).outputs == (
        Output("captured data", None),
        Output("asynchronous answers", None),
        Output("core dumps of variant blue", None),
    )


@pytest.mark.parametrize(
    ("name", "manager"),
    [
        pytest.param("alias/models", "CUSTOMER", id="alias of a key of the customer"),
        pytest.param("alias/aws/sagemaker", "AWS", id="alias that AWS keeps"),
        pytest.param("alias/nothing", None, id="alias of no key"),
    ],
)
def test_asks_kms_for_a_key_by_its_alias(account: Account, aws: Aws, key: str, name: str, manager: str | None) -> None:
    account.session().client("kms").create_alias(AliasName="alias/models", TargetKeyId=key)
    endpoint(account, "fraud", KmsKeyId=name)

    volume_key = only(aws).volume_key

    assert volume_key is not None
    assert volume_key.name == name
    assert (volume_key.key and volume_key.key.manager) == manager


def test_reads_the_instance_types_of_pools(account: Account, aws: Aws) -> None:
    pools = [{"InstanceType": "ml.m5.xlarge", "Priority": 1}, {"InstanceType": "ml.g5.xlarge", "Priority": 2}]
    endpoint(account, "fraud", variant("blue", InstancePools=pools))

    assert only(aws).instance_types == ("ml.m5.large", "ml.m5.xlarge", "ml.g5.xlarge")


def test_names_every_endpoint_of_a_configuration_and_leaves_out_unused_ones(account: Account, aws: Aws) -> None:
    endpoint(account, "first", config="shared")
    client = sagemaker(account)
    client.create_endpoint(EndpointName="second", EndpointConfigName="shared")
    client.create_endpoint_config(EndpointConfigName="unused", ProductionVariants=[variant()])

    assert only(aws).resource == config_resource("shared")
    assert sorted(only(aws).endpoints) == ["first", "second"]


def test_leaves_out_a_configuration_that_is_gone(account: Account, aws: Aws) -> None:
    endpoint(account, "fraud")
    sagemaker(account).delete_endpoint_config(EndpointConfigName="fraud-config")

    assert sagemaker_endpoint_configs.configs_in_use(aws) == ()


def test_an_account_without_endpoints_has_no_configurations_in_use(account: Account, aws: Aws) -> None:
    sagemaker(account).create_endpoint_config(EndpointConfigName="unused", ProductionVariants=[variant()])

    assert sagemaker_endpoint_configs.configs_in_use(aws) == ()


def test_reads_every_page(account: Account, aws: Aws) -> None:
    for number in range(3):
        endpoint(account, f"endpoint-{number}")
    account.faults.page_size(1)

    found = sagemaker_endpoint_configs.configs_in_use(aws)

    assert sorted(each.resource.name for each in found) == [f"endpoint-{number}-config" for number in range(3)]


@pytest.mark.parametrize("action", ["sagemaker:DescribeEndpointConfig", "sagemaker:ListTags"])
def test_a_configuration_that_was_deleted_since_it_was_listed_is_left_out(
    account: Account, aws: Aws, action: str
) -> None:
    endpoint(account, "fraud")
    endpoint(account, "other")
    account.faults.add(Fault("gone", action, resource="fraud-config"))

    assert only(aws).resource == config_resource("other-config")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("sagemaker:DescribeEndpointConfig", "fraud-config"),
        ("sagemaker:ListTags", "fraud-config"),
        ("kms:DescribeKey", ""),
    ],
)
def test_one_configuration_that_cannot_be_read_leaves_the_others(
    account: Account, aws: Aws, key: str, action: str, resource: str
) -> None:
    endpoint(account, "fraud", KmsKeyId=key)
    endpoint(account, "other")
    account.faults.deny(action, resource=resource)

    found = {each.resource.name: each for each in sagemaker_endpoint_configs.configs_in_use(aws)}

    assert isinstance(found["fraud-config"], Unreadable)
    assert isinstance(found["other-config"], EndpointConfig)


def test_configurations_that_may_be_those_of_an_unreadable_endpoint_are_unreadable(account: Account, aws: Aws) -> None:
    fraud = endpoint(account, "fraud")
    endpoint(account, "other")
    account.faults.deny("sagemaker:DescribeEndpoint", resource="fraud")

    found = {each.resource: type(each) for each in sagemaker_endpoint_configs.configs_in_use(aws)}

    assert found == {
        fraud: Unreadable,
        config_resource("fraud-config"): Unreadable,
        config_resource("other-config"): EndpointConfig,
    }


@pytest.mark.parametrize("action", ["sagemaker:ListEndpoints", "sagemaker:ListEndpointConfigs"])
def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws, action: str) -> None:
    account.faults.deny(action)

    with pytest.raises(ClientError, match="AccessDeniedException"):
        sagemaker_endpoint_configs.configs_in_use(aws)


def test_declares_the_actions_that_it_uses(account: Account, aws: Aws) -> None:
    rotating: Any = account.session().client("kms")
    key = rotating.create_key()["KeyMetadata"]["Arn"]
    endpoint(account, "fraud", KmsKeyId=key)
    before = len(account.calls)

    sagemaker_endpoint_configs.configs_in_use(aws)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in sagemaker_endpoint_configs.configs_in_use.actions}
