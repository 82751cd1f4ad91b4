import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account
from tests.cli.sandbox.services.rounds import Round, go

KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555"
SUBNETS = {"subnetIds": ["subnet-0123456789abcdef0"], "securityGroupIds": ["sg-0123456789abcdef0"]}
VPC = "vpc-0123456789abcdef0"
NETWORK = {"networkMode": "PUBLIC"}
SCHEDULE = {
    "ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)"},
    "MonitoringType": "ModelBias",
    "MonitoringJobDefinitionName": "bias",
}
POLICY = json.dumps([{"Rules": [], "Principal": ["*"]}])

ROUNDS = [
    Round(
        "neptune-graph",
        "create_graph",
        {"graphName": "g{n}", "provisionedMemory": 16, "publicConnectivity": True, "kmsKeyIdentifier": KEY},
        "id",
        "list_graphs",
        "graphs",
        ("get_graph", "graphIdentifier"),
        expected={"name": "g{n}", "publicConnectivity": True, "kmsKeyIdentifier": KEY},
    ),
    Round(
        "bedrock-agentcore-control",
        "create_browser",
        {"name": "b{n}", "networkConfiguration": NETWORK},
        "browserId",
        "list_browsers",
        "browserSummaries",
        ("get_browser", "browserId"),
        ("delete_browser", "browserId"),
        expected={"name": "b{n}", "networkConfiguration": NETWORK, "status": "READY"},
    ),
    Round(
        "bedrock-agentcore-control",
        "create_code_interpreter",
        {"name": "c{n}", "networkConfiguration": NETWORK},
        "codeInterpreterId",
        "list_code_interpreters",
        "codeInterpreterSummaries",
        ("get_code_interpreter", "codeInterpreterId"),
        ("delete_code_interpreter", "codeInterpreterId"),
        expected={"name": "c{n}", "networkConfiguration": NETWORK},
    ),
    Round(
        "cloudtrail",
        "create_event_data_store",
        {"Name": "store{n}", "KmsKeyId": "alias/trail"},
        "EventDataStoreArn",
        "list_event_data_stores",
        "EventDataStores",
        ("get_event_data_store", "EventDataStore"),
        ("delete_event_data_store", "EventDataStore"),
        expected={"Name": "store{n}", "Status": "ENABLED", "MultiRegionEnabled": True, "KmsKeyId": "alias/trail"},
        missing="EventDataStoreNotFoundException",
    ),
    Round(
        "opensearchserverless",
        "create_access_policy",
        {"name": "policy{n}", "policy": POLICY},
        "name",
        "list_access_policies",
        "accessPolicySummaries",
        ("get_access_policy", "name"),
        ("delete_access_policy", "name"),
        wrapper="accessPolicyDetail",
        within={"type": "data"},
        expected={"name": "policy{n}", "policy": json.loads(POLICY)},
    ),
    Round(
        "sagemaker",
        "create_studio_lifecycle_config",
        {
            "StudioLifecycleConfigName": "c{n}",
            "StudioLifecycleConfigContent": "ZWNobw==",
            "StudioLifecycleConfigAppType": "JupyterLab",
        },
        "StudioLifecycleConfigArn",
        "list_studio_lifecycle_configs",
        "StudioLifecycleConfigs",
        ("describe_studio_lifecycle_config", "StudioLifecycleConfigName"),
        expected={"StudioLifecycleConfigContent": "ZWNobw=="},
        missing="ResourceNotFound",
    ),
]


@pytest.mark.parametrize("round_trip", [each for each in ROUNDS if each.service != "sagemaker"], ids=str)
def test_resources_make_the_round(account: Account, round_trip: Round) -> None:
    go(account, round_trip)


def test_analyzers_are_created_listed_and_deleted(account: Account) -> None:
    client = account.session().client("accessanalyzer")
    arn = client.create_analyzer(analyzerName="a", type="ACCOUNT")["arn"]
    with pytest.raises(ClientError, match="ConflictException"):
        client.create_analyzer(analyzerName="a", type="ACCOUNT")

    assert client.get_analyzer(analyzerName="a")["analyzer"]["arn"] == arn
    assert [each["name"] for each in client.list_analyzers(type="ACCOUNT")["analyzers"]] == ["a"]
    assert client.list_analyzers(type="ORGANIZATION")["analyzers"] == []
    client.delete_analyzer(analyzerName="a")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_analyzer(analyzerName="a")


