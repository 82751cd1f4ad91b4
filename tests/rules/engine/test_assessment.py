from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from rules.engine.assessment import Assessment, Judged, assess, assess_change
from rules.engine.aws import Aws
from rules.engine.errors import CollectionError
from rules.engine.resource import Resource, Unreadable
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable, out_of_scope
from rules.permissions.refusals import MalformedPolicyError, UndecidedError
from tests.rules.engine.sample_rules import BUCKET, CONTENT, Box, BoxesGood, BoxGood, box

ODD = "odd"


@dataclass(frozen=True)
class Puzzled(BoxesGood):
    """A rule that cannot make anything of one box."""

    def judge(self, one: Box, /) -> Verdict:
        if one.resource.name == ODD:
            raise CONFUSIONS[one.tags["confusion"]]
        return super().judge(one)


CONFUSIONS: Mapping[str, Exception] = {
    "no such part": IndexError("list index out of range"),
    "too large": OverflowError("date value out of range"),
    "too deep": RecursionError("maximum recursion depth exceeded"),
    "another kind": TypeError("'int' object is not iterable"),
}


UNREADABLE = Unreadable(Resource(BUCKET, "dark", "dark"), "AccessDenied", "GetBucketPolicy: no")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    CONTENT.clear()
    with mock_aws():
        session = boto3.Session(region_name="eu-central-1")
        yield Aws(session, account_id="123456789012", region="eu-central-1", now=datetime(2026, 11, 1, tzinfo=UTC))


def test_what_comes_after_something_unreadable_is_judged(aws: Aws) -> None:
    CONTENT.extend([UNREADABLE, box("a")])

    assert [one.resource.name for one in assess(BoxesGood(), aws).judged] == ["a"]


def test_a_fact_that_comes_twice_is_an_error(aws: Aws) -> None:
    CONTENT.extend([box("a"), box("a", good=False)])

    with pytest.raises(CollectionError) as raised:
        assess(BoxesGood(), aws)
    assert str(raised.value) == "boxes-good: DuplicateFact: a was collected twice"


def test_judges_every_fact_and_keeps_the_four_states_apart(aws: Aws) -> None:
    CONTENT.extend([box("a"), box("b", good=False), box("c", good=None), UNREADABLE])

    assessment = assess(BoxesGood(), aws)

    assert assessment == Assessment(
        judged=(
            Judged(box("a").resource, compliant("The box is good.")),
            Judged(box("b").resource, non_compliant("The box is bad; a good one is wanted.")),
        ),
        out_of_scope=(Judged(box("c").resource, out_of_scope("This box is none of the rule's business.")),),
        unreadable=(UNREADABLE,),
    )


@pytest.mark.parametrize("content", [[], [box("c", good=None)]], ids=["empty", "everything out of scope"])
def test_nothing_to_judge_is_one_evaluation_of_the_account(aws: Aws, content: list[Box]) -> None:
    CONTENT.extend(content)

    assert assess(BoxesGood(), aws).judged == (Judged(aws.account, not_applicable("There are no boxes.")),)


def test_nothing_is_said_of_the_account_when_the_only_resource_is_unreadable(aws: Aws) -> None:
    CONTENT.append(UNREADABLE)

    assert assess(BoxesGood(), aws) == Assessment((), unreadable=(UNREADABLE,))


def test_an_exempt_resource_is_not_applicable_with_the_reason(aws: Aws) -> None:
    CONTENT.extend(
        [box("a", good=False, exempt="yes"), box("b", good=False, exempt="no"), box("c", good=None, exempt="yes")]
    )

    assessment = assess(BoxesGood.configured({"exemptTag": "exempt=yes"}), aws)

    assert [one.verdict for one in assessment.judged] == [
        not_applicable("Exempt by the tag exempt=yes."),
        non_compliant("The box is bad; a good one is wanted."),
    ]
    assert [one.resource.name for one in assessment.out_of_scope] == ["c"]


def test_a_failed_listing_says_nothing_at_all(aws: Aws) -> None:
    def deny(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "ListKeys")

    aws.client("kms").meta.events.register("before-call.kms.ListKeys", deny)

    with pytest.raises(CollectionError) as failure:
        assess(BoxesGood(), aws)

    assert str(failure.value) == "boxes-good: AccessDeniedException: ListKeys: no"


def test_the_same_resource_twice_is_a_failure_not_two_evaluations(aws: Aws) -> None:
    CONTENT.extend([box("a"), box("a", good=False)])

    with pytest.raises(CollectionError, match="a was collected twice"):
        assess(BoxesGood(), aws)


