from base64 import b64encode
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import kms, sagemaker_workspaces
from rules.facts.kms import Key
from rules.facts.sagemaker_workspaces import Script, Workspace
from tests.rules.facts.endpoints import ROLE, sagemaker

TAGS = [{"Key": "stage", "Value": "prod"}]


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.fixture
def key(account: Account) -> str:
    arn: str = account.session().client("kms").create_key()["KeyMetadata"]["Arn"]
    return arn


def domain(account: Account, name: str, **settings: Any) -> Resource:
    chosen = {"DefaultUserSettings": {"ExecutionRole": ROLE}, "Tags": TAGS} | settings
    arn = sagemaker(account).create_domain(
        DomainName=name, AuthMode="IAM", SubnetIds=["subnet-1"], VpcId="vpc-1", **chosen
    )["DomainArn"]
    return Resource("AWS::SageMaker::Domain", arn, name, arn)


def notebook(account: Account, name: str, **settings: Any) -> Resource:
    arn = sagemaker(account).create_notebook_instance(
        NotebookInstanceName=name, InstanceType="ml.t3.medium", RoleArn=ROLE, Tags=TAGS, **settings
    )["NotebookInstanceArn"]
    return Resource("AWS::SageMaker::NotebookInstance", arn, name, arn)


def studio_script(account: Account, name: str, text: str) -> str:
    arn: str = sagemaker(account).create_studio_lifecycle_config(
        StudioLifecycleConfigName=name,
        StudioLifecycleConfigContent=encoded(text),
        StudioLifecycleConfigAppType="JupyterLab",
    )["StudioLifecycleConfigArn"]
    return arn


def notebook_script(account: Account, name: str) -> None:
    sagemaker(account).create_notebook_instance_lifecycle_config(
        NotebookInstanceLifecycleConfigName=name,
        OnCreate=[{"Content": encoded("made")}],
        OnStart=[{"Content": encoded("started")}],
    )


def everything(account: Account, key: str) -> dict[str, Resource]:
    """Make a domain and a notebook instance that use everything."""
    arn = studio_script(account, "shutdown", "stop")
    notebook_script(account, "prepare")
    return {
        "studio": domain(
            account,
            "studio",
            AppNetworkAccessType="VpcOnly",
            KmsKeyId=key,
            DefaultUserSettings={
                "ExecutionRole": ROLE,
                "JupyterLabAppSettings": {"LifecycleConfigArns": [arn]},
                "CodeEditorAppSettings": {"LifecycleConfigArns": [arn]},
            },
        ),
        "cohort": notebook(
            account,
            "cohort",
            KmsKeyId=key,
            LifecycleConfigName="prepare",
            InstanceMetadataServiceConfiguration={"MinimumInstanceMetadataServiceVersion": "2"},
        ),
    }


def test_reads_domains_and_notebooks_with_their_keys_and_scripts(account: Account, aws: Aws, key: str) -> None:
    made = everything(account, key)
    known = Key(key, "CUSTOMER", "Enabled", rotation=False)

    assert sagemaker_workspaces.workspaces(aws) == (
        Workspace(made["studio"], {"stage": "prod"}, key, known, (Script("shutdown", "stop"),), vpc_only=True),
        Workspace(
            made["cohort"],
            {"stage": "prod"},
            key,
            known,
            (Script("prepare", "made"), Script("prepare", "started")),
            imds="2",
        ),
    )


def test_reads_a_script_that_is_no_text(account: Account, aws: Aws) -> None:
    sagemaker(account).create_notebook_instance_lifecycle_config(
        NotebookInstanceLifecycleConfigName="prepare", OnStart=[{"Content": b64encode(b"token=\xff").decode()}]
    )
    notebook(account, "cohort", LifecycleConfigName="prepare")

    (found,) = sagemaker_workspaces.workspaces(aws)

    assert isinstance(found, Workspace)
    assert found.scripts == (Script("prepare", "token=\N{REPLACEMENT CHARACTER}"),)


def test_reads_workspaces_that_were_left_as_they_come(account: Account, aws: Aws) -> None:
    studio, cohort = domain(account, "studio"), notebook(account, "cohort")

    assert sagemaker_workspaces.workspaces(aws) == (
        Workspace(studio, {"stage": "prod"}, None, None, (), vpc_only=False),
        Workspace(cohort, {"stage": "prod"}, None, None, (), imds="1"),
    )


