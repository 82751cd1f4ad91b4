"""Facts of principals for the tables of this folder."""

from rules.engine.resource import Resource
from rules.facts.iam_principals import Principal
from rules.permissions.principal import PrincipalKind, PrincipalPolicies


def fact(policies: PrincipalPolicies, **tags: str) -> Principal:
    """Return the fact of a principal, with a resource to match."""
    role = policies.kind is PrincipalKind.ROLE
    resource_type, unique_id = ("AWS::IAM::Role", "AROA") if role else ("AWS::IAM::User", "AIDA")
    resource = Resource(resource_type, f"{unique_id}{'0' * 17}", policies.name, policies.arn)
    return Principal(resource, tags, policies)
