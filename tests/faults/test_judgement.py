from dataclasses import replace

import pytest

from tests.faults.judgement import LEFT_OUT, wrong, wrong_report
from tests.faults.kinds import KINDS, Kind
from tests.faults.stage import Key, Outcome, Said

A: Key = ("AWS::S3::Bucket", "a")
B: Key = ("AWS::S3::Bucket", "b")
C: Key = ("AWS::KMS::Key", "k")
ASKED = (("arn:aws:kms:us-east-1:123456789012:Key k", "Key k", "k"),)
EARLIER: dict[Key, Said] = {A: ("COMPLIANT", "Said before."), B: ("NON_COMPLIANT", "Said before.")}
WANTED: dict[Key, Said] = {A: ("NON_COMPLIANT", "2 rules are bad: x and y."), B: ("COMPLIANT", "It is good.")}
FAULTLESS = Outcome(WANTED, None, frozenset(), "")


def kind(name: str) -> Kind:
    return next(each for each in KINDS if each.name == name)


def ended(changes: dict[Key, Said], failure: str | None = "AccessDenied", *unreadable: Key) -> Outcome:
    return Outcome({**EARLIER, **changes}, failure, frozenset(unreadable), "")


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        pytest.param("denied", ended({}), id="nothing is stored and it fails"),
        pytest.param("denied", ended({A: WANTED[A]}, "1 could not be read", B), id="the rest is stored and it fails"),
        pytest.param("denied", ended({A: ("NON_COMPLIANT", "1 rule is bad: y.")}), id="less of a violation is seen"),
        pytest.param("throttled twice", FAULTLESS, id="a fault that ended changes nothing"),
        pytest.param("item gone", ended({C: ("NOT_APPLICABLE", "Gone.")}, None), id="what is gone is cleared"),
        pytest.param("item gone", ended({A: ("NOT_APPLICABLE", "Key k is gone.")}, None), id="what is gone is why"),
        pytest.param("item gone", ended({A: ("COMPLIANT", "Key k is gone.")}, None), id="what is gone is left out"),
        pytest.param("item gone", ended({B: ("NON_COMPLIANT", "Key k is gone.")}, None), id="what is gone is named"),
        pytest.param("no endpoint", ended({B: ("NOT_APPLICABLE", "No such feature.")}, None), id="absent"),
    ],
)
def test_ends_as_it_may(name: str, outcome: Outcome) -> None:
    assert wrong(kind(name), EARLIER, FAULTLESS, outcome, asked=ASKED) == []


@pytest.mark.parametrize(
    ("name", "outcome", "complaint"),
    [
        pytest.param("denied", ended({}, None), "It did not fail.", id="silence"),
        pytest.param(
            "denied",
            ended({A: ("COMPLIANT", "Nothing was found.")}),
            "AWS::S3::Bucket a has COMPLIANT (Nothing was found.) instead of "
            "NON_COMPLIANT (2 rules are bad: x and y.).",
            id="a false COMPLIANT",
        ),
        pytest.param(
            "denied",
            ended({B: ("NON_COMPLIANT", "No policy.")}),
            "AWS::S3::Bucket b has NON_COMPLIANT (No policy.) instead of COMPLIANT (It is good.).",
            id="a false NON_COMPLIANT",
        ),
        pytest.param(
            "denied",
            ended({B: ("NOT_APPLICABLE", "Left.")}),
            "AWS::S3::Bucket b has NOT_APPLICABLE (Left.) instead of COMPLIANT (It is good.).",
            id="an earlier verdict is cleared",
        ),
        pytest.param(
            "denied",
            ended({B: WANTED[B]}, "1 could not be read", B),
            "AWS::S3::Bucket b is named as unreadable and has COMPLIANT (It is good.).",
            id="a fresh verdict on what is named as unreadable",
        ),
        pytest.param(
            "denied",
            ended({A: ("NON_COMPLIANT", "2 rules are bad: x and z.")}),
            "AWS::S3::Bucket a has NON_COMPLIANT (2 rules are bad: x and z.) instead of "
            "NON_COMPLIANT (2 rules are bad: x and y.).",
            id="a violation that was not there",
        ),
        pytest.param(
            "denied",
            replace(ended({A: WANTED[A]}, "CollectionError"), whole=True),
            "It could read nothing, and stored something.",
            id="a verdict after a failed listing",
        ),
        pytest.param(
            "denied",
            replace(ended({}, "KeyError: 'x'"), accident=True),
            "It did not see the failure coming: KeyError: 'x'",
            id="a failure by accident",
        ),
        pytest.param(
            "item gone",
            ended({A: ("NOT_APPLICABLE", "Nothing is there.")}, None),
            "AWS::S3::Bucket a has NOT_APPLICABLE (Nothing is there.) instead of "
            "NON_COMPLIANT (2 rules are bad: x and y.).",
            id="a violation that is cleared without a word on what is gone",
        ),
        pytest.param("5xx twice", ended({}), "It failed although the fault ended: AccessDenied", id="impatience"),
        pytest.param("5xx twice", ended({}, None), "It stored something else although the fault ended.", id="half"),
        pytest.param(
            "item gone",
            ended({A: ("COMPLIANT", "It has no key.")}, None),
            "AWS::S3::Bucket a has COMPLIANT (It has no key.) instead of NON_COMPLIANT (2 rules are bad: x and y.).",
            id="COMPLIANT because something is gone",
        ),
        pytest.param(
            "item gone",
            ended({B: ("NON_COMPLIANT", "It has no key.")}, None),
            "AWS::S3::Bucket b has NON_COMPLIANT (It has no key.) instead of COMPLIANT (It is good.).",
            id="NON_COMPLIANT that does not say what is gone",
        ),
        pytest.param(
            "no endpoint",
            ended({A: ("COMPLIANT", "Nothing to see.")}, None),
            "AWS::S3::Bucket a has COMPLIANT (Nothing to see.) instead of NON_COMPLIANT (2 rules are bad: x and y.).",
            id="COMPLIANT because the feature is absent",
        ),
    ],
)
def test_tells_what_is_wrong(name: str, outcome: Outcome, complaint: str) -> None:
    assert wrong(kind(name), EARLIER, FAULTLESS, outcome, asked=ASKED) == [complaint]


