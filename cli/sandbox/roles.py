"""
What a role may do in the embedded account: calls with the credentials of an assumed role are held against its policies.

moto can enforce IAM too, but refuses the signatures of some services then and knows no resource-level permissions of
most. Example credentials, which belong to no role, may do everything.
"""

from collections.abc import Iterator
from typing import Final

from moto.iam.models import iam_backends
from moto.s3.models import s3_backends
from moto.sts.models import sts_backends

from cli.sandbox import errors
from cli.sandbox.calls import Call
from rules.permissions.conditions import Truth, judge
from rules.permissions.context import RequestContext
from rules.permissions.document import Effect, PolicyDocument, Statement, parse
from rules.permissions.patterns import matches_action, wildcards

# STS calls that any credentials may make of themselves.
_FREE: Final = frozenset({"sts:GetCallerIdentity"})


def authorize(call: Call) -> None:
    """Raise the service's own AccessDenied error when the caller is a role whose policies do not allow the call."""
    if call.action not in _FREE:
        _require(call, call.action, tuple(_resources(call)), _context(call))


def require_passing(call: Call, role_arn: str, service: str) -> None:
    """Raise AccessDenied when the caller is a role that may not pass another one to a service (iam:PassRole)."""
    _require(call, "iam:PassRole", (role_arn,), RequestContext({"iam:PassedToService": service}, complete=True))


def require_decrypting(call: Call, key_arn: str) -> None:
    """Raise AccessDenied when the caller is a role that may not decrypt with a key through the service it calls."""
    suffix = "amazonaws.com.cn" if call.partition == "aws-cn" else "amazonaws.com"
    way = f"{call.service}.{call.region}.{suffix}"
    _require(call, "kms:Decrypt", (key_arn,), RequestContext({"kms:ViaService": way}, complete=True))


def _require(call: Call, action: str, resources: tuple[str, ...], context: RequestContext) -> None:
    role_arn = role_of(call.access_key_id, call.account_id, call.partition)
    if role_arn is None:
        return
    allowed = False
    for document in _documents(call.account_id, call.partition, role_arn):
        for statement in document.statements:
            if _applies(statement, document, action, resources, context):
                if statement.effect is Effect.DENY:
                    raise errors.access_denied(call.service, action, role_arn)
                allowed = True
    if not allowed:
        raise errors.access_denied(call.service, action, role_arn)


def role_of(access_key_id: str, account_id: str, partition: str) -> str | None:
    """
    Return the ARN of the role whose temporary credentials these are, None for any others.

    A role that IAM does not have can be assumed too: it is the way into another account, and may do everything.
    """
    assumed = sts_backends[account_id][partition].get_assumed_role_from_access_key(access_key_id)
    if assumed is None:
        return None
    roles = iam_backends[account_id][partition].roles.values()
    return str(assumed.role_arn) if any(role.arn == assumed.role_arn for role in roles) else None


def _documents(account_id: str, partition: str, role_arn: str) -> Iterator[PolicyDocument]:
    role = iam_backends[account_id][partition].get_role(role_arn.rpartition("/")[2])
    for inline in role.policies.values():
        yield parse(inline)
    for managed in role.managed_policies.values():
        yield from (parse(each.document) for each in managed.versions if each.version_id == managed.default_version_id)


def _applies(
    statement: Statement, document: PolicyDocument, action: str, resources: tuple[str, ...], context: RequestContext
) -> bool:
    if statement.actions is not None:
        if not any(matches_action(pattern, action) for pattern in statement.actions):
            return False
    elif any(matches_action(pattern, action) for pattern in statement.not_actions or ()):
        return False
    if not _on(statement, resources):
        return False
    return judge(statement.conditions, context, document.version) is Truth.TRUE


def _context(call: Call) -> RequestContext:
    """Return the condition keys of the call; a bucket's account is not in its ARN."""
    owner = s3_backends.bucket_accounts.get(call.params.get("Bucket"), (call.partition, call.account_id))[1]
    return RequestContext({"aws:ResourceAccount": str(owner)}, complete=True)


def _on(statement: Statement, resources: tuple[str, ...]) -> bool:
    """Say whether the statement is about what the call names; a call that names no ARN is decided by its action."""
    named = statement.resources if statement.resources is not None else statement.not_resources or ()
    covered = [any(wildcards(text).matches(resource) for text in named) for resource in resources]
    return all(covered) if statement.resources is not None else not any(covered)


def _resources(call: Call) -> Iterator[str]:
    """Yield the ARNs that the call names: S3 buckets and objects, and every parameter that is an ARN."""
    if call.service == "s3":
        bucket = call.params.get("Bucket")
        if bucket:
            key = call.params.get("Key")
            yield f"arn:{call.partition}:s3:::{bucket}" + (f"/{key}" if key else "")
        return
    for value in call.params.values():
        if isinstance(value, str) and value.startswith("arn:"):
            yield value
