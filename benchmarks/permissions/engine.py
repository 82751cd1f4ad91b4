"""Our side of the benchmark, in a process of its own: reads JSON on stdin, writes figures on stdout."""

import json
import resource
import sys
from collections.abc import Callable, Iterator
from time import process_time
from typing import Any

from rules.permissions.access import effective_access
from rules.permissions.document import PolicyDocument, parse
from rules.permissions.domains import ENDPOINT_INVOCATION, MODEL_INVOCATION, RETRIEVAL, Domain
from rules.permissions.principal import Policy, PolicyKind, PrincipalPolicies

ROLE = "arn:aws:iam::123456789012:role/app"


def policies_per_second(documents: list[dict[str, Any]]) -> dict[str, float]:
    """Judge each document as the only policy of a role: may it invoke a model, and which."""
    started = process_time()
    allowed = 0
    for document in documents:
        policy = Policy("only", PolicyKind.ATTACHED, parse(document))
        allowed += effective_access(PrincipalPolicies(ROLE, (policy,)), MODEL_INVOCATION).allowed
    spent = process_time() - started
    return {"policies": len(documents), "allowed": allowed, "cpu_seconds": spent}


def account(details: dict[str, Any]) -> dict[str, float]:
    """Judge every role and user of an account, from its authorization details as boto3 decodes them."""
    started = process_time()
    found = list(principals(details))
    parsed = process_time()
    figures: dict[str, float] = {"principals": len(found), "CPU seconds to parse": parsed - started}
    for domain in (MODEL_INVOCATION, RETRIEVAL, ENDPOINT_INVOCATION):
        figures |= judged(domain, found)
    figures["cpu_seconds"] = parsed - started + figures[f"CPU seconds for {MODEL_INVOCATION.name}"]
    return figures


def judged(domain: Domain, found: list[PrincipalPolicies]) -> dict[str, float]:
    """Return how many principals have access and how many specific access, and the time that it took to tell."""
    started = process_time()
    accesses = [effective_access(principal, domain) for principal in found]
    spent = process_time() - started
    allowed = [access for access in accesses if access.allowed]
    return {
        f"principals allowed {domain.name}": len(allowed),
        f"of them specific in {domain.name}": sum(access.specific for access in allowed),
        f"CPU seconds for {domain.name}": spent,
    }


def principals(details: dict[str, Any]) -> Iterator[PrincipalPolicies]:
    """Yield the roles and users; each managed policy and each group's policy is parsed once."""
    managed = {
        policy["Arn"]: parse(version["Document"])
        for policy in details["Policies"]
        for version in policy["PolicyVersionList"]
        if version["VersionId"] == policy["DefaultVersionId"]
    }
    groups = {
        group["GroupName"]: policies_of(group, "GroupPolicyList", managed) for group in details["GroupDetailList"]
    }
    for role in details["RoleDetailList"]:
        yield PrincipalPolicies(role["Arn"], policies_of(role, "RolePolicyList", managed), boundary_of(role, managed))
    for user in details["UserDetailList"]:
        of_groups = (policy for name in user["GroupList"] for policy in groups[name])
        own = policies_of(user, "UserPolicyList", managed)
        yield PrincipalPolicies(user["Arn"], (*own, *of_groups), boundary_of(user, managed))


def policies_of(entity: dict[str, Any], inline: str, managed: dict[str, PolicyDocument]) -> tuple[Policy, ...]:
    """Return the inline and attached policies of a role, user or group."""
    return (
        *(Policy(each["PolicyName"], PolicyKind.INLINE, parse(each["PolicyDocument"])) for each in entity[inline]),
        *(
            Policy(each["PolicyName"], PolicyKind.ATTACHED, managed[each["PolicyArn"]], each["PolicyArn"])
            for each in entity["AttachedManagedPolicies"]
        ),
    )


def boundary_of(entity: dict[str, Any], managed: dict[str, PolicyDocument]) -> Policy | None:
    """Return the permissions boundary, None where there is none."""
    boundary = entity.get("PermissionsBoundary")
    if boundary is None:
        return None
    arn = boundary["PermissionsBoundaryArn"]
    return Policy(arn.rpartition("/")[2], PolicyKind.BOUNDARY, managed[arn], arn)


MEASURES: dict[str, Callable[[Any], dict[str, float]]] = {"policies": policies_per_second, "account": account}

if __name__ == "__main__":
    loaded = json.load(sys.stdin)
    result = MEASURES[sys.argv[1]](loaded)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    json.dump(result | {"peak memory in MB, input included": peak}, sys.stdout)
