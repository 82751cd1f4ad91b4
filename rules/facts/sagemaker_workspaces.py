"""Facts about the workspaces of Amazon SageMaker AI: domains and notebook instances, with the scripts that they run."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action, reads
from rules.engine.resource import Resource
from rules.facts import kms
from rules.facts.listings import every
from rules.facts.sagemaker_resources import tags, unless_gone
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Unreadable

DOMAIN = "arn:{partition}:sagemaker:{region}:{account}:domain/*"
NOTEBOOK = "arn:{partition}:sagemaker:{region}:{account}:notebook-instance/*"
NOTEBOOK_SCRIPTS = "arn:{partition}:sagemaker:{region}:{account}:notebook-instance-lifecycle-config/*"
STUDIO_SCRIPTS = "arn:{partition}:sagemaker:{region}:{account}:studio-lifecycle-config/*"

DOMAIN_TYPE = "AWS::SageMaker::Domain"
NOTEBOOK_TYPE = "AWS::SageMaker::NotebookInstance"


@dataclass(frozen=True)
class Script:
    """A lifecycle script: the configuration that holds it, and its text, which is not to be shown to anybody."""

    name: str
    text: str

    def __repr__(self) -> str:
        return f"Script({self.name!r})"


@dataclass(frozen=True)
class Workspace:
    """
    A domain or a notebook instance.

    `vpc_only` is None for a notebook instance, `imds` (the least version of the instance metadata service) for a
    domain. `key_name` is the key as the workspace names it, None for none; `key` what KMS says of it.
    """

    resource: Resource
    tags: Mapping[str, str]
    key_name: str | None
    key: kms.Key | None
    scripts: tuple[Script, ...]
    vpc_only: bool | None = None
    imds: str | None = None


@reads(
    Action("sagemaker:DescribeDomain", DOMAIN),
    Action("sagemaker:ListTags", DOMAIN),
    Action("sagemaker:DescribeStudioLifecycleConfig", STUDIO_SCRIPTS),
    uses=(kms.key,),
)
def domain(aws: Aws, domain_id: str) -> Workspace | None:
    """Return a domain by its id, None when it is gone (SageMaker API, DescribeDomain)."""
    described = unless_gone(lambda: aws.asked("sagemaker", "describe_domain", DomainId=domain_id))
    found = None if described is None else unless_gone(lambda: tags(aws, described["DomainArn"]))
    if described is None or found is None:
        return None
    key_name = described.get("KmsKeyId")
    names = dict.fromkeys(arn.rpartition("/")[2] for arn in _lifecycle_arns(described))
    return Workspace(
        resource=_resource(DOMAIN_TYPE, described["DomainArn"], described["DomainName"]),
        tags=found,
        key_name=key_name,
        key=kms.key(aws, key_name) if key_name else None,
        scripts=tuple(script for name in names if (script := _studio_script(aws, name)) is not None),
        # What the API does where nothing was chosen.
        vpc_only=described.get("AppNetworkAccessType", "PublicInternetOnly") == "VpcOnly",
    )


@reads(
    Action("sagemaker:DescribeNotebookInstance", NOTEBOOK),
    Action("sagemaker:ListTags", NOTEBOOK),
    Action("sagemaker:DescribeNotebookInstanceLifecycleConfig", NOTEBOOK_SCRIPTS),
    uses=(kms.key,),
)
def notebook(aws: Aws, name: str) -> Workspace | None:
    """Return a notebook instance by its name, None when it is gone (SageMaker API, DescribeNotebookInstance)."""
    described = unless_gone(lambda: aws.asked("sagemaker", "describe_notebook_instance", NotebookInstanceName=name))
    found = None if described is None else unless_gone(lambda: tags(aws, described["NotebookInstanceArn"]))
    if described is None or found is None:
        return None
    key_name = described.get("KmsKeyId")
    service = described.get("InstanceMetadataServiceConfiguration", {})
    config = described.get("NotebookInstanceLifecycleConfigName")
    return Workspace(
        resource=_resource(NOTEBOOK_TYPE, described["NotebookInstanceArn"], described["NotebookInstanceName"]),
        tags=found,
        key_name=key_name,
        key=kms.key(aws, key_name) if key_name else None,
        scripts=tuple(_notebook_scripts(aws, config)) if config else (),
        imds=service.get("MinimumInstanceMetadataServiceVersion", "1"),
    )


@reads(uses=(domain, notebook))
def workspace(aws: Aws, resource: Resource) -> Workspace | Unreadable | None:
    """Return one workspace, an Unreadable, or None when it is gone; it is found by its ARN's, or its own, id."""
    name = (resource.arn or resource.id).rpartition("/")[2]
    read = domain if resource.type == DOMAIN_TYPE else notebook
    return aws.read_one(resource, lambda: read(aws, name))


@reads(
    Action("sagemaker:ListDomains"),
    Action("sagemaker:ListNotebookInstances"),
    uses=(domain, notebook),
)
def workspaces(aws: Aws) -> tuple[Workspace | Unreadable, ...]:
    """Return every domain and notebook instance of the account and Region."""
    domains = every(aws, "sagemaker", "list_domains", "Domains")
    notebooks = every(aws, "sagemaker", "list_notebook_instances", "NotebookInstances")
    return (
        *aws.read_each(
            domains,
            lambda one: _resource(DOMAIN_TYPE, one["DomainArn"], one["DomainName"]),
            lambda one: domain(aws, one["DomainId"]),
        ),
        *aws.read_each(
            notebooks,
            lambda one: _resource(NOTEBOOK_TYPE, one["NotebookInstanceArn"], one["NotebookInstanceName"]),
            lambda one: notebook(aws, one["NotebookInstanceName"]),
        ),
    )


def _lifecycle_arns(settings: object) -> Iterator[str]:
    """Yield every lifecycle configuration that a domain's settings name, however deep."""
    if isinstance(settings, dict):
        for name, value in settings.items():
            if name == "LifecycleConfigArns":
                yield from value
            elif name == "LifecycleConfigArn":
                yield value
            else:
                yield from _lifecycle_arns(value)
    elif isinstance(settings, list):
        for each in settings:
            yield from _lifecycle_arns(each)


def _studio_script(aws: Aws, name: str) -> Script | None:
    sagemaker = aws.client("sagemaker")
    described: Mapping[str, Any] | None = unless_gone(
        lambda: sagemaker.describe_studio_lifecycle_config(StudioLifecycleConfigName=name)
    )
    return None if described is None else Script(name, _decoded(described.get("StudioLifecycleConfigContent", "")))


def _notebook_scripts(aws: Aws, name: str) -> Iterator[Script]:
    sagemaker = aws.client("sagemaker")
    described: Mapping[str, Any] | None = unless_gone(
        lambda: sagemaker.describe_notebook_instance_lifecycle_config(NotebookInstanceLifecycleConfigName=name)
    )
    for moment in ("OnCreate", "OnStart"):
        for hook in (described or {}).get(moment, ()):
            yield Script(name, _decoded(hook.get("Content", "")))


def _decoded(content: str) -> str:
    return b64decode(content).decode("utf-8", errors="replace")


def _resource(resource_type: str, arn: str, name: str) -> Resource:
    return Resource(resource_type, arn, name, arn)
