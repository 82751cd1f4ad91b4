"""Rules and facts that tests of the engine drive; they read nothing but what a test puts into them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from rules.engine.aws import Aws
from rules.engine.collector import Action, reads
from rules.engine.duties import Duty, Severity
from rules.engine.parameters import AccountIds, Between, InPack
from rules.engine.resource import Resource, Unreadable
from rules.engine.rule import ChangeRule, PeriodicRule
from rules.engine.verdict import Verdict, compliant, non_compliant, out_of_scope
from rules.facts import kms
from rules.frameworks.framework import nist_800_53

BUCKET = "AWS::S3::Bucket"


@dataclass(frozen=True)
class Box:
    """A thing with a key that is in the account's KMS, or is not."""

    resource: Resource
    good: bool | None
    tags: Mapping[str, str] = field(default_factory=dict)


def box(name: str, *, good: bool | None = True, resource_type: str = BUCKET, **tags: str) -> Box:
    """Return a box; `good` None is one that the rule is not about."""
    return Box(Resource(resource_type, name, name, f"arn:aws:s3:::{name}"), good, tags)


CONTENT: list[Box | Unreadable] = []
"""What the collectors below find; a fixture empties it."""


@reads(Action("kms:ListKeys"))
def boxes(aws: Aws) -> tuple[Box | Unreadable, ...]:
    """Return the boxes, after one real AWS call that a test can make fail."""
    aws.client("kms").list_keys()
    return tuple(CONTENT)


@reads(uses=(kms.key,))
def one_box(aws: Aws, resource: Resource) -> Box | Unreadable | None:
    """Return the box of that name; the key of the same name has to be readable first."""
    kms.key(aws, resource.name)
    return next((one for one in CONTENT if one.resource.name == resource.name), None)


class Judgement:
    """What both sample rules say of a box."""

    def judge(self, one: Box, /) -> Verdict:
        """Return the verdict that the box asks for."""
        if one.good is None:
            return out_of_scope("This box is none of the rule's business.")
        return compliant("The box is good.") if one.good else non_compliant("The box is bad; a good one is wanted.")


@dataclass(frozen=True)
class BoxesGood(Judgement, PeriodicRule[Box]):
    """
    Checks if boxes are good.

    The rule is NON_COMPLIANT if a box is bad.

    ## Why
    A bad box lets everything out.

    ## Fix
    PutBox with `Good`:

        aws boxes put-box --good <name>

    ## Limits
    A periodic rule with a parameter of every kind.
    """

    id = "boxes-good"
    duty = Duty.LOGGING
    title = "Boxes are good"
    severity = Severity.HIGH
    frameworks = nist_800_53("SC-28")
    references = ("https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html",)
    reports = (BUCKET,)
    nothing_to_judge = "There are no boxes."
    collect = boxes

    least: Annotated[int, Between(1, 90), InPack(), "Fewest boxes."] = 3
    share: Annotated[float, Between(0, 1), "Part of the boxes."] = 0.5
    strict: Annotated[bool, "Whether it matters."] = True
    label: Annotated[str | None, "A word."] = None
    mode: Annotated[Literal["any", "all"], "How many."] = "any"
    kinds: Annotated[tuple[Literal["text", "image"], ...], "Which ones."] = ("text", "image")
    trusted_accounts: AccountIds = ()


@dataclass(frozen=True)
class BoxGood(Judgement, ChangeRule[Box]):
    """
    Checks if a box is good.

    The rule is NON_COMPLIANT if it is not.

    ## Why
    A bad box lets something out.

    ## Fix
    Replace the box.

    ## Limits
    A change-triggered rule.
    """

    id = "box-good"
    duty = Duty.LOGGING
    title = "A box is good"
    severity = Severity.LOW
    frameworks = nist_800_53("SC-28")
    references = ("https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html",)
    reports = (BUCKET,)
    nothing_to_judge = "There are no boxes."
    resource_types = (BUCKET,)
    collect = boxes
    read = one_box


@dataclass(frozen=True)
class AccountGood(Judgement, PeriodicRule[Box]):
    """
    Checks if the account is good.

    The rule is NON_COMPLIANT if it is not.

    ## Why
    A bad account has bad boxes.

    ## Fix
    Tidy up.

    ## Limits
    A rule on the account as a whole.
    """

    id = "account-good"
    duty = Duty.LOGGING
    title = "The account is good"
    severity = Severity.LOW
    frameworks = nist_800_53("SC-28")
    references = ("https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html",)
    reports = ("AWS::::Account",)
    nothing_to_judge = "There is nothing."
    collect = boxes
