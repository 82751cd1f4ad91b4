"""Which statements speak of a domain, and which entries say more."""

import pytest

from rules.permissions.document import parse
from rules.permissions.domains import ENDPOINT_INVOCATION, MODEL_INVOCATION, RETRIEVAL, Domain
from rules.permissions.relevance import goes_beyond, matched_actions, relevant_statements
from tests.rules.permissions.principals import allow, statement

MATCHES: list[tuple[str, Domain, int]] = [
    ("bedrock:InvokeModel", MODEL_INVOCATION, 0b0001),
    ("bedrock:InvokeModelWithResponseStream", MODEL_INVOCATION, 0b0010),
    ("bedrock:InvokeModel*", MODEL_INVOCATION, 0b0011),
    ("BEDROCK:invokemodel", MODEL_INVOCATION, 0b0001),
    ("bedrock:*", MODEL_INVOCATION, 0b0111),
    ("bedrock-mantle:*", MODEL_INVOCATION, 0b1000),
    ("bedrock*", MODEL_INVOCATION, 0b1111),
    ("bedroc?:InvokeModel", MODEL_INVOCATION, 0b0001),
    ("?edrock:InvokeModel", MODEL_INVOCATION, 0b0001),
    ("*", MODEL_INVOCATION, 0b1111),
    ("*:Create*", MODEL_INVOCATION, 0b1100),
    ("s3:*", MODEL_INVOCATION, 0),
    ("batch:InvokeModel", MODEL_INVOCATION, 0),
    ("bedrock", MODEL_INVOCATION, 0),
    ("bedrock:Get*", MODEL_INVOCATION, 0),
    ("bedrock:RetrieveAndGenerate", RETRIEVAL, 0b0100),
    ("bedrock:*Retrieve*", RETRIEVAL, 0b1101),
    ("sagemaker:InvokeEndpoint?*", ENDPOINT_INVOCATION, 0b110),
]


@pytest.mark.parametrize(("pattern", "domain", "bits"), MATCHES, ids=[f"{each[1].name}: {each[0]}" for each in MATCHES])
def test_knows_which_actions_a_statement_speaks_of(pattern: str, domain: Domain, bits: int) -> None:
    every = (1 << len(domain.names)) - 1
    document = parse(
        {
            "Statement": [
                allow("iam:*"),
                allow(["iam:*", pattern]),
                statement("Allow", NotAction=[pattern, "iam:*"], Resource="*"),
            ]
        }
    )

    wanted = {2: bits, 3: every & ~bits}
    assert matched_actions(document, domain) == {index: found for index, found in wanted.items() if found}
    assert [each.index for each in relevant_statements(document, domain)] == [
        index for index, found in wanted.items() if found
    ]


@pytest.mark.parametrize(
    ("pattern", "domain", "beyond"),
    [
        ("bedrock:InvokeModel", MODEL_INVOCATION, False),
        ("bedrock:InvokeModel*", MODEL_INVOCATION, False),
        ("bedrock:InvokeModel?*", MODEL_INVOCATION, False),
        ("BEDROCK:INVOKEMODEL*", MODEL_INVOCATION, False),
        ("bedrock-mantle:CreateInference*", MODEL_INVOCATION, True),
        ("bedrock:Invoke*", MODEL_INVOCATION, True),
        ("bedrock:Invoke?odel", MODEL_INVOCATION, True),
        ("bedrock:?nvokeModel", MODEL_INVOCATION, True),
        ("bedrock:*Model", MODEL_INVOCATION, True),
        ("bedrock:*InvokeModel", MODEL_INVOCATION, True),
        ("bedrock:Create*Job", MODEL_INVOCATION, True),
        ("*", MODEL_INVOCATION, True),
        ("s3:*", MODEL_INVOCATION, False),
        ("bedrock:Get*", MODEL_INVOCATION, False),
        ("bedrock:Retrieve*", RETRIEVAL, False),
        ("bedrock:RetrieveAndGenerate", RETRIEVAL, False),
        ("bedrock:GetDocument*", RETRIEVAL, True),
        ("sagemaker:InvokeEndpoint*Async", ENDPOINT_INVOCATION, False),
        ("sagemaker:InvokeEndpoint*", ENDPOINT_INVOCATION, False),
        ("sagemaker:Invoke*", ENDPOINT_INVOCATION, True),
        ("?agemaker:InvokeEndpoint", ENDPOINT_INVOCATION, True),
    ],
)
def test_knows_which_entries_grant_more(pattern: str, domain: Domain, *, beyond: bool) -> None:
    assert goes_beyond(pattern, domain) is beyond
