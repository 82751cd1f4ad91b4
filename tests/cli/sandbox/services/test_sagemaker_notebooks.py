from typing import Any

import pytest

from cli.sandbox import Account


@pytest.mark.parametrize(
    ("settings", "version"),
    [
        pytest.param({}, "1", id="left as it comes"),
        pytest.param(
            {"InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": "2"}}, "2", id="chosen"
        ),
    ],
)
def test_a_notebook_instance_keeps_its_metadata_service(
    account: Account, settings: dict[str, Any], version: str
) -> None:
    sagemaker = account.session().client("sagemaker")
    sagemaker.create_notebook_instance(
        NotebookInstanceName="cohort",
        InstanceType="ml.t3.medium",
        RoleArn="arn:aws:iam::123456789012:role/research",
        **settings,
    )

    described = sagemaker.describe_notebook_instance(NotebookInstanceName="cohort")

    assert described["InstanceMetadataServiceConfiguration"] == {"MinimumInstanceMetadataServiceVersion": version}
