from dataclasses import replace

import pytest

from cli.formats.html.evaluations import Place, gravest_first, place_name, shown
from cli.report import Evaluation
from rules.engine.resource import Resource
from rules.engine.verdict import compliant
from tests.cli.formats.html.samples import CLOSED, FIRST, SECOND
from tests.cli.reports import report
from tests.rules.engine.sample_rules import BoxesGood, BoxGood


@pytest.mark.parametrize(
    ("resource", "identity"),
    [
        pytest.param(Resource("AWS::::Account", "1", "1", "arn:aws:iam::1:root"), "", id="the account is its number"),
        pytest.param(Resource("AWS::S3::Bucket", "b", "b", "arn:aws:s3:::b"), "arn:aws:s3:::b", id="ARN"),
        pytest.param(Resource("AWS::EC2::VPC", "vpc-1", "vpc-1"), "", id="nothing but a name"),
        pytest.param(Resource("AWS::EC2::VPC", "vpc-1", "main"), "vpc-1", id="an id beside the name"),
        pytest.param(Resource("AWS::IAM::Role", "AROA1", "r", "arn:r"), "arn:r AROA1", id="an id beside the ARN"),
    ],
)
def test_says_what_more_than_its_name_identifies_a_resource(resource: Resource, identity: str) -> None:
    (found,) = shown([report(Evaluation(BoxesGood, resource, compliant("It is good.")))])

    assert found.identity == identity


@pytest.mark.parametrize(
    ("place", "among", "name"),
    [
        pytest.param(Place("1", "us-east-1"), [Place("1", "eu-west-1")], "us-east-1", id="one account"),
        pytest.param(Place("1", "us-east-1"), [Place("2", "us-east-1")], "1, us-east-1", id="two accounts"),
        pytest.param(Place.of(CLOSED), [], "us-west-2, <i>audit</i>", id="an unknown account, by its profile"),
    ],
)
def test_a_place_is_named_by_what_tells_it_from_others(place: Place, among: list[Place], name: str) -> None:
    assert place_name(place, [place, *among]) == name


def test_two_unknown_accounts_are_two_places() -> None:
    other = replace(CLOSED, profile=None, role_arn="arn:aws:iam::111122223333:role/audit")

    assert Place.of(CLOSED) != Place.of(other)


def test_the_gravest_rule_is_first_and_within_it_what_is_violated() -> None:
    found = shown([SECOND, FIRST])

    assert gravest_first([SECOND, FIRST]) == (BoxesGood, BoxGood)
    assert [one.outcome for one in found] == [0, 0, 1, 2, 3, 4, 0, 1, 3]
