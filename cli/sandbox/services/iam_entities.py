"""AWS IAM: fidelity of users, groups and roles, and the account's authorization details."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

from moto.iam.models import Group, IAMBackend, ManagedPolicy, Policy, Role, User, iam_backends
from moto.utilities.utils import get_partition

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError
from cli.sandbox.identifiers import random_id
from cli.sandbox.operations import Moto, Result, amendment, operation, repage, replacement
from cli.sandbox.services.iam_managed_policies import load_aws_policy

_ID_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_ID_LENGTH: Final = 17
_IDS: Final = "IAM's unique ids tell by their prefix what they belong to; moto's are random letters."
_PAGED: Final = (
    "GetGroup",
    "ListAccessKeys",
    "ListAttachedGroupPolicies",
    "ListAttachedRolePolicies",
    "ListAttachedUserPolicies",
    "ListGroupPolicies",
    "ListGroups",
    "ListGroupsForUser",
    "ListInstanceProfiles",
    "ListInstanceProfilesForRole",
    "ListPolicyVersions",
    "ListRolePolicies",
    "ListRoleTags",
    "ListRoles",
    "ListUserPolicies",
    "ListUserTags",
    "ListUsers",
)

repage("iam", "GetAccountAuthorizationDetails", reason="Moto answers everything at once.")
repage("iam", *_PAGED, reason="Moto pages few of IAM's listings.")

_new_user, _new_group, _new_policy = User.__init__, Group.__init__, Policy.__init__
_role_from_cloudformation = vars(Role)["create_from_cloudformation_json"].__func__


# Python takes as long for a policy's encoding as for the rest of its answer; many roles have the same one.
_encoded = lru_cache(16_384)(quote)


@replacement(User, "__init__", reason=_IDS)
def _user(self: User, *arguments: object, **named: object) -> None:
    _new_user(self, *arguments, **named)
    self.id = _unique_id("AIDA")
    self.permissions_boundary = None


@replacement(Group, "__init__", reason=_IDS)
def _group(self: Group, *arguments: object, **named: object) -> None:
    _new_group(self, *arguments, **named)
    self.id = _unique_id("AGPA")


@replacement(Policy, "__init__", reason=_IDS)
def _policy(self: Policy, *arguments: object, **named: object) -> None:
    _new_policy(self, *arguments, **named)
    self.id = _unique_id("ANPA")


def _role(
    cls: type[Role],
    /,
    resource_name: str,
    cloudformation_json: Mapping[str, Any],
    account_id: str,
    region_name: str,
    **named: object,
) -> Role:
    role = _role_from_cloudformation(cls, resource_name, cloudformation_json, account_id, region_name, **named)
    for name, document in role.policies.items():
        role.policies[name] = document if isinstance(document, str) else json.dumps(document)
    backend = iam_backends[account_id][get_partition(region_name)]
    for arn in cloudformation_json["Properties"].get("ManagedPolicyArns", ()):
        load_aws_policy(account_id, region_name, arn)
        backend.attach_role_policy(arn, role.name)
    return role


replacement(
    Role,
    "create_from_cloudformation_json",
    reason="Moto drops ManagedPolicyArns of roles in stacks, and keeps inline policies in a form that it cannot read.",
)(classmethod(_role))


@amendment("iam", "CreateUser", reason="Moto drops the permissions boundary.")
def create_user(call: Call, moto: Moto) -> Result:
    """Create a user, with its permissions boundary."""
    boundary = call.params.get("PermissionsBoundary")
    if boundary:
        _require_policy(call, boundary)
    answer = moto()
    if not boundary:
        return answer
    user = _backend(call).get_user(call.params["UserName"])
    user.permissions_boundary = _boundary(boundary)
    return {**answer, "User": {**answer["User"], "PermissionsBoundary": user.permissions_boundary}}


@operation("iam", "PutUserPermissionsBoundary")
def put_user_permissions_boundary(call: Call) -> Result:
    """Set a user's permissions boundary."""
    _require_policy(call, call.params["PermissionsBoundary"])
    _user_of(call).permissions_boundary = _boundary(call.params["PermissionsBoundary"])
    return {}


@operation("iam", "DeleteUserPermissionsBoundary")
def delete_user_permissions_boundary(call: Call) -> Result:
    """Take a user's permissions boundary away."""
    _user_of(call).permissions_boundary = None
    return {}


