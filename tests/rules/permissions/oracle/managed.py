"""Every AWS-managed policy that moto carries, each as the only policy of a role."""

import json
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

from tests.rules.permissions.oracle.generated import REQUESTS
from tests.rules.permissions.oracle.simulator import Subject
from tests.rules.permissions.principals import ROLE


@cache
def managed_policies() -> dict[str, dict[str, Any]]:
    """Return the documents of the AWS-managed policies by the policies' names."""
    return {name: policy["Document"] for name, policy in json.loads(aws_managed_policies_data).items()}


def managed_subjects() -> list[Subject]:
    """Return a role for each AWS-managed policy."""
    return [Subject(ROLE, (document,), REQUESTS) for document in managed_policies().values()]