def test_reads_one_workspace_as_the_listing_does(account: Account, aws: Aws, key: str) -> None:
    everything(account, key)

    for found in sagemaker_workspaces.workspaces(aws):
        named = Resource(found.resource.type, found.resource.id.rpartition("/")[2], "any")
        assert sagemaker_workspaces.workspace(aws, found.resource) == found
        assert sagemaker_workspaces.workspace(aws, named) == found


def test_a_workspace_that_is_gone_is_none(account: Account, aws: Aws) -> None:
    studio, cohort = domain(account, "studio"), notebook(account, "cohort")
    client = sagemaker(account)
    client.delete_domain(DomainId="d-studio")
    client.stop_notebook_instance(NotebookInstanceName="cohort")
    client.delete_notebook_instance(NotebookInstanceName="cohort")

    assert sagemaker_workspaces.workspace(aws, studio) is None
    assert sagemaker_workspaces.workspace(aws, cohort) is None


@pytest.mark.parametrize(
    ("action", "left"),
    [
        ("sagemaker:DescribeStudioLifecycleConfig", {"studio": 0, "cohort": 2}),
        ("sagemaker:DescribeNotebookInstanceLifecycleConfig", {"studio": 1, "cohort": 0}),
        ("sagemaker:DescribeDomain", {"cohort": 2}),
        ("sagemaker:DescribeNotebookInstance", {"studio": 1}),
    ],
)
def test_what_was_deleted_since_it_was_listed_is_left_out(
    account: Account, aws: Aws, key: str, action: str, left: dict[str, int]
) -> None:
    everything(account, key)
    account.faults.add(Fault("gone", action))

    found = sagemaker_workspaces.workspaces(aws)

    assert {each.resource.name: len(each.scripts) for each in found if isinstance(each, Workspace)} == left


@pytest.mark.parametrize(
    ("action", "name"),
    [
        ("sagemaker:DescribeDomain", "studio"),
        ("sagemaker:DescribeStudioLifecycleConfig", "studio"),
        ("sagemaker:DescribeNotebookInstance", "cohort"),
        ("sagemaker:DescribeNotebookInstanceLifecycleConfig", "cohort"),
    ],
)
def test_one_workspace_that_cannot_be_read_leaves_the_others(
    account: Account, aws: Aws, key: str, action: str, name: str
) -> None:
    everything(account, key)
    account.faults.deny(action)

    found = {each.resource.name: type(each) for each in sagemaker_workspaces.workspaces(aws)}

    assert found == {"studio": Workspace, "cohort": Workspace} | {name: Unreadable}


def test_an_account_without_workspaces_has_none(aws: Aws) -> None:
    assert sagemaker_workspaces.workspaces(aws) == ()


def test_reads_every_page(account: Account, aws: Aws) -> None:
    for number in range(3):
        domain(account, f"studio-{number}")
        notebook(account, f"notebook-{number}")
    account.faults.page_size(1)

    assert len(sagemaker_workspaces.workspaces(aws)) == 6


@pytest.mark.parametrize("action", ["sagemaker:ListDomains", "sagemaker:ListNotebookInstances"])
def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws, action: str) -> None:
    account.faults.deny(action)

    with pytest.raises(ClientError, match="AccessDeniedException"):
        sagemaker_workspaces.workspaces(aws)


def test_declares_the_actions_that_it_uses(account: Account, aws: Aws) -> None:
    key = account.session().client("kms").create_key()["KeyMetadata"]["Arn"]
    everything(account, key)
    before = len(account.calls)

    sagemaker_workspaces.workspaces(aws)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in sagemaker_workspaces.workspaces.actions}


def test_each_kind_declares_what_the_keys_call_for() -> None:
    for read in (sagemaker_workspaces.domain, sagemaker_workspaces.notebook):
        assert read.actions >= kms.key.actions


def test_a_script_is_shown_without_its_text() -> None:
    assert repr(Script("prepare", "export TOKEN=hunter22")) == "Script('prepare')"