@amendment(
    "iam",
    "GetAccountAuthorizationDetails",
    reason="Moto neither pages nor names managed policies nor knows users' boundaries.",
)
def get_account_authorization_details(call: Call, _: Moto) -> Result:
    """
    Return users, groups, roles and managed policies; of AWS's policies those that are attached.

    AWS does not say whether one of its policies that only is a boundary is listed; here it is not, so that readers
    cannot rely on it.
    """
    wanted, backend = call.params.get("Filter") or (), _backend(call)
    attached, bounding = _uses(backend)
    policies = [
        policy
        for policy in backend.managed_policies.values()
        if _is_wanted(policy, wanted) and (not _is_aws(policy) or attached[policy.arn])
    ]
    return {
        "UserDetailList": [_user_detail(user) for user in backend.users.values() if _has(wanted, "User")],
        "GroupDetailList": [_group_detail(group) for group in backend.groups.values() if _has(wanted, "Group")],
        "RoleDetailList": [_role_detail(role) for role in backend.roles.values() if _has(wanted, "Role")],
        "Policies": [_policy_detail(policy, attached[policy.arn], bounding[policy.arn]) for policy in policies],
        "IsTruncated": False,
    }


def _backend(call: Call) -> IAMBackend:
    return iam_backends[call.account_id][call.partition]


def _user_of(call: Call) -> User:
    user = _backend(call).users.get(call.params["UserName"])
    if user is None:
        raise AwsError("NoSuchEntity", f"The user with name {call.params['UserName']} cannot be found.", 404)
    return user


def _require_policy(call: Call, arn: str) -> None:
    load_aws_policy(call.account_id, call.region, arn)
    if arn not in _backend(call).managed_policies:
        raise AwsError("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.", 404)


def _boundary(arn: str) -> dict[str, str]:
    return {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn}


def _unique_id(prefix: str) -> str:
    return prefix + random_id(_ID_LENGTH, _ID_ALPHABET)


def _has(wanted: Iterable[str], kind: str) -> bool:
    return not wanted or kind in wanted


def _is_aws(policy: ManagedPolicy) -> bool:
    return ":iam::aws:policy/" in policy.arn


def _is_wanted(policy: ManagedPolicy, wanted: Iterable[str]) -> bool:
    return _has(wanted, "AWSManagedPolicy" if _is_aws(policy) else "LocalManagedPolicy")


def _inline(policies: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"PolicyName": name, "PolicyDocument": _encoded(document)} for name, document in policies.items()]


def _with(detail: dict[str, Any], **optional: object) -> dict[str, Any]:
    return detail | {name: value for name, value in optional.items() if value}


def _user_detail(user: User) -> dict[str, Any]:
    return _with(
        {
            "Path": user.path,
            "UserName": user.name,
            "UserId": user.id,
            "Arn": user.arn,
            "CreateDate": user.create_date,
            "GroupList": user.group_list,
            "AttachedManagedPolicies": user.attached_managed_policies,
            "Tags": user.tags or [],
        },
        UserPolicyList=_inline(user.policies),
        PermissionsBoundary=user.permissions_boundary,
    )


def _group_detail(group: Group) -> dict[str, Any]:
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.id,
        "Arn": group.arn,
        "CreateDate": group.create_date,
        "GroupPolicyList": _inline(group.policies),
        "AttachedManagedPolicies": group.attached_managed_policies,
    }


def _role_detail(role: Role) -> dict[str, Any]:
    boundary = role.permissions_boundary_arn
    return _with(
        {
            "Path": role.path,
            "RoleName": role.name,
            "RoleId": role.id,
            "Arn": role.arn,
            "CreateDate": role.create_date,
            "AssumeRolePolicyDocument": _encoded(role.assume_role_policy_document),
            "InstanceProfileList": [],
            "RolePolicyList": _inline(role.policies),
            "AttachedManagedPolicies": role.attached_managed_policies,
            "Tags": list(role.tags or ()),
            "RoleLastUsed": {"LastUsedDate": role.last_used} if role.last_used else {},
        },
        PermissionsBoundary=_boundary(boundary) if boundary else None,
    )


def _policy_detail(policy: ManagedPolicy, attachments: int, boundaries: int) -> dict[str, Any]:
    return _with(
        {
            "PolicyName": policy.name,
            "PolicyId": policy.id,
            "Arn": policy.arn,
            "Path": policy.path,
            "DefaultVersionId": policy.default_version_id,
            "AttachmentCount": attachments,
            "PermissionsBoundaryUsageCount": boundaries,
            "IsAttachable": True,
            "CreateDate": policy.create_date,
            "UpdateDate": policy.update_date,
            "PolicyVersionList": [
                {
                    "Document": _encoded(version.document),
                    "VersionId": version.version_id,
                    "IsDefaultVersion": version.is_default,
                    "CreateDate": version.create_date,
                }
                for version in policy.versions
            ],
        },
        Description=policy.description,
    )


def _uses(backend: IAMBackend) -> tuple[Counter[str], Counter[str]]:
    """Return, by ARN, to how many entities a policy is attached and of how many it is the boundary."""
    users, roles = list(backend.users.values()), list(backend.roles.values())
    attached = Counter(arn for entity in (*users, *backend.groups.values(), *roles) for arn in entity.managed_policies)
    boundaries = [user.permissions_boundary["PermissionsBoundaryArn"] for user in users if user.permissions_boundary]
    return attached, Counter([*boundaries, *(role.permissions_boundary_arn for role in roles)])