def test_graphs_have_private_endpoints_and_defaults(account: Account) -> None:
    client = account.session().client("neptune-graph")
    graph = client.create_graph(graphName="g", provisionedMemory=16)
    client.create_private_graph_endpoint(graphIdentifier=graph["id"], vpcId=VPC, subnetIds=SUBNETS["subnetIds"])
    [endpoint] = client.list_private_graph_endpoints(graphIdentifier=graph["id"])["privateGraphEndpoints"]
    client.update_graph(graphIdentifier=graph["id"], publicConnectivity=True)

    assert (graph["kmsKeyIdentifier"], graph["publicConnectivity"]) == ("AWS_OWNED_KEY", False)
    assert (endpoint["vpcId"], endpoint["status"]) == (VPC, "AVAILABLE")
    assert client.get_graph(graphIdentifier=graph["id"])["publicConnectivity"]
    shown = client.get_private_graph_endpoint(graphIdentifier=graph["id"], vpcId=VPC)
    assert shown["subnetIds"] == SUBNETS["subnetIds"]
    assert client.delete_private_graph_endpoint(graphIdentifier=graph["id"], vpcId=VPC)["status"] == "DELETING"
    assert client.delete_graph(graphIdentifier=graph["id"], skipSnapshot=True)["status"] == "DELETING"
    assert client.list_graphs()["graphs"] == []


def test_policies_of_agentcore_resources(account: Account) -> None:
    client = account.session().client("bedrock-agentcore-control")
    arn = "arn:aws:bedrock-agentcore:us-east-1:123456789012:gateway/g-abcdefghij"
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_resource_policy(resourceArn=arn)
    with pytest.raises(ClientError, match="ValidationException"):
        client.put_resource_policy(resourceArn=arn, policy="{")
    client.put_resource_policy(resourceArn=arn, policy="{}")
    assert client.get_resource_policy(resourceArn=arn)["policy"] == "{}"
    client.delete_resource_policy(resourceArn=arn)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.delete_resource_policy(resourceArn=arn)


def test_event_data_stores_stop_and_start(account: Account) -> None:
    client = account.session().client("cloudtrail")
    arn = client.create_event_data_store(Name="store")["EventDataStoreArn"]
    client.stop_event_data_store_ingestion(EventDataStore=arn)
    assert client.get_event_data_store(EventDataStore=arn)["Status"] == "STOPPED_INGESTION"
    client.start_event_data_store_ingestion(EventDataStore=arn)
    assert client.update_event_data_store(EventDataStore=arn, RetentionPeriod=30)["RetentionPeriod"] == 30
    assert client.get_event_data_store(EventDataStore=arn)["Status"] == "ENABLED"


def test_access_policies_are_updated_by_version(account: Account) -> None:
    client = account.session().client("opensearchserverless")
    made = client.create_access_policy(type="data", name="policy", policy=POLICY)["accessPolicyDetail"]
    version = made["policyVersion"]
    changed = json.dumps([{"Rules": [], "Principal": []}])
    client.update_access_policy(type="data", name="policy", policyVersion=version, policy=changed)

    assert client.get_access_policy(type="data", name="policy")["accessPolicyDetail"]["policy"] == json.loads(changed)
    with pytest.raises(ClientError, match="ConflictException"):
        client.update_access_policy(type="data", name="policy", policyVersion=version, policy=POLICY)
    with pytest.raises(ClientError, match="ConflictException"):
        client.create_access_policy(type="data", name="policy", policy=POLICY)
    with pytest.raises(ClientError, match="ValidationException"):
        client.create_access_policy(type="data", name="other", policy="{")


def test_serverless_endpoints_are_read_by_id(account: Account) -> None:
    client = account.session().client("opensearchserverless")
    made = client.create_vpc_endpoint(name="search", vpcId=VPC, **SUBNETS)
    identifier = made["createVpcEndpointDetail"]["id"]
    found = client.batch_get_vpc_endpoint(ids=[identifier, "vpce-00000000000000000"])

    assert [each["vpcId"] for each in found["vpcEndpointDetails"]] == [VPC]
    assert [each["errorCode"] for each in found["vpcEndpointErrorDetails"]] == ["NOT_FOUND"]
    assert len(client.list_vpc_endpoints(vpcEndpointFilters={"status": "ACTIVE"})["vpcEndpointSummaries"]) == 1
    with pytest.raises(ClientError, match="ConflictException"):
        client.create_vpc_endpoint(name="second", vpcId=VPC, **SUBNETS)
    assert client.delete_vpc_endpoint(id=identifier)["deleteVpcEndpointDetail"]["status"] == "DELETING"
    assert client.list_vpc_endpoints()["vpcEndpointSummaries"] == []


