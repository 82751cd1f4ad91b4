from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Unreadable
from rules.facts import sagemaker_endpoints
from rules.facts.sagemaker_endpoints import ComponentName, Endpoint, InstanceRange, Variant
from tests.rules.facts.endpoints import component, endpoint, endpoint_resource, model, sagemaker, variant

MANAGED = {"Status": "ENABLED", "MinInstanceCount": 1, "MaxInstanceCount": 4}
DESCRIBED = {
    "EndpointName": "fraud",
    "EndpointArn": endpoint_resource("fraud").arn,
    "EndpointConfigName": "fraud-1",
    "EndpointStatus": "Updating",
    "CreationTime": "2026-10-01T00:00:00Z",
    "LastModifiedTime": "2026-10-01T00:00:00Z",
}


def described(aws: Aws, **settings: Any) -> Endpoint:
    with Stubber(aws.client("sagemaker")) as sagemaker_says:
        sagemaker_says.add_response(
            "list_endpoints", {"Endpoints": [{key: DESCRIBED[key] for key in DESCRIBED if key != "EndpointConfigName"}]}
        )
        sagemaker_says.add_response("describe_endpoint", DESCRIBED | settings, {"EndpointName": "fraud"})
        sagemaker_says.add_response("list_tags", {"Tags": []}, {"ResourceArn": ANY})
        (found,) = sagemaker_endpoints.endpoints(aws)
    assert isinstance(found, Endpoint)
    return found


def test_reads_an_endpoint_with_its_variants_and_tags(account: Account, aws: Aws) -> None:
    model(account, "fraud")
    resource = endpoint(
        account,
        "fraud",
        variant("blue"),
        variant("green", ServerlessConfig={"MemorySizeInMB": 2048, "MaxConcurrency": 5}),
        variant("shared", None, ManagedInstanceScaling=MANAGED),
        tags=(("stage", "prod"),),
    )

    assert sagemaker_endpoints.endpoints(aws) == (
        Endpoint(
            resource,
            {"stage": "prod"},
            "InService",
            ("fraud-config",),
            (
                Variant("blue", serverless=False),
                Variant("green", serverless=True),
                Variant("shared", serverless=False, managed=InstanceRange(1, 4)),
            ),
            asynchronous=False,
        ),
    )


def test_says_which_endpoints_take_requests_from_a_queue(account: Account, aws: Aws) -> None:
    model(account, "fraud")
    endpoint(
        account,
        "fraud",
        AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": "s3://answers/"}},
    )

    (found,) = sagemaker_endpoints.endpoints(aws)

    assert isinstance(found, Endpoint)
    assert found.asynchronous


def test_takes_the_configuration_that_is_coming_for_one_in_use(aws: Aws) -> None:
    found = described(aws, PendingDeploymentSummary={"EndpointConfigName": "fraud-2"})

    assert found.configs == ("fraud-1", "fraud-2")


@pytest.mark.parametrize(
    ("scaling", "managed"),
    [
        pytest.param(MANAGED, InstanceRange(1, 4), id="enabled"),
        pytest.param({"Status": "ENABLED"}, InstanceRange(0, None), id="enabled without bounds"),
        pytest.param({**MANAGED, "Status": "DISABLED"}, None, id="disabled"),
        pytest.param({}, None, id="not configured"),
    ],
)
def test_reads_the_range_that_sagemaker_manages(
    aws: Aws, scaling: dict[str, Any], managed: InstanceRange | None
) -> None:
    found = described(aws, ProductionVariants=[{"VariantName": "blue", "ManagedInstanceScaling": scaling}])

    assert found.variants == (Variant("blue", serverless=False, managed=managed),)


@pytest.mark.parametrize(
    ("status", "serving"),
    [
        ("InService", True),
        ("Updating", True),
        ("SystemUpdating", True),
        ("RollingBack", True),
        ("UpdateRollbackFailed", True),
        ("OutOfService", False),
        ("Creating", False),
        ("Failed", False),
        ("Deleting", False),
    ],
)
def test_says_in_which_states_an_endpoint_serves(aws: Aws, status: str, *, serving: bool) -> None:
    assert described(aws, EndpointStatus=status).serving is serving


def test_reads_a_configuration_and_says_when_it_is_gone(account: Account, aws: Aws) -> None:
    model(account, "fraud")
    endpoint(account, "fraud", ShadowProductionVariants=[variant("shadow")])
    endpoint(account, "other")
    sagemaker(account).delete_endpoint_config(EndpointConfigName="other-config")

    config = sagemaker_endpoints.endpoint_config(aws, "fraud-config")

    assert config is not None
    assert [each["VariantName"] for each in config["ShadowProductionVariants"]] == ["shadow"]
    assert sagemaker_endpoints.endpoint_config(aws, "other-config") is None


