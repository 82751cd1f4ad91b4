import pytest

from rules.access.bedrock_api_key_short_lived import BedrockApiKeyShortLived
from rules.engine.errors import ParameterError
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, out_of_scope
from rules.facts.api_keys import ApiKey, KeyHolder

USER = Resource("AWS::IAM::User", "AIDAEXAMPLEEXAMPLE123", "ada", "arn:aws:iam::123456789012:user/ada")
ID, OTHER = "ACCAEXAMPLEEXAMPLEAAA", "ACCAEXAMPLEEXAMPLEBBB"
IN_TIME = compliant("Every active API key expires within 30 days of its creation.")
FOREVER = f"Amazon Bedrock API key {ID} never expires; an expiration within 30 days is wanted."


def key(
    lifetime: int | None = 30,
    *,
    age: int = 0,
    status: str = "Active",
    key_id: str = ID,
    service: str = "Amazon Bedrock",
) -> ApiKey:
    return ApiKey(key_id, service, status, age, lifetime)


def judged(*keys: ApiKey, **parameters: str) -> Verdict:
    return BedrockApiKeyShortLived.configured(parameters).judge(KeyHolder(USER, {}, keys))


@pytest.mark.parametrize(
    ("keys", "verdict"),
    [
        pytest.param((key(30),), IN_TIME, id="as long as allowed"),
        pytest.param((key(1), key(7, key_id=OTHER)), IN_TIME, id="two short ones"),
        pytest.param(
            (key(31),),
            non_compliant(f"Amazon Bedrock API key {ID} lives for 31 days; at most 30 days are wanted."),
            id="a day too long",
        ),
        pytest.param((key(None),), non_compliant(FOREVER), id="never expires, just made"),
        pytest.param((key(None, age=400),), non_compliant(FOREVER), id="never expires, old"),
        pytest.param((key(None, age=400), key(5, key_id=OTHER)), non_compliant(FOREVER), id="one of two never expires"),
        pytest.param(
            (key(365, key_id=OTHER), key(None)),
            non_compliant(FOREVER, f"Amazon Bedrock API key {OTHER} lives for 365 days; at most 30 days are wanted."),
            id="gravest first",
        ),
        pytest.param(
            (key(60), key(90, key_id=OTHER)),
            non_compliant(
                f"Amazon Bedrock API key {OTHER} lives for 90 days; at most 30 days are wanted.",
                f"Amazon Bedrock API key {ID} lives for 60 days; at most 30 days are wanted.",
            ),
            id="longest first",
        ),
        pytest.param(
            (key(None, service="Claude Platform on AWS"),),
            non_compliant(
                f"Claude Platform on AWS API key {ID} never expires; an expiration within 30 days is wanted."
            ),
            id="another AI service",
        ),
        pytest.param(
            (key(None, status="Paused"),),
            non_compliant(FOREVER),
            id="a status that IAM does not know yet, which may be in use",
        ),
        pytest.param((key(None, status="Inactive"), key(9)), IN_TIME, id="one that never expires is switched off"),
        pytest.param(
            (key(None, status="Inactive"), key(90, status="Expired")),
            out_of_scope("No API key of the user is active."),
            id="switched off and expired",
        ),
    ],
)
def test_active_keys_have_to_expire_in_time(keys: tuple[ApiKey, ...], verdict: Verdict) -> None:
    assert judged(*keys) == verdict


@pytest.mark.parametrize(
    ("keys", "verdict"),
    [
        pytest.param(
            (key(8),),
            non_compliant(f"Amazon Bedrock API key {ID} lives for 8 days; at most 7 days are wanted."),
            id="too long",
        ),
        pytest.param((key(7),), compliant("Every active API key expires within 7 days of its creation."), id="in time"),
    ],
)
def test_the_time_is_a_parameter(keys: tuple[ApiKey, ...], verdict: Verdict) -> None:
    assert judged(*keys, maxDays="7") == verdict


@pytest.mark.parametrize(
    ("keys", "verdict"),
    [
        pytest.param(
            (key(None, age=30), key(30, key_id=OTHER)),
            compliant("No active API key is older, or lives longer, than 30 days."),
            id="as old as allowed",
        ),
        pytest.param(
            (key(None, age=31),),
            non_compliant(f"Amazon Bedrock API key {ID} never expires and is 31 days old; at most 30 days are wanted."),
            id="a day too old",
        ),
        pytest.param(
            (key(31),),
            non_compliant(f"Amazon Bedrock API key {ID} lives for 31 days; at most 30 days are wanted."),
            id="expires too late",
        ),
        pytest.param((key(30, age=29),), IN_TIME, id="expires in time"),
    ],
)
def test_keys_that_never_expire_may_be_allowed_to_be_young(keys: tuple[ApiKey, ...], verdict: Verdict) -> None:
    assert judged(*keys, allowLongTerm="true") == verdict


@pytest.mark.parametrize("days", ["0", "36601", "soon"])
def test_what_is_no_time_is_refused(days: str) -> None:
    with pytest.raises(ParameterError, match="maxDays"):
        judged(key(), maxDays=days)