@pytest.mark.parametrize(
    ("without", "complaints"),
    [
        pytest.param({A: ("COMPLIANT", "It has no rule.")}, 0, id="it says the same of a bucket that never had it"),
        pytest.param({A: WANTED[A]}, 1, id="it says something else"),
        pytest.param(None, 1, id="it is asked for still"),
    ],
)
def test_a_verdict_without_what_is_gone_is_that_of_an_account_without_it(
    without: dict[Key, Said] | None, complaints: int
) -> None:
    outcome = ended({A: ("COMPLIANT", "It has no rule.")}, None)

    assert len(wrong(kind("item gone"), EARLIER, FAULTLESS, outcome, without=without)) == complaints


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(ended({}, "the token is hunter2!"), id="in the failure"),
        pytest.param(replace(ended({}), said="the token is hunter2!"), id="in the log"),
    ],
)
def test_finds_a_secret_wherever_it_is_told(outcome: Outcome) -> None:
    assert wrong(kind("denied"), EARLIER, FAULTLESS, outcome, secrets=("hunter2",)) == ["A message carries a secret."]


FAILED = Outcome({A: WANTED[A], B: EARLIER[B]}, "1 could not be read", frozenset({B}), "")
NAMED = Outcome({A: WANTED[A]}, "AccessDenied: no", frozenset({B}), "{}")


@pytest.mark.parametrize(
    ("outcome", "report"),
    [
        pytest.param(FAULTLESS, FAULTLESS, id="the same"),
        pytest.param(FAILED, NAMED, id="an error for what keeps its evaluation"),
        pytest.param(
            ended({A: ("NOT_APPLICABLE", "It left.")}, None), Outcome({A: LEFT_OUT}, None, frozenset(), ""), id="left"
        ),
    ],
)
def test_a_report_says_what_the_function_says(outcome: Outcome, report: Outcome) -> None:
    assert wrong_report(outcome, report) == []


@pytest.mark.parametrize(
    ("outcome", "report", "complaint"),
    [
        pytest.param(FAILED, replace(NAMED, failure=None), "It says None where the function says 1 could not", id="0"),
        pytest.param(FAILED, replace(NAMED, accident=True), "It did not see the failure coming", id="a defect"),
        pytest.param(FAILED, replace(NAMED, unreadable=frozenset({A})), "Its errors name", id="another error"),
        pytest.param(
            FAILED,
            replace(NAMED, stored=WANTED),
            "AWS::S3::Bucket b is in an error and has COMPLIANT",
            id="a verdict too",
        ),
        pytest.param(
            FAILED,
            replace(NAMED, stored={A: LEFT_OUT}),
            "AWS::S3::Bucket a has NOT_APPLICABLE",
            id="a violation left out",
        ),
        pytest.param(FAILED, replace(NAMED, said="hunter2"), "A message carries a secret.", id="a secret"),
    ],
)
def test_tells_what_is_wrong_in_a_report(outcome: Outcome, report: Outcome, complaint: str) -> None:
    found = wrong_report(outcome, report, secrets=("hunter2",))

    assert found[0].startswith(f"In a report: {complaint}")
