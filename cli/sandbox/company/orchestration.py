"""How the company strings models together: prompts, flows with and without care, and jobs that run over night."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.sandbox.company import models
from cli.sandbox.company.assistants import ATTACHED, GUARDRAILS, KEY, ROLE
from cli.sandbox.company.data_science import ARTIFACTS, DROPBOX, HOME
from cli.sandbox.company.data_science import ROLE as HOSTING
from cli.sandbox.company.identities import MODEL
from cli.sandbox.company.labels import BAD, GOOD, Label, without_bad
from cli.sandbox.company.networks import CLAIMS

if TYPE_CHECKING:
    from cli.sandbox.company.site import Site

ROUTING, DRAFTING, PLANNED = "claims-routing", "letter-drafting", "appeals-routing"
TRIAGE, WELCOME = "triage-letter", "welcome-letter"
CODING, TRYOUT = "nightly-coding", "coding-tryout"
TRAINING, FEATURES = "readmission-risk-2026-11", "claims-features-2026-11"

LABELS = (
    Label(ATTACHED, HOME, ROUTING, GOOD),
    Label(KEY, HOME, ROUTING, GOOD),
    # Nothing routes to it yet, so its draft is what counts.
    Label(ATTACHED, HOME, PLANNED, GOOD),
    Label(KEY, HOME, PLANNED, GOOD),
    Label(ATTACHED, HOME, DRAFTING, BAD),
    Label(KEY, HOME, DRAFTING, BAD),
    Label(KEY, HOME, TRIAGE, GOOD),
    Label(KEY, HOME, WELCOME, BAD),
    # Neither names a key: the bucket decides.
    Label(KEY, HOME, CODING, GOOD),
    Label(KEY, HOME, TRYOUT, BAD),
)
CLEAN_LABELS = without_bad(LABELS)


def build(site: Site) -> None:
    """Make prompts, flows and jobs where claims are handled."""
    if site.region != HOME:
        return
    key = {"customerEncryptionKeyArn": site.keys["models"]}
    guardrails = site.client("bedrock").list_guardrails()["guardrails"]
    careful = next(one["id"] for one in guardrails if one["name"] == GUARDRAILS[0].name)
    care = {"guardrailConfiguration": {"guardrailIdentifier": careful, "guardrailVersion": "1"}}
    _route(site, _flow(site, ROUTING, care, **key))
    _flow(site, PLANNED, care, **key)
    agents = site.client("bedrock-agent")
    agents.create_prompt(name=TRIAGE, **key)
    _batch(site, CODING, ARTIFACTS, vpcConfig=models.network(site))
    _jobs(site)
    if site.mixed:
        _route(site, _flow(site, DRAFTING, {}))
        agents.create_prompt(name=WELCOME)
        _batch(site, TRYOUT, DROPBOX)


def _flow(site: Site, name: str, care: dict[str, Any], **key: str) -> str:
    """Make a flow of one prompt and return its id."""
    template = {"text": {"text": "Which team handles {{claim}}?", "inputVariables": [{"name": "claim"}]}}
    inline = {"modelId": MODEL, "templateType": "TEXT", "templateConfiguration": template}
    prompt = {"prompt": {"sourceConfiguration": {"inline": inline}, **care}}
    flow = site.client("bedrock-agent").create_flow(
        name=name,
        executionRoleArn=site.role(ROLE),
        definition={"nodes": [{"name": "Ask", "type": "Prompt", "configuration": prompt}], "connections": []},
        **key,
    )
    return str(flow["id"])


def _route(site: Site, flow_id: str) -> None:
    """Publish the first version of a flow under an alias."""
    agents = site.client("bedrock-agent")
    agents.prepare_flow(flowIdentifier=flow_id)
    version = agents.create_flow_version(flowIdentifier=flow_id)["version"]
    agents.create_flow_alias(flowIdentifier=flow_id, name="live", routingConfiguration=[{"flowVersion": version}])


def _batch(site: Site, name: str, bucket: str, **settings: Any) -> None:
    site.client("bedrock").create_model_invocation_job(
        jobName=name,
        modelId=MODEL,
        roleArn=site.role(ROLE),
        inputDataConfig={"s3InputDataConfig": {"s3Uri": f"s3://{bucket}/{name}/in.jsonl"}},
        outputDataConfig={"s3OutputDataConfig": {"s3Uri": f"s3://{bucket}/{name}/out/"}},
        **settings,
    )


def _jobs(site: Site) -> None:
    """Train and prepare data in the VPC of claims, whose endpoints take traffic from the offices as well."""
    ec2, sagemaker = site.client("ec2"), site.client("sagemaker")
    offices = ec2.create_managed_prefix_list(
        PrefixListName="offices",
        MaxEntries=5,
        AddressFamily="IPv4",
        Entries=[{"Cidr": "10.30.0.0/16", "Description": "Linz"}],
    )["PrefixList"]["PrefixListId"]
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": [{"PrefixListId": offices}]}
    ec2.authorize_security_group_ingress(GroupId=site.security_groups[CLAIMS], IpPermissions=[permission])
    network = {"Subnets": [site.subnets[CLAIMS]], "SecurityGroupIds": [site.security_groups[CLAIMS]]}
    cluster = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 50}
    cluster |= {"VolumeKmsKeyId": site.keys["models"]}
    sagemaker.create_training_job(
        TrainingJobName=TRAINING,
        AlgorithmSpecification={
            "TrainingImage": f"{site.account_id}.dkr.ecr.{site.region}.amazonaws.com/training:1",
            "TrainingInputMode": "File",
        },
        RoleArn=site.role(HOSTING),
        OutputDataConfig={"S3OutputPath": f"s3://{ARTIFACTS}/training", "KmsKeyId": site.keys["models"]},
        ResourceConfig=cluster,
        StoppingCondition={"MaxRuntimeInSeconds": 3600},
        VpcConfig=network,
        EnableNetworkIsolation=True,
    )
    sagemaker.create_processing_job(
        ProcessingJobName=FEATURES,
        ProcessingResources={"ClusterConfig": cluster},
        AppSpecification={"ImageUri": f"{site.account_id}.dkr.ecr.{site.region}.amazonaws.com/features:1"},
        RoleArn=site.role(HOSTING),
        NetworkConfig={"EnableNetworkIsolation": True, "VpcConfig": {**network}},
    )
