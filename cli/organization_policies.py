"""Service control and resource control policies that are given as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.engine.verdict import printable
from rules.permissions.document import Effect, PolicyType, parse
from rules.permissions.layers import Surroundings
from rules.permissions.principal import Policy, PolicyKind
from rules.permissions.refusals import MalformedPolicyError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FULL_ACCESS = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


class PolicyFileError(Exception):
    """A file is not the policy that it should be; the message is one line that names the file."""


def surroundings_from(service_control: Sequence[Path], resource_control: Sequence[Path]) -> Surroundings:
    """
    Return what the policies in these files put around principals; raises PolicyFileError.

    All service control policies count as attached to one level. Where none of them allows anything, AWS's own
    FullAWSAccess is attached beside them, as it is by default:
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
    """
    level = [_policy(path, PolicyKind.SERVICE_CONTROL) for path in service_control]
    if level and not any(one.effect is Effect.ALLOW for policy in level for one in policy.document.statements):
        level.append(Policy("FullAWSAccess", PolicyKind.SERVICE_CONTROL, parse(FULL_ACCESS)))
    return Surroundings(
        service_control=(tuple(level),) if level else (),
        resource_control=tuple(_policy(path, PolicyKind.RESOURCE_CONTROL) for path in resource_control),
    )


def _policy(path: Path, kind: PolicyKind) -> Policy:
    policy_type = PolicyType.RESOURCE if kind is PolicyKind.RESOURCE_CONTROL else PolicyType.IDENTITY
    try:
        return Policy(path.stem, kind, parse(path.read_text(encoding="utf-8"), policy_type))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise PolicyFileError(f"{printable(str(path))!r}: {reason}") from error
    except MalformedPolicyError as error:
        raise PolicyFileError(f"{printable(str(path))!r}: {error}") from error
