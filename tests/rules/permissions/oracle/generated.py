"""Principals drawn by hypothesis: every shape of statement, wildcards, denials, boundaries, levels, conditions."""

from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.rules.permissions.oracle.simulator import Document, Request, Subject
from tests.rules.permissions.principals import ACCOUNT, ENDPOINT, KNOWLEDGE_BASE, PROFILE, ROLE, USER

REGIONS = ("us-east-1", "eu-central-1")
MODEL_IDS = ("anthropic.claude-v2:1", "anthropic.claude-v2", "amazon.titan-text-lite-v1", "ana")
TYPES = ("provisioned-model", "application-inference-profile", "imported-model", "custom-model-deployment")
RESOURCES = (
    *(f"arn:aws:bedrock:{region}::foundation-model/{model}" for region in REGIONS for model in MODEL_IDS),
    *(f"arn:aws:bedrock:us-east-1:{ACCOUNT}:{kind}/abcdefghijkl" for kind in TYPES),
    PROFILE,
    PROFILE.replace("us-east-1", "eu-central-1"),
)
ACTIONS = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream", "bedrock:CreateModelInvocationJob")
OTHER_REQUESTS = (
    Request("bedrock-mantle:CreateInference", f"arn:aws:bedrock-mantle:us-east-1:{ACCOUNT}:project/default"),
    Request("bedrock:Retrieve", KNOWLEDGE_BASE),
    Request("bedrock:RetrieveAndGenerate", "*"),
    Request("sagemaker:InvokeEndpoint", ENDPOINT),
    Request("bedrock:ApplyGuardrail", f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/abcdefghijkl"),
    Request("bedrock:GetFoundationModel", RESOURCES[0]),
)
REQUESTS = (*(Request(action, resource) for action in ACTIONS for resource in RESOURCES), *OTHER_REQUESTS)

CONTEXT: dict[str, tuple[Any, ...]] = {
    "aws:SourceIp": ("192.0.2.7", "198.51.100.9", "2001:db8::1"),
    "aws:MultiFactorAuthPresent": ("true", "false"),
    "aws:PrincipalTag/model": ("anthropic.claude-v2:1", "ana"),
    "aws:RequestedRegion": REGIONS,
    "aws:CurrentTime": ("2026-01-01T00:00:00Z", "2026-07-01T12:00:00Z"),
    "aws:MultiFactorAuthAge": ("10", "3600"),
    "aws:TagKeys": (["team"], ["team", "cost"]),
    "bedrock:GuardrailIdentifier": (f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/abcdefghijkl",),
    "bedrock:InferenceProfileArn": (PROFILE,),
}
_SET_OPERATORS = tuple(
    f"{over}:{base}"
    for over in ("ForAllValues", "ForAnyValue")
    for base in ("StringEquals", "StringLike", "StringNotEquals")
)
OPERATORS = {
    "aws:SourceIp": (("IpAddress", "NotIpAddress"), ("192.0.2.0/24", "198.51.100.9/32", "2001:db8::/32")),
    "aws:MultiFactorAuthPresent": (("Bool", "Null"), ("true", "false")),
    "aws:PrincipalTag/model": (
        ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"),
        ("anthropic.claude-v2:1", "ANA", "a*", "an?", "${aws:PrincipalTag/model}", "*"),
    ),
    "aws:RequestedRegion": (("StringEquals", "StringNotEquals", "StringLike"), (*REGIONS, "us-*")),
    "aws:CurrentTime": (
        (
            "DateLessThan",
            "DateGreaterThan",
            "DateEquals",
            "DateNotEquals",
            "DateLessThanEquals",
            "DateGreaterThanEquals",
        ),
        ("2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z"),
    ),
    "aws:MultiFactorAuthAge": (
        ("NumericLessThan", "NumericGreaterThanEquals", "NumericEquals", "NumericNotEquals", "NumericGreaterThan"),
        ("10", "900"),
    ),
    "aws:TagKeys": (_SET_OPERATORS, ("team", "cost", "t*")),
    "bedrock:GuardrailIdentifier": (
        ("ArnEquals", "ArnLike", "ArnNotLike", "StringLike", "Null"),
        ("arn:aws:bedrock:*:*:guardrail/*", f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/other"),
    ),
    "bedrock:InferenceProfileArn": (
        ("StringLike", "ArnEquals", "StringNotEquals", "Null"),
        (PROFILE, f"{PROFILE}*", "false"),
    ),
    "aws:PrincipalArn": (("ArnLike", "ArnNotEquals", "StringEquals"), (ROLE, USER, "arn:aws:iam::*:role/*")),
}

_identifiers = st.sampled_from(
    (
        *(
            "*",
            "anthropic.*",
            "anthropic.claude-v?",
            "*v1",
            "*claude*",
            "a?a",
            "amazon.*-v1",
            "an*",
            "abcdefghijkl",
            "abc*",
        ),
        *MODEL_IDS,
        *("${aws:username}", "${aws:PrincipalTag/model}", "${aws:PrincipalTag/model, 'ana'}", "ana${*}"),
    )
)
_regions = st.sampled_from((*REGIONS, "*", "us-*", "eu-?entral-1"))
_resources = st.one_of(
    st.just("*"),
    st.sampled_from(
        ("arn:aws:bedrock:*", "arn:aws:bedrock:us-east-1:*", "arn:aws:bedrock:*:*:*", "arn:aws:s3:::bucket/*")
    ),
    st.builds("arn:aws:bedrock:{}::foundation-model/{}".format, _regions, _identifiers),
    st.builds("arn:{}:bedrock:{}:*:foundation-model/{}".format, st.sampled_from(("aws", "*")), _regions, _identifiers),
    st.builds(
        "arn:aws:bedrock:{}:{}:{}/{}".format,
        _regions,
        st.sampled_from((ACCOUNT, "*", "111122223333")),
        st.sampled_from((*TYPES, "inference-profile")),
        _identifiers,
    ),
    st.sampled_from((*RESOURCES, KNOWLEDGE_BASE, ENDPOINT, "arn:aws:bedrock-mantle:*:*:project/*")),
)
_odd_resources = st.sampled_from(
    (
        "arn:aws:bedrock:*:*:*/abcdefghijkl",
        "arn:aws:bedrock:*::*model/anthropic.*",
        "arn:aws:bedrock:*:foundation-model/anthropic.claude-v2",
        "arn:aws:bedrock:us-*1:foundation-model/ana",
        "arn:aws:bedrock",
        "arn:aws:bedrock:us-east-1",
    )
)
_actions = st.sampled_from(
    (
        *("*", "bedrock:*", "bedrock:Invoke*", "bedrock:InvokeModel*", "BEDROCK:invokemodel", "bedrock:?nvokeModel"),
        *(
            "bedrock:*Model*",
            "bedrock:Get*",
            "bedrock-mantle:*",
            "bedrock-mantle:CreateInference",
            "s3:*",
            "sagemaker:Invoke*",
        ),
        *("bedrock:CreateModelInvocationJob", "bedrock:Retrieve", "bedrock:ApplyGuardrail", "iam:PassRole"),
        *ACTIONS,
    )
)


def _some(one: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Return one text, or a list of some."""
    return st.one_of(one, st.lists(one, min_size=1, max_size=3, unique=True))


@st.composite
def _conditions(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    block: dict[str, dict[str, Any]] = {}
    for key in draw(st.lists(st.sampled_from(sorted(OPERATORS)), min_size=1, max_size=2, unique=True)):
        operators, values = OPERATORS[key]
        operator = draw(st.sampled_from(operators))
        if operator == "Null":
            wanted: Any = draw(st.sampled_from(("true", "false")))
        else:
            wanted = draw(
                _some(
                    st.sampled_from([value for value in values if value not in ("true", "false") or operator == "Bool"])
                )
            )
            if ":" not in operator and draw(st.integers(0, 4)) == 0:
                operator += "IfExists"
        spelled = draw(st.sampled_from((key, key.lower(), key.upper()))) if "/" not in key else key
        block.setdefault(operator, {})[spelled] = wanted
    return block


@st.composite
def _statements(draw: st.DrawFn, *, deny: int) -> dict[str, Any]:
    resources = _odd_resources if draw(st.integers(0, 40)) == 40 else _resources
    statement: dict[str, Any] = {"Effect": "Deny" if draw(st.integers(0, 9)) < deny else "Allow"}
    statement["NotAction" if draw(st.integers(0, 9)) == 0 else "Action"] = draw(_some(_actions))
    statement["NotResource" if draw(st.integers(0, 7)) == 0 else "Resource"] = draw(_some(resources))
    if draw(st.integers(0, 3)) == 0:
        statement["Condition"] = draw(_conditions())
    return statement


def _documents(*, deny: int, most: int) -> st.SearchStrategy[Document]:
    statements = _statements(deny=deny)
    body = st.one_of(statements, st.lists(statements, min_size=1, max_size=most))
    return st.builds(
        lambda version, statement: {"Version": version, "Statement": statement},
        st.sampled_from(("2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17")),
        body,
    )


_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    """Return a role or user with one to three policies, often a boundary, sometimes service control policies."""
    policies = draw(st.lists(_documents(deny=2, most=3), min_size=1, max_size=3))
    boundary = draw(st.one_of(st.none(), st.none(), _documents(deny=3, most=3)))
    control: tuple[tuple[Document, ...], ...] = ()
    if draw(st.integers(0, 4)) == 0:
        levels = st.lists(_documents(deny=7, most=2), min_size=0, max_size=2)
        control = tuple((_ALL, *draw(levels)) for _ in range(draw(st.integers(1, 2))))
    keys = draw(st.lists(st.sampled_from(sorted(CONTEXT)), max_size=4, unique=True))
    context = {key: draw(st.sampled_from(CONTEXT[key])) for key in keys}
    return Subject(draw(st.sampled_from((ROLE, USER))), tuple(policies), REQUESTS, boundary, control, context)


def drawn(count: int, number: int) -> list[Subject]:
    """Return that many subjects, always the same for the same seed number."""
    found: list[Subject] = []

    @seed(number)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(subjects())
    def collect(subject: Subject) -> None:
        found.append(subject)

    collect()
    return found