def test_reads_the_components_of_every_endpoint(account: Account, aws: Aws) -> None:
    model(account, "fraud")
    for name in ("first", "second"):
        endpoint(account, name, variant("shared", None))
    component(account, "llm", "first", ModelName="fraud")
    component(account, "embedder", "first", ModelName="fraud")
    component(account, "ranker", "second", ModelName="fraud")
    account.faults.page_size(1)

    assert dict(sagemaker_endpoints.components(aws)) == {
        "first": (ComponentName("embedder", "shared"), ComponentName("llm", "shared")),
        "second": (ComponentName("ranker", "shared"),),
    }


@pytest.mark.parametrize("status", ["Failed", "Deleting"])
def test_leaves_out_components_that_do_not_run(aws: Aws, status: str) -> None:
    summary = {
        "InferenceComponentName": "llm",
        "InferenceComponentArn": "arn:aws:sagemaker:us-east-1:123456789012:inference-component/llm",
        "InferenceComponentStatus": status,
        "EndpointName": "fraud",
        "EndpointArn": endpoint_resource("fraud").arn,
        "VariantName": "shared",
        "CreationTime": "2026-10-01T00:00:00Z",
        "LastModifiedTime": "2026-10-01T00:00:00Z",
    }
    with Stubber(aws.client("sagemaker")) as sagemaker_says:
        sagemaker_says.add_response("list_inference_components", {"InferenceComponents": [summary]})

        assert sagemaker_endpoints.components(aws) == {}


def test_an_account_without_endpoints_has_none(aws: Aws) -> None:
    assert sagemaker_endpoints.endpoints(aws) == ()


def test_a_region_without_sagemaker_has_no_endpoints_or_components(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("unknown-operation", "sagemaker:*"))

    assert sagemaker_endpoints.endpoints(aws) == ()
    assert sagemaker_endpoints.components(aws) == {}


def test_reads_every_page(account: Account, aws: Aws) -> None:
    model(account, "fraud")
    tags = (("stage", "prod"), ("team", "risk"))
    for number in range(3):
        endpoint(account, f"endpoint-{number}", tags=tags)
    account.faults.page_size(1)

    found = sagemaker_endpoints.endpoints(aws)

    assert sorted(each.resource.name for each in found) == ["endpoint-0", "endpoint-1", "endpoint-2"]
    assert [each.tags for each in found if isinstance(each, Endpoint)] == [dict(tags)] * 3


@pytest.mark.parametrize("action", ["sagemaker:DescribeEndpoint", "sagemaker:ListTags"])
def test_an_endpoint_that_was_deleted_since_it_was_listed_is_left_out(account: Account, aws: Aws, action: str) -> None:
    model(account, "fraud")
    endpoint(account, "fraud")
    other = endpoint(account, "other")
    account.faults.add(Fault("gone", action, resource="fraud"))

    assert [each.resource for each in sagemaker_endpoints.endpoints(aws)] == [other]


@pytest.mark.parametrize("action", ["sagemaker:DescribeEndpoint", "sagemaker:ListTags"])
def test_one_endpoint_that_cannot_be_read_leaves_the_others(account: Account, aws: Aws, action: str) -> None:
    model(account, "fraud")
    fraud = endpoint(account, "fraud")
    other = endpoint(account, "other")
    account.faults.deny(action, resource="fraud")

    found = {each.resource: each for each in sagemaker_endpoints.endpoints(aws)}

    assert isinstance(found[fraud], Unreadable)
    assert isinstance(found[other], Endpoint)


@pytest.mark.parametrize("action", ["sagemaker:ListEndpoints", "sagemaker:ListInferenceComponents"])
def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws, action: str) -> None:
    account.faults.deny(action)

    with pytest.raises(ClientError, match="AccessDeniedException"):
        (sagemaker_endpoints.endpoints if action.endswith("Endpoints") else sagemaker_endpoints.components)(aws)


def test_declares_the_actions_that_it_uses(account: Account, aws: Aws) -> None:
    model(account, "fraud")
    endpoint(account, "fraud")
    before = len(account.calls)

    sagemaker_endpoints.endpoints(aws)
    sagemaker_endpoints.endpoint_config(aws, "fraud-config")
    sagemaker_endpoints.components(aws)

    collectors = (
        sagemaker_endpoints.endpoints,
        sagemaker_endpoints.endpoint_config,
        sagemaker_endpoints.components,
    )
    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for collector in collectors for action in collector.actions}