@pytest.mark.parametrize(
    ("good", "verdict"),
    [
        (True, compliant("The box is good.")),
        (False, non_compliant("The box is bad; a good one is wanted.")),
        (None, out_of_scope("This box is none of the rule's business.")),
    ],
)
def test_a_changed_resource_is_always_answered(aws: Aws, good: bool | None, verdict: Verdict) -> None:
    CONTENT.append(box("a", good=good))

    assert assess_change(BoxGood(), aws, box("a").resource).judged == (Judged(box("a").resource, verdict),)


def test_a_changed_resource_that_is_gone_is_not_applicable(aws: Aws) -> None:
    (judged,) = assess_change(BoxGood(), aws, box("a").resource).judged

    assert judged.verdict == out_of_scope("The resource no longer exists, or is not one that this rule is about.")


def test_a_changed_resource_that_cannot_be_read_keeps_its_verdict(aws: Aws) -> None:
    CONTENT.append(UNREADABLE)

    assert assess_change(BoxGood(), aws, UNREADABLE.resource) == Assessment((), unreadable=(UNREADABLE,))


def test_an_error_while_reading_the_changed_resource_makes_it_unreadable(aws: Aws) -> None:
    def deny(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "DescribeKey")

    aws.client("kms").meta.events.register("before-call.kms.DescribeKey", deny)

    (unreadable,) = assess_change(BoxGood(), aws, box("a").resource).unreadable

    assert unreadable == Unreadable(box("a").resource, "AccessDeniedException", "DescribeKey: no")


@pytest.mark.parametrize(("confusion", "error"), CONFUSIONS.items(), ids=CONFUSIONS)
def test_a_resource_that_a_rule_cannot_judge_hides_no_other(aws: Aws, confusion: str, error: Exception) -> None:
    odd = box(ODD, confusion=confusion)
    CONTENT.extend([box("a"), odd, box("b", good=False)])

    assessment = assess(Puzzled(), aws)

    message = f"the answer has an unexpected form ({type(error).__name__})"
    assert [one.resource.name for one in assessment.judged] == ["a", "b"]
    assert assessment.unreadable == (Unreadable(odd.resource, "UnexpectedAnswer", message),)


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        pytest.param(MalformedPolicyError("The policy is null, not an object."), "MalformedPolicy", id="malformed"),
        pytest.param(UndecidedError(), "Undecided", id="too intertwined to tell"),
    ],
)
def test_a_policy_that_a_rule_cannot_judge_hides_no_other_resource(aws: Aws, refusal: Exception, code: str) -> None:
    @dataclass(frozen=True)
    class RefusedBoxes(BoxesGood):
        def judge(self, one: Box, /) -> Verdict:
            if one.resource.name == ODD:
                raise refusal
            return super().judge(one)

    CONTENT.extend([box("a"), box(ODD), box("b", good=False)])

    assessment = assess(RefusedBoxes(), aws)

    assert [one.resource.name for one in assessment.judged] == ["a", "b"]
    assert assessment.unreadable == (Unreadable(box(ODD).resource, code, str(refusal)),)


def test_a_changed_resource_that_a_rule_cannot_judge_keeps_its_verdict(aws: Aws) -> None:
    @dataclass(frozen=True)
    class PuzzledBox(BoxGood):
        def judge(self, one: Box, /) -> Verdict:
            raise CONFUSIONS[one.tags["confusion"]]

    CONTENT.append(box(ODD, confusion="no such part"))

    assessment = assess_change(PuzzledBox(), aws, box(ODD).resource)

    message = "the answer has an unexpected form (IndexError)"
    assert assessment == Assessment((), unreadable=(Unreadable(box(ODD).resource, "UnexpectedAnswer", message),))


def test_a_change_is_not_answered_with_the_verdict_on_another_resource(aws: Aws) -> None:
    CONTENT.append(box("a"))
    asked = Resource(BUCKET, "b", "a", "arn:aws:s3:::b")

    message = "it is described as a, which is another one"
    assert assess_change(BoxGood(), aws, asked) == Assessment(
        (), unreadable=(Unreadable(asked, "UnexpectedAnswer", message),)
    )


def test_a_change_under_another_id_of_the_same_arn_is_answered(aws: Aws) -> None:
    CONTENT.append(box("a"))
    asked = Resource(BUCKET, "an id of AWS Config", "a", "arn:aws:s3:::a")

    assert assess_change(BoxGood(), aws, asked).judged == (Judged(asked, compliant("The box is good.")),)
