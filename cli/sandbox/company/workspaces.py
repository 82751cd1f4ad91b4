"""Where the data scientists work: a closed Studio with a notebook instance, and what was there before."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from cli.sandbox.company.data_science import HOME, ROLE
from cli.sandbox.company.labels import BAD, GOOD, Label, without_bad
from cli.sandbox.company.networks import RESEARCH

if TYPE_CHECKING:
    from cli.sandbox.company.site import Site

RULE = "sagemaker-workspace-hardened"

STUDIO = "research-studio"
OLD_STUDIO = "old-studio"
SCRATCHPAD = "scratchpad"

LABELS = (
    Label(RULE, HOME, "cohort-analysis", GOOD),
    Label(RULE, HOME, STUDIO, GOOD),
    Label(RULE, HOME, OLD_STUDIO, BAD),
    # Takes the old metadata service, and logs in with an access key when it starts.
    Label(RULE, HOME, SCRATCHPAD, BAD),
)
CLEAN_LABELS = without_bad(LABELS)


def build(site: Site) -> None:
    """Make the workspaces, beside the notebook instance that is there."""
    if site.region != HOME:
        return
    sagemaker = site.client("sagemaker")
    script = sagemaker.create_studio_lifecycle_config(
        StudioLifecycleConfigName="idle-shutdown",
        StudioLifecycleConfigContent=_encoded("pip install sagemaker-studio-idle-shutdown"),
        StudioLifecycleConfigAppType="JupyterLab",
    )["StudioLifecycleConfigArn"]
    settings = {"JupyterLabAppSettings": {"LifecycleConfigArns": [script]}}
    _domain(site, STUDIO, settings, AppNetworkAccessType="VpcOnly", KmsKeyId=site.keys["models"])
    if site.mixed:
        _domain(site, OLD_STUDIO, {})
        sagemaker.create_notebook_instance_lifecycle_config(
            NotebookInstanceLifecycleConfigName=f"{SCRATCHPAD}-start",
            OnStart=[{"Content": _encoded("aws configure set aws_access_key_id AKIAIOSFODNN7EXAMPLE")}],
        )
        sagemaker.create_notebook_instance(
            NotebookInstanceName=SCRATCHPAD,
            InstanceType="ml.t3.medium",
            RoleArn=site.role(ROLE),
            SubnetId=site.subnets[RESEARCH],
            LifecycleConfigName=f"{SCRATCHPAD}-start",
        )


def _domain(site: Site, name: str, settings: dict[str, Any], **more: str) -> None:
    subnet = site.subnets[RESEARCH]
    (described,) = site.client("ec2").describe_subnets(SubnetIds=[subnet])["Subnets"]
    site.client("sagemaker").create_domain(
        DomainName=name,
        AuthMode="IAM",
        DefaultUserSettings={"ExecutionRole": site.role(ROLE), **settings},
        SubnetIds=[subnet],
        VpcId=described["VpcId"],
        Tags=[{"Key": "team", "Value": "research"}],
        **more,
    )


def _encoded(script: str) -> str:
    return b64encode(script.encode()).decode()
