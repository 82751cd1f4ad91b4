"""Three rules of the shapes that deployment tells apart: periodic, change-triggered, and global."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from rules.engine.aws import Aws
from rules.engine.collector import Action, reads
from rules.engine.duties import Severity
from rules.engine.parameters import Between, InPack
from rules.engine.resource import Resource, Unreadable
from rules.engine.rule import ChangeRule, PeriodicRule
from rules.engine.verdict import Verdict, compliant


@dataclass(frozen=True)
class Thing:
    resource: Resource
    tags: Mapping[str, str]


@reads(
    Action("logs:DescribeLogGroups", "arn:{partition}:logs:{region}:{account}:log-group:*"),
    Action("bedrock:GetModelInvocationLoggingConfiguration"),
)
def things(aws: Aws) -> tuple[Thing | Unreadable, ...]:
    return (Thing(aws.account, {}),)


@reads(
    Action("kms:DescribeKey", "arn:{partition}:kms:*:*:key/*"),
    Action("lambda:GetFunctionConfiguration", "arn:{partition}:lambda:{region}:{account}:function:*"),
)
def one_thing(aws: Aws, resource: Resource) -> Thing | None:
    return Thing(resource, {}) if resource.id == aws.account_id else None


@dataclass(frozen=True)
class ExampleLogKept(PeriodicRule[Thing]):
    """
    Checks if example logs are kept. The rule is NON_COMPLIANT if a log is not.

    ## Why
    An example.

    ## Fix
    Nothing.

    ## Limits
    None.
    """

    __module__ = "rules.logging.example_log_kept"

    title = "Example logs are kept"
    severity = Severity.HIGH
    frameworks = ()
    references = ()
    reports = ("AWS::Logs::LogGroup",)
    nothing_to_judge = "This account has no example logs."
    collect = things

    min_days: Annotated[int, Between(1, 3653), InPack(), "Fewest days."] = 90
    require_cmk: Annotated[bool, "Whether a customer-managed key is wanted."] = True
    trusted: Annotated[tuple[str, ...], InPack("TrustedAccounts"), "Accounts that may read."] = ()

    def judge(self, thing: Thing, /) -> Verdict:
        return compliant(f"{thing.resource.name} is kept.")


@dataclass(frozen=True)
class ExampleFunctionScoped(ChangeRule[Thing]):
    """
    Checks if example functions are scoped. The rule is NON_COMPLIANT if a function is not.

    ## Why
    An example.

    ## Fix
    Nothing.

    ## Limits
    None.
    """

    __module__ = "rules.functions.example_function_scoped"

    title = "Example functions are scoped"
    severity = Severity.LOW
    frameworks = ()
    references = ()
    reports = ("AWS::Lambda::Function",)
    resource_types = ("AWS::Lambda::Function",)
    nothing_to_judge = "This account has no example functions."
    collect = things
    read = one_thing

    mode: Annotated[Literal["any", "all"], "How many."] = "any"
    trusted: Annotated[tuple[str, ...], InPack("TrustedAccounts"), "Accounts that may read."] = ()

    def judge(self, thing: Thing, /) -> Verdict:
        return compliant(f"{thing.resource.name} is scoped.")


@dataclass(frozen=True)
class ExampleRoleScoped(ChangeRule[Thing]):
    """
    Checks if example roles are scoped. The rule is NON_COMPLIANT if a role is not.

    ## Why
    An example.

    ## Fix
    Nothing.

    ## Limits
    None.
    """

    __module__ = "rules.access.example_role_scoped"

    title = "Example roles are scoped"
    severity = Severity.CRITICAL
    frameworks = ()
    references = ()
    reports = ("AWS::IAM::Role",)
    resource_types = ("AWS::IAM::Role", "AWS::IAM::User")
    is_global = True
    nothing_to_judge = "This account has no example roles."
    collect = things
    read = one_thing

    def judge(self, thing: Thing, /) -> Verdict:
        return compliant(f"{thing.resource.name} is scoped.")


RULES = (ExampleLogKept, ExampleRoleScoped, ExampleFunctionScoped)


def statements_of(role: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield every statement of a role in a template."""
    for policy in role["Properties"]["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]
