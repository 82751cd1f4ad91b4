"""The role of a runbook, assumed as AWS Systems Manager assumes it."""

from dataclasses import dataclass
from typing import Final

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from cli.sandbox.errors import AwsError
from rules.permissions.caller import Caller
from rules.permissions.context import RequestContext
from rules.permissions.document import PolicyType, parse
from rules.permissions.resource_policy import gets_in
from rules.permissions.trust_policy import ASSUME_ROLE

SERVICE: Final = "ssm.amazonaws.com"
REFUSED: Final = "InvalidAutomationExecutionParametersException"
_HOUR: Final = 3600


@dataclass(frozen=True)
class Place:
    """Where a runbook runs."""

    account_id: str
    region: str

    @property
    def partition(self) -> str:
        """The partition of the Region."""
        return str(get_partition(self.region))

    def source_arn(self, execution_id: str) -> str:
        """Return the ARN of a run, which is what Automation calls the source of its request for the role."""
        return f"arn:{self.partition}:ssm:{self.region}:{self.account_id}:automation-execution/{execution_id}"


@dataclass(frozen=True)
class Credentials:
    """Temporary credentials of a role."""

    access_key_id: str
    secret_access_key: str
    session_token: str


def assumed(role_arn: str, place: Place, execution_id: str) -> Credentials:
    """
    Return credentials of the role. Raises AwsError when it does not exist, or does not trust this run.

    Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup-iam.html
    """
    try:
        role = iam_backends[place.account_id][place.partition].get_role(role_arn.rpartition("/")[2])
    except NotFoundException as error:
        raise _unable(role_arn) from error
    if role.arn != role_arn or not _trusts(str(role.assume_role_policy_document), place, execution_id):
        raise _unable(role_arn)
    given = sts_backends[place.account_id][place.partition].assume_role(
        region_name=place.region,
        role_session_name=f"Automation-{execution_id}",
        role_arn=role_arn,
        policy=None,
        duration=_HOUR,
        external_id=None,
    )
    return Credentials(given.access_key_id, given.secret_access_key, given.session_token)


def _trusts(document: str, place: Place, execution_id: str) -> bool:
    context = RequestContext(
        {
            "aws:PrincipalIsAWSService": "true",
            "aws:PrincipalServiceName": SERVICE,
            "aws:SourceAccount": place.account_id,
            "aws:SourceArn": place.source_arn(execution_id),
            "aws:ResourceAccount": place.account_id,
        },
        complete=True,
    )
    caller = Caller(context, place.account_id, service=SERVICE)
    return gets_in(parse(document, PolicyType.TRUST), caller, (ASSUME_ROLE,))


def _unable(role_arn: str) -> AwsError:
    return AwsError(REFUSED, f"The defined assume role is unable to be assumed: {role_arn}")
