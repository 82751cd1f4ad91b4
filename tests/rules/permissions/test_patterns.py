"""Wildcards and policy variables, in words and against a second implementation."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.permissions.context import RequestContext
from rules.permissions.document import Version
from rules.permissions.patterns import Wildcard, glob, matches_action, resource_extent, text_extent, wildcards
from tests.fuzz.limits import at_most

ACTIONS = [
    ("the same name", "bedrock:InvokeModel", True),
    ("another letter case", "BEDROCK:invokemodel", True),
    ("everything", "*", True),
    ("the whole service", "bedrock:*", True),
    ("wildcard service", "b*:InvokeModel", True),
    ("wildcard in another letter case", "bedrock:INVOKE*", True),
    ("one character", "bedrock:InvokeMode?", True),
    ("wildcard in the middle", "bedrock:*Model", True),
    ("longer action", "bedrock:InvokeModelWithResponseStream", False),
    ("shorter pattern", "bedrock:Invoke", False),
    ("question mark for nothing", "bedrock:InvokeModel?", False),
    ("another service", "s3:*", False),
    ("no service", "InvokeModel", False),
]


@pytest.mark.parametrize(("pattern", "wanted"), [pytest.param(*case[1:], id=case[0]) for case in ACTIONS])
def test_an_action_matches_in_any_letter_case(pattern: str, wanted: bool) -> None:
    assert matches_action(pattern, "bedrock:InvokeModel") is wanted


MODEL = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2:1"
RESOURCES = [
    ("everything", "*", True),
    ("the same ARN", MODEL, True),
    ("another letter case", MODEL.replace("claude", "Claude"), False),
    ("prefix", "arn:aws:bedrock:us-east-1::foundation-model/*", True),
    ("star across colons", "arn:aws:bedrock:*/anthropic.claude-v2:1", True),
    ("star across everything", "arn:*:1", True),
    ("stars in each part", "arn:*:bedrock:*:*:foundation-model/anthropic.*", True),
    ("star for nothing", "arn:aws:bedrock:us-east-1:*:foundation-model/anthropic.claude-v2:1*", True),
    ("question mark for a colon", "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2?1", True),
    ("too many question marks", f"{MODEL}?", False),
    ("star before the tail", "*/anthropic.claude-v2:1", True),
    ("star before another tail", "*/amazon.titan-text-lite-v1", False),
    ("star before the head", "*arn:aws:bedrock", False),
    ("overlapping head and tail", "arn:aws:bedrock:us-east-1::foundation-model/*/anthropic.claude-v2:1", False),
    ("regular expression characters", "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude.v2:1", False),
    ("another Region", "arn:aws:bedrock:eu-*", False),
    ("ARN cut after the service", "arn:aws:bedrock", True),
    ("ARN cut after another service", "arn:aws:s3", False),
]


@pytest.mark.parametrize(("pattern", "wanted"), [pytest.param(*case[1:], id=case[0]) for case in RESOURCES])
def test_a_resource_matches_in_its_own_letter_case(pattern: str, wanted: bool) -> None:
    possible = resource_extent(pattern, Version.V2012).possible

    assert possible is not None
    assert possible.matches(MODEL) is wanted


def test_an_arn_that_is_cut_short_matches_possibly_but_not_certainly() -> None:
    extent = resource_extent("arn:aws:bedrock:us-east-1", Version.V2012)

    assert (str(extent.possible), str(extent.certain)) == (
        "arn:aws:bedrock:us-east-1:*:*",
        "arn:aws:bedrock:us-east-1",
    )


ANA = RequestContext({"aws:username": "ana", "aws:TagKeys": ("a", "b")}, absent=frozenset({"aws:SourceVpc"}))
VARIABLES = [
    ("known value", "home/${aws:username}/*", "home/ana/*", "home/ana/*"),
    ("key in another letter case", "${AWS:UserName}", "ana", "ana"),
    ("known value before a default", "${aws:username, 'bob'}", "ana", "ana"),
    ("escaped star", "a${*}b", "a*b", "a*b"),
    ("escaped question mark", "a${?}b", "a?b", "a?b"),
    ("escaped dollar", "${$}{aws:username}", "${aws:username}", "${aws:username}"),
    ("unknown value", "x/${aws:PrincipalTag/team}", "x/*", None),
    ("unknown value with a default", "x/${aws:PrincipalTag/team, 'all'}", "x/*", None),
    ("absent value", "x/${aws:SourceVpc}", None, None),
    ("absent value with a default", "x/${aws:SourceVpc, 'none'}", "x/none", "x/none"),
    ("multivalued key", "x/${aws:TagKeys}", "x/*", None),
    ("not closed", "x/${aws:username", "x/${aws:username", "x/${aws:username"),
    ("default without quotes", "x/${aws:SourceVpc, none}", "x/*", None),
    ("default with one quote", "x/${aws:SourceVpc, 'none}", "x/*", None),
    ("default that is a quote", "x/${aws:SourceVpc, '}", "x/*", None),
    ("default with a quote in it", "x/${aws:SourceVpc, 'n'e'}", "x/*", None),
    ("empty default", "x/${aws:SourceVpc, ''}", "x/", "x/"),
]


@pytest.mark.parametrize(("text", "possible", "certain"), [pytest.param(*case[1:], id=case[0]) for case in VARIABLES])
def test_variables_take_their_value_when_it_is_known(text: str, possible: str | None, certain: str | None) -> None:
    extent = text_extent(text, Version.V2012, ANA)

    assert (extent.possible and str(extent.possible), extent.certain and str(extent.certain)) == (possible, certain)


def test_an_escaped_star_matches_only_a_star() -> None:
    extent = resource_extent("arn:aws:s3:::b/${*}", Version.V2012)

    assert extent.certain is not None
    assert extent.certain.matches("arn:aws:s3:::b/*")
    assert not extent.certain.matches("arn:aws:s3:::b/x")


def test_the_older_version_has_no_variables() -> None:
    extent = resource_extent("arn:aws:s3:::b/${aws:username}", Version.V2008, ANA)

    assert extent.certain is not None
    assert extent.certain.literal == "arn:aws:s3:::b/${aws:username}"


def test_wildcards_stand_for_themselves_where_they_are_not_wanted() -> None:
    for version in Version:
        extent = text_extent("a*?", version, ANA, wildcard=False)

        assert extent.certain is not None
        assert extent.certain.literal == "a*?"
    assert str(text_extent("*${aws:username}", Version.V2012, ANA, wildcard=False).certain) == "*ana"


def test_a_glob_tells_its_literal_parts() -> None:
    assert glob("a", "b").literal == "ab"
    assert glob().literal == ""
    assert wildcards("") == glob()
    assert glob("a", Wildcard.ANY_TEXT, Wildcard.ANY_TEXT, "b").tokens == ("a", Wildcard.ANY_TEXT, "b")
    assert wildcards("a*b?").literal is None
    assert (wildcards("ab*cd").literal_head, wildcards("ab*cd").literal_tail) == ("ab", "cd")
    assert (wildcards("*").literal_head, wildcards("*").literal_tail) == ("", "")
    assert (glob().literal_head, glob().literal_tail) == ("", "")
    assert wildcards("a*b?").filled("xy", "z") == "axybz"


texts = st.text(alphabet="ab:/.\n", max_size=12)
patterns = st.text(alphabet="ab:/.\n*?", max_size=10)


@settings(deadline=None)  # the machine may be busy
@given(patterns, texts)
def test_matching_agrees_with_regular_expressions(pattern: str, text: str) -> None:
    source = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    wanted = re.fullmatch(source, text, re.DOTALL) is not None

    assert wildcards(pattern).matches(text) is wanted


@settings(deadline=None)  # the machine may be busy
@given(patterns, st.text(alphabet="ab:/", max_size=3))
def test_a_filled_glob_matches_itself(pattern: str, filler: str) -> None:
    assert wildcards(pattern).matches(wildcards(pattern).filled(filler, "c"))


DEFAULTS: list[tuple[str, str, str | None]] = [
    ("a default", "a${aws:username, 'b'}c", "abc"),
    ("a default with spaces around", "a${ aws:username , 'b' }c", "abc"),
    ("a default with a comma in it", "a${aws:username,'b,c'}", "ab,c"),
    ("an empty default", "a${aws:username,''}", "a"),
    ("a default without quotes", "a${aws:username,b}", None),
    ("a default with a quote in it", "a${aws:username,'b'c'}", None),
    ("one quote", "a${aws:username,'}", None),
]


@pytest.mark.parametrize(("text", "wanted"), [pytest.param(*case[1:], id=case[0]) for case in DEFAULTS])
def test_a_variable_without_a_value_takes_the_default_that_is_in_quotes(text: str, wanted: str | None) -> None:
    context = RequestContext({}, absent=frozenset({"aws:username"}))
    extent = text_extent(text, Version.V2012, context)
    assert (None if extent.certain is None else extent.certain.literal) == wanted


def test_a_wildcard_after_the_last_variable_is_one() -> None:
    extent = text_extent("${*}a*${b?", Version.V2012)
    assert extent.outer.tokens == ("*a", Wildcard.ANY_TEXT, "${b", Wildcard.ANY_CHARACTER)


LARGEST_POLICY = 20_480
"""Bytes of a bucket's, a key's or an endpoint's policy."""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("${" + " " * LARGEST_POLICY + "}", id="a variable of spaces"),
        pytest.param("${a," + " " * LARGEST_POLICY + "'}", id="a default of spaces"),
        pytest.param("${" * (LARGEST_POLICY // 2), id="variables that do not end"),
    ],
)
def test_a_variable_as_long_as_a_policy_is_read_at_once(text: str) -> None:
    with at_most(0.5):
        text_extent(text, Version.V2012)
