from dataclasses import replace

import pytest

from rules.engine.assessment import verdict_on
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.kms import Key
from rules.facts.sagemaker_workspaces import Script, Workspace
from rules.serving.sagemaker_workspace_hardened import SageMakerWorkspaceHardened

KEY = "arn:aws:kms:us-east-1:123456789012:key/1111"
DOMAIN_ARN = "arn:aws:sagemaker:us-east-1:123456789012:domain/d-studio"
NOTEBOOK_ARN = "arn:aws:sagemaker:us-east-1:123456789012:notebook-instance/cohort"
DOMAIN = Workspace(
    Resource("AWS::SageMaker::Domain", DOMAIN_ARN, "studio", DOMAIN_ARN),
    {"stage": "test"},
    key_name=KEY,
    key=Key(KEY, "CUSTOMER", "Enabled", rotation=True),
    scripts=(),
    vpc_only=True,
)
NOTEBOOK = Workspace(
    Resource("AWS::SageMaker::NotebookInstance", NOTEBOOK_ARN, "cohort", NOTEBOOK_ARN),
    {},
    key_name=None,
    key=None,
    scripts=(),
    imds="2",
)
CLOSED = compliant("The domain is closed and encrypted.")
SECRET = Script("start", "aws configure set aws_access_key_id AKIAIOSFODNN7EXAMPLE")
HARMLESS = Script("start", "export KEY_ARN=arn:aws:secretsmanager:us-east-1:123456789012:secret:db")
HOLDS = "The lifecycle script start holds an AWS access key."


@pytest.mark.parametrize(
    ("workspace", "verdict"),
    [
        pytest.param(DOMAIN, CLOSED, id="good domain"),
        pytest.param(
            replace(DOMAIN, vpc_only=False),
            non_compliant("The domain reaches the internet directly; VpcOnly is wanted."),
            id="domain with the internet",
        ),
        pytest.param(
            replace(DOMAIN, key_name=None, key=None),
            non_compliant("The domain has no customer-managed key for its volumes."),
            id="domain without a key",
        ),
        pytest.param(
            replace(DOMAIN, key=Key(KEY, "CUSTOMER", "Disabled", rotation=None)),
            non_compliant(f"The domain is encrypted with {KEY}, whose state is Disabled; Enabled is wanted."),
            id="domain with a disabled key",
        ),
        pytest.param(
            replace(DOMAIN, key=None),
            non_compliant(f"The domain is encrypted with {KEY}, which KMS does not know."),
            id="domain with a key that is gone",
        ),
        pytest.param(replace(DOMAIN, scripts=(SECRET,)), non_compliant(HOLDS), id="domain with a secret in a script"),
        pytest.param(replace(DOMAIN, scripts=(HARMLESS,)), CLOSED, id="domain with a harmless script"),
        pytest.param(NOTEBOOK, compliant("The notebook asks for IMDSv2."), id="good notebook"),
        pytest.param(
            replace(NOTEBOOK, imds="1"),
            non_compliant("The notebook takes IMDSv1; IMDSv2 is wanted as the least version."),
            id="notebook with the old metadata service",
        ),
        pytest.param(
            replace(NOTEBOOK, imds="1", scripts=(SECRET, SECRET)),
            non_compliant(HOLDS, "The notebook takes IMDSv1; IMDSv2 is wanted as the least version."),
            id="notebook with a secret in a script",
        ),
    ],
)
def test_judges_a_workspace(workspace: Workspace, verdict: Verdict) -> None:
    assert SageMakerWorkspaceHardened().judge(workspace) == verdict


@pytest.mark.parametrize(
    ("given", "workspace", "sentence"),
    [
        pytest.param(
            {"requireVpcOnly": "false"},
            replace(DOMAIN, vpc_only=False),
            "The domain is encrypted.",
            id="internet allowed",
        ),
        pytest.param(
            {"requireCmk": "false"},
            replace(DOMAIN, key_name=None, key=None),
            "The domain is closed.",
            id="no key required",
        ),
        pytest.param(
            {"requireVpcOnly": "false", "requireCmk": "false"},
            replace(DOMAIN, vpc_only=False, key_name=None, key=None),
            "The domain is free of known credentials.",
            id="neither required",
        ),
    ],
)
def test_follows_its_parameters(given: dict[str, str], workspace: Workspace, sentence: str) -> None:
    assert SageMakerWorkspaceHardened.configured(given).judge(workspace) == compliant(sentence)


def test_never_shows_a_script() -> None:
    workspace = replace(NOTEBOOK, scripts=(SECRET,))

    assert "AKIA" not in repr(workspace)
    assert "AKIA" not in SageMakerWorkspaceHardened().judge(workspace).annotation


def test_exempts_a_domain_with_the_tag() -> None:
    rule = SageMakerWorkspaceHardened.configured({"exemptTag": "stage=test"})

    assert verdict_on(rule, replace(DOMAIN, vpc_only=False)) == not_applicable("Exempt by the tag stage=test.")
