from dataclasses import replace

import pytest

from tests.faults.judgement import wrong
from tests.faults.kinds import KINDS, Kind
from tests.faults.stage import Key, Outcome, Said

A: Key = ("AWS::S3::Bucket", "a")
B: Key = ("AWS::S3::Bucket", "b")
EARLIER: dict[Key, Said] = {A: ("COMPLIANT", "Said before."), B: ("NON_COMPLIANT", "Said before.")}
WANTED: dict[Key, Said] = {A: ("NON_COMPLIANT", "It is bad."), B: ("COMPLIANT", "It is good.")}
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
        pytest.param("denied", ended({A: ("NON_COMPLIANT", "Less.")}), id="a violation of which less is seen"),
        pytest.param("throttled twice", FAULTLESS, id="a fault that ended changes nothing"),
        pytest.param("item gone", ended({A: ("NOT_APPLICABLE", "Gone.")}, None), id="what is gone is cleared"),
        pytest.param("item gone", ended({B: ("NON_COMPLIANT", "Key k is gone.")}, None), id="what is gone is named"),
        pytest.param("no endpoint", ended({B: ("NOT_APPLICABLE", "No such feature.")}, None), id="absent"),
    ],
)
def test_ends_as_it_may(name: str, outcome: Outcome) -> None:
    assert wrong(kind(name), EARLIER, FAULTLESS, outcome, asked=("Key k",)) == []


@pytest.mark.parametrize(
    ("name", "outcome", "complaint"),
    [
        pytest.param("denied", ended({}, None), "It did not fail.", id="silence"),
        pytest.param(
            "denied",
            ended({A: ("COMPLIANT", "Nothing was found.")}),
            "AWS::S3::Bucket a has COMPLIANT (Nothing was found.) instead of NON_COMPLIANT (It is bad.).",
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
        pytest.param("5xx twice", ended({}), "It failed although the fault ended: AccessDenied", id="impatience"),
        pytest.param("5xx twice", ended({}, None), "It stored something else although the fault ended.", id="half"),
        pytest.param(
            "item gone",
            ended({A: ("COMPLIANT", "It has no key.")}, None),
            "AWS::S3::Bucket a has COMPLIANT (It has no key.) instead of NON_COMPLIANT (It is bad.).",
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
            "AWS::S3::Bucket a has COMPLIANT (Nothing to see.) instead of NON_COMPLIANT (It is bad.).",
            id="COMPLIANT because the feature is absent",
        ),
    ],
)
def test_tells_what_is_wrong(name: str, outcome: Outcome, complaint: str) -> None:
    assert wrong(kind(name), EARLIER, FAULTLESS, outcome, asked=("Key k",)) == [complaint]


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(ended({}, "the token is hunter2!"), id="in the failure"),
        pytest.param(replace(ended({}), said="the token is hunter2!"), id="in the log"),
    ],
)
def test_finds_a_secret_wherever_it_is_told(outcome: Outcome) -> None:
    assert wrong(kind("denied"), EARLIER, FAULTLESS, outcome, secrets=("hunter2",)) == ["A message carries a secret."]