def test_security_policies_are_deleted(account: Account) -> None:
    client = account.session().client("opensearchserverless")
    policy = json.dumps({"Rules": [{"ResourceType": "collection", "Resource": ["collection/c"]}], "AWSOwnedKey": True})
    client.create_security_policy(type="encryption", name="key", policy=policy)
    client.delete_security_policy(type="encryption", name="key")

    assert client.list_security_policies(type="encryption")["securityPolicySummaries"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.delete_security_policy(type="encryption", name="key")


def bias_definition(client: Any) -> None:
    client.create_model_bias_job_definition(
        JobDefinitionName="bias",
        ModelBiasAppSpecification={"ImageUri": "i", "ConfigUri": "s3://c/c"},
        ModelBiasJobInput={
            "EndpointInput": {"EndpointName": "endpoint", "LocalPath": "/opt"},
            "GroundTruthS3Input": {"S3Uri": "s3://t/t"},
        },
        ModelBiasJobOutputConfig={"MonitoringOutputs": [{"S3Output": {"S3Uri": "s3://o/o", "LocalPath": "/out"}}]},
        JobResources={"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}},
        RoleArn="arn:aws:iam::123456789012:role/sagemaker-monitor",
    )


def test_schedules_monitor_the_endpoint_of_their_definition(account: Account) -> None:
    client = account.session().client("sagemaker")
    bias_definition(client)
    client.create_monitoring_schedule(MonitoringScheduleName="s", MonitoringScheduleConfig=SCHEDULE)
    [listed] = client.list_monitoring_schedules(EndpointName="endpoint", StatusEquals="Scheduled")[
        "MonitoringScheduleSummaries"
    ]
    [execution] = client.list_monitoring_executions(MonitoringScheduleName="s", StatusEquals="Completed")[
        "MonitoringExecutionSummaries"
    ]
    shown = client.describe_monitoring_schedule(MonitoringScheduleName="s")

    assert (listed["MonitoringType"], listed["EndpointName"]) == ("ModelBias", "endpoint")
    assert execution["EndpointName"] == "endpoint"
    assert shown["MonitoringScheduleConfig"] == SCHEDULE
    assert client.list_monitoring_schedules(EndpointName="other")["MonitoringScheduleSummaries"] == []
    with pytest.raises(ClientError, match="ResourceInUse"):
        client.create_monitoring_schedule(MonitoringScheduleName="s", MonitoringScheduleConfig=SCHEDULE)
    client.stop_monitoring_schedule(MonitoringScheduleName="s")
    assert client.describe_monitoring_schedule(MonitoringScheduleName="s")["MonitoringScheduleStatus"] == "Stopped"
    client.delete_monitoring_schedule(MonitoringScheduleName="s")
    assert client.list_monitoring_executions()["MonitoringExecutionSummaries"] == []
    with pytest.raises(ClientError, match="ResourceNotFound"):
        client.describe_monitoring_schedule(MonitoringScheduleName="s")


def test_a_schedule_may_have_its_definition_in_itself(account: Account) -> None:
    client = account.session().client("sagemaker")
    definition = {
        "MonitoringInputs": [{"EndpointInput": {"EndpointName": "endpoint", "LocalPath": "/opt"}}],
        "MonitoringOutputConfig": {"MonitoringOutputs": [{"S3Output": {"S3Uri": "s3://o/o", "LocalPath": "/out"}}]},
        "MonitoringResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
        },
        "MonitoringAppSpecification": {"ImageUri": "i"},
        "RoleArn": "arn:aws:iam::123456789012:role/sagemaker-monitor",
    }
    client.create_monitoring_schedule(
        MonitoringScheduleName="s", MonitoringScheduleConfig={"MonitoringJobDefinition": definition}
    )
    batch = {"DataCapturedDestinationS3Uri": "s3://c/c", "DatasetFormat": {"Csv": {}}, "LocalPath": "/opt"}
    client.create_monitoring_schedule(
        MonitoringScheduleName="t",
        MonitoringScheduleConfig={
            "MonitoringJobDefinition": definition | {"MonitoringInputs": [{"BatchTransformInput": batch}]}
        },
    )

    assert client.describe_monitoring_schedule(MonitoringScheduleName="s")["EndpointName"] == "endpoint"
    assert "EndpointName" not in client.describe_monitoring_schedule(MonitoringScheduleName="t")


def test_a_schedule_needs_its_definition(account: Account) -> None:
    client = account.session().client("sagemaker")

    with pytest.raises(ClientError, match="Could not find ModelBias job definition bias"):
        client.create_monitoring_schedule(MonitoringScheduleName="s", MonitoringScheduleConfig=SCHEDULE)


def test_model_package_groups_have_policies(account: Account) -> None:
    client = account.session().client("sagemaker")
    client.create_model_package_group(ModelPackageGroupName="g")
    with pytest.raises(ClientError, match="Cannot find resource policy"):
        client.get_model_package_group_policy(ModelPackageGroupName="g")
    with pytest.raises(ClientError, match="ValidationException"):
        client.put_model_package_group_policy(ModelPackageGroupName="g", ResourcePolicy="{")
    client.put_model_package_group_policy(ModelPackageGroupName="g", ResourcePolicy="{}")
    assert client.get_model_package_group_policy(ModelPackageGroupName="g")["ResourcePolicy"] == "{}"
    client.delete_model_package_group_policy(ModelPackageGroupName="g")
    with pytest.raises(ClientError, match="Cannot find resource policy"):
        client.delete_model_package_group_policy(ModelPackageGroupName="g")
    with pytest.raises(ClientError, match="does not exist"):
        client.get_model_package_group_policy(ModelPackageGroupName="none")


def test_studio_scripts_profiles_and_what_moto_cannot_list(account: Account) -> None:
    client = account.session().client("sagemaker")
    config = next(each for each in ROUNDS if each.create == "create_studio_lifecycle_config")
    client.create_studio_lifecycle_config(**config.of())
    client.create_notebook_instance_lifecycle_config(
        NotebookInstanceLifecycleConfigName="c", OnCreate=[{"Content": "ZWNobw=="}]
    )
    domain = client.create_domain(
        DomainName="d", AuthMode="IAM", DefaultUserSettings={}, SubnetIds=["subnet-1"], VpcId="vpc-1"
    )["DomainArn"].rpartition("/")[2]
    client.create_user_profile(DomainId=domain, UserProfileName="u")

    assert len(client.list_notebook_instance_lifecycle_configs()["NotebookInstanceLifecycleConfigs"]) == 1
    assert len(client.list_studio_lifecycle_configs(AppTypeEquals="JupyterLab")["StudioLifecycleConfigs"]) == 1
    assert client.list_studio_lifecycle_configs(AppTypeEquals="CodeEditor")["StudioLifecycleConfigs"] == []
    shown = client.describe_studio_lifecycle_config(StudioLifecycleConfigName="c1")
    assert shown["StudioLifecycleConfigContent"] == "ZWNobw=="
    assert client.list_feature_groups()["FeatureGroupSummaries"] == []
    assert [each["UserProfileName"] for each in client.list_user_profiles(DomainIdEquals=domain)["UserProfiles"]] == [
        "u"
    ]
    assert client.describe_user_profile(DomainId=domain, UserProfileName="u")["Status"] == "InService"
    client.delete_user_profile(DomainId=domain, UserProfileName="u")
    assert client.list_user_profiles()["UserProfiles"] == []
    with pytest.raises(ClientError, match="ResourceNotFound"):
        client.create_user_profile(DomainId="d-none", UserProfileName="u")


def test_findings_are_updated(account: Account) -> None:
    client = account.session().client("securityhub")
    client.enable_security_hub()
    product = "arn:aws:securityhub:us-east-1:123456789012:product/123456789012/default"
    finding = {
        "SchemaVersion": "2018-10-08",
        "Id": "f",
        "ProductArn": product,
        "GeneratorId": "g",
        "AwsAccountId": "123456789012",
        "CreatedAt": "2026-01-01T00:00:00Z",
        "UpdatedAt": "2026-01-01T00:00:00Z",
        "Title": "t",
        "Description": "d",
        "Severity": {"Label": "LOW"},
        "Resources": [{"Type": "Other", "Id": "r"}],
    }
    client.batch_import_findings(Findings=[finding])
    identifiers = [{"Id": "f", "ProductArn": product}, {"Id": "none", "ProductArn": product}]
    answer = client.batch_update_findings(FindingIdentifiers=identifiers, Workflow={"Status": "RESOLVED"})

    assert answer["ProcessedFindings"] == identifiers[:1]
    assert [each["ErrorCode"] for each in answer["UnprocessedFindings"]] == ["FindingNotFound"]
    assert client.get_findings()["Findings"][0]["Workflow"] == {"Status": "RESOLVED"}
