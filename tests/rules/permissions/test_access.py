"""Effective access to models: every hard case, in words."""

from dataclasses import dataclass

import pytest

from rules.permissions import searches
from rules.permissions.access import NO_ACCESS, Access, effective_access
from rules.permissions.context import RequestContext
from rules.permissions.document import parse
from rules.permissions.domains import MODEL_INVOCATION
from rules.permissions.layers import Surroundings
from rules.permissions.principal import Policy, PolicyKind, PrincipalPolicies
from tests.rules.permissions.principals import (
    ACCOUNT,
    INVOKE,
    MODEL_A,
    MODEL_B,
    MODELS,
    PROFILE,
    USER,
    allow,
    boundary,
    deny,
    policy,
    principal,
    service_control,
    statement,
)

A, B = "foundation-model/anthropic.claude-v2:1", "foundation-model/amazon.titan-text-lite-v1"
ANY_MODEL = f"{MODELS}/other.model-v1:0"
EVERYWHERE = "arn:aws:bedrock:*::foundation-model"


@dataclass(frozen=True)
class Told:
    """The parts of an Access that a case is about: patterns with witnesses, action patterns, names."""

    broad: tuple[tuple[str, str], ...] = ()
    wide: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


NOTHING = Told()


def told(access: Access) -> Told:
    return Told(
        tuple((grant.pattern, grant.witness) for grant in access.broad),
        tuple(grant.pattern for grant in access.wildcard_actions),
        tuple(resource.name for resource in access.named),
    )


SPECIFIC: list[tuple[str, PrincipalPolicies, tuple[str, ...]]] = [
    ("one model as text", principal(allow(INVOKE, MODEL_A)), (A,)),
    ("models in a list", principal(allow([INVOKE], [MODEL_A, MODEL_B])), (A, B)),
    ("action in another letter case", principal(allow("BEDROCK:invokemodel", MODEL_A)), (A,)),
    ("two actions in two statements", principal(allow(INVOKE, MODEL_A), allow(f"{INVOKE}*", MODEL_B)), (A, B)),
    ("invocation actions with a star", principal(allow("bedrock:InvokeModel*", MODEL_A)), (A,)),
    ("batch invocation", principal(allow("bedrock:CreateModelInvocationJob", MODEL_A)), (A,)),
    ("any Region", principal(allow(INVOKE, f"{EVERYWHERE}/anthropic.claude-v2:1")), (A,)),
    ("any partition", principal(allow(INVOKE, MODEL_A.replace("arn:aws:", "arn:*:"))), (A,)),
    ("star over Region and account", principal(allow(INVOKE, f"arn:aws:bedrock:*:{A}")), (A,)),
    ("star over everything before", principal(allow(INVOKE, f"*:{A}")), (A,)),
    (
        "inference profile with its models in every Region",
        principal(allow(INVOKE, [PROFILE, f"{EVERYWHERE}/anthropic.claude-v2:1"])),
        ("inference-profile/us.anthropic.claude-v2:1", A),
    ),
    (
        "models pinned by a literal inference profile",
        principal(
            allow(INVOKE, PROFILE),
            allow(INVOKE, f"{EVERYWHERE}/*", {"StringLike": {"bedrock:InferenceProfileArn": PROFILE}}),
        ),
        ("inference-profile/us.anthropic.claude-v2:1",),
    ),
    (
        "pin in another letter case and Region",
        principal(
            allow(INVOKE, PROFILE),
            allow(
                INVOKE,
                "*",
                {"ArnLike": {"BEDROCK:inferenceprofilearn": PROFILE.replace("us-east-1", "*")}},
            ),
        ),
        ("inference-profile/us.anthropic.claude-v2:1",),
    ),
    ("everything under a boundary", principal(allow(INVOKE), limit=boundary(allow(INVOKE, MODEL_A))), (A,)),
    (
        "administrator under a boundary of one action on one model",
        principal(allow("*"), limit=boundary(allow(INVOKE, MODEL_A))),
        (A,),
    ),
    (
        "wildcard under a boundary with a Region wildcard",
        principal(allow(INVOKE), limit=boundary(allow("bedrock:*", f"{EVERYWHERE}/amazon.titan-text-lite-v1"))),
        (B,),
    ),
    (
        "two wildcards that meet in one named model",
        principal(
            allow(INVOKE, f"{MODELS}/anthropic.*"),
            limit=boundary(allow("*", f"{MODELS}/*"), statement("Deny", Action=INVOKE, NotResource=MODEL_A)),
        ),
        (A,),
    ),
    (
        "all models but those that a denial leaves out",
        principal(allow(INVOKE, f"{MODELS}/*"), statement("Deny", Action="bedrock:*", NotResource=[MODEL_A, MODEL_B])),
        (A, B),
    ),
    (
        "all actions but those that a denial leaves out",
        principal(
            allow("bedrock:*", MODEL_A),
            statement("Deny", NotAction="bedrock:InvokeModel*", Resource="*"),
        ),
        (A,),
    ),
    (
        "wildcard that a denial takes away whole",
        principal(allow(INVOKE, [MODEL_A, f"{MODELS}/amazon.*"]), deny(INVOKE, f"{MODELS}/amazon*")),
        (A,),
    ),
    ("older version", principal(policies=[policy(allow(INVOKE, MODEL_A), version="2008-10-17")]), (A,)),
    (
        "variable with a known value",
        principal(allow(INVOKE, f"{MODELS}/${{aws:username}}"), arn=USER),
        ("foundation-model/ana",),
    ),
    (
        "async invokes and guardrails beside a model",
        principal(
            allow(
                [INVOKE, "bedrock:ApplyGuardrail"],
                [MODEL_A, f"arn:aws:bedrock:*:{ACCOUNT}:async-invoke/*", "arn:aws:bedrock:*:*:guardrail/*"],
            )
        ),
        (A,),
    ),
    (
        "wildcard for other services beside it",
        principal(allow(["s3:Get*", "bedrock-agentcore:*", "bedrock:List*"]), allow(INVOKE, MODEL_A)),
        (A,),
    ),
    (
        "every literal form",
        principal(
            allow(
                INVOKE,
                [
                    f"arn:aws:bedrock:us-east-1:{ACCOUNT}:{last}"
                    for last in (
                        "application-inference-profile/abc",
                        "provisioned-model/abc",
                        "custom-model-deployment/abc",
                        "custom-model/amazon.titan:4k/abc",
                        "imported-model/abc",
                        "prompt-router/abc",
                        "default-prompt-router/anthropic.claude:1",
                        "marketplace/model-endpoint/all-access",
                    )
                ],
            ),
            allow("bedrock-mantle:CreateInference", f"arn:aws:bedrock-mantle:us-east-1:{ACCOUNT}:project/abc"),
        ),
        (
            "application-inference-profile/abc",
            "provisioned-model/abc",
            "custom-model-deployment/abc",
            "custom-model/amazon.titan:4k/abc",
            "imported-model/abc",
            "prompt-router/abc",
            "default-prompt-router/anthropic.claude:1",
            "marketplace/model-endpoint/all-access",
            "project/abc",
        ),
    ),
    (
        "project pinned to a model",
        principal(
            allow(
                "bedrock-mantle:CreateInference",
                "arn:aws:bedrock-mantle:*:*:project/*",
                {"StringEquals": {"bedrock-mantle:Model": "openai.gpt-oss-120b"}},
            )
        ),
        (),
    ),
    ("condition that always holds", principal(allow(INVOKE, MODEL_A, {"Null": {"aws:PrincipalArn": "false"}})), (A,)),
]


@pytest.mark.parametrize(("who", "named"), [pytest.param(*case[1:], id=case[0]) for case in SPECIFIC])
def test_access_that_is_named_literally_is_specific(who: PrincipalPolicies, named: tuple[str, ...]) -> None:
    access = effective_access(who, MODEL_INVOCATION)

    assert access.allowed
    assert access.specific
    assert told(access) == Told(named=named)


BROAD: list[tuple[str, PrincipalPolicies, Told]] = [
    ("everything", principal(allow("*")), Told((("*", ANY_MODEL),), ("*",))),
    ("every Bedrock action", principal(allow("bedrock:*")), Told((("*", ANY_MODEL),), ("bedrock:*",))),
    ("one action on everything", principal(allow(INVOKE)), Told((("*", ANY_MODEL),))),
    (
        "single statement that is not in a list",
        PrincipalPolicies(
            USER, (Policy("app", PolicyKind.INLINE, parse({"Version": "2012-10-17", "Statement": allow(INVOKE)})),)
        ),
        Told((("*", ANY_MODEL),)),
    ),
    ("every model", principal(allow(INVOKE, f"{MODELS}/*")), Told(((f"{MODELS}/*", ANY_MODEL),))),
    (
        "every model in every Region",
        principal(allow(INVOKE, f"{EVERYWHERE}/*")),
        Told(((f"{EVERYWHERE}/*", ANY_MODEL),)),
    ),
    (
        "every resource of the service",
        principal(allow(INVOKE, "arn:aws:bedrock:*")),
        Told((("arn:aws:bedrock:*", ANY_MODEL),)),
    ),
    (
        "models of one provider",
        principal(allow(INVOKE, f"{MODELS}/anthropic.*")),
        Told(((f"{MODELS}/anthropic.*", f"{MODELS}/anthropic.other"),)),
    ),
    (
        "one character left open",
        principal(allow(INVOKE, f"{MODELS}/anthropic.claude-v?:1")),
        Told(((f"{MODELS}/anthropic.claude-v?:1", f"{MODELS}/anthropic.claude-vo:1"),)),
    ),
    (
        "versions left open",
        principal(allow(INVOKE, f"{MODEL_A}*")),
        Told(((f"{MODEL_A}*", f"{MODEL_A}other"),)),
    ),
    (
        "type left open",
        principal(allow(INVOKE, "arn:aws:bedrock:us-east-1:*:*/abc")),
        Told((("arn:aws:bedrock:us-east-1:*:*/abc", f"{MODELS}/abc"),)),
    ),
    (
        "named and left open side by side",
        principal(allow(INVOKE, [MODEL_A, f"{MODELS}/amazon.*"])),
        Told(((f"{MODELS}/amazon.*", f"{MODELS}/amazon.other"),), named=(A,)),
    ),
    (
        "wider Action entry on a named model",
        principal(allow("bedrock:Invoke*", MODEL_A)),
        Told(wide=("bedrock:Invoke*",), named=(A,)),
    ),
    (
        "wider Action entry in another letter case",
        principal(allow("Bedrock:INVOKE*", MODEL_A)),
        Told(wide=("Bedrock:INVOKE*",), named=(A,)),
    ),
    (
        "wildcard service",
        principal(allow("*:InvokeModel", MODEL_A)),
        Told(wide=("*:InvokeModel",), named=(A,)),
    ),
    (
        "excluded actions",
        principal(statement("Allow", NotAction=["iam:*", "organizations:*"], Resource=MODEL_A)),
        Told(wide=("NotAction",), named=(A,)),
    ),
    (
        "excluded resources",
        principal(statement("Allow", Action=INVOKE, NotResource=MODEL_A)),
        Told((("NotResource", ANY_MODEL),)),
    ),
    (
        "excluded resources that leave one form",
        principal(
            statement(
                "Allow",
                Action=INVOKE,
                NotResource=[f"{EVERYWHERE}/*", "arn:aws:bedrock:*:*:*model*/*", "arn:aws:bedrock:*:*:*r/*"],
            )
        ),
        Told((("NotResource", f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.other.model-v1:0"),)),
    ),
    (
        "models of one provider but one",
        principal(allow(INVOKE, f"{MODELS}/anthropic.*"), deny("*", MODEL_A)),
        Told(((f"{MODELS}/anthropic.*", f"{MODELS}/anthropic.other"),)),
    ),
    (
        "conditional grant",
        principal(allow(INVOKE, f"{MODELS}/*", {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})),
        Told(((f"{MODELS}/*", ANY_MODEL),)),
    ),
    (
        "conditional denial does not count",
        principal(
            allow(INVOKE, f"{MODELS}/*"),
            statement(
                "Deny", Action="*", NotResource=MODEL_A, Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}
            ),
        ),
        Told(((f"{MODELS}/*", ANY_MODEL),)),
    ),
    (
        "denial of another principal does not count",
        principal(
            allow(INVOKE, f"{MODELS}/*"),
            deny("*", condition={"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/other"}}),
        ),
        Told(((f"{MODELS}/*", ANY_MODEL),)),
    ),
    (
        "inference profile left open in the pin",
        principal(allow(INVOKE, f"{MODELS}/*", {"StringLike": {"bedrock:InferenceProfileArn": PROFILE[:-1] + "*"}})),
        Told(((f"{MODELS}/*", ANY_MODEL),)),
    ),
    (
        "pin that holds without the key",
        principal(allow(INVOKE, f"{MODELS}/*", {"StringLikeIfExists": {"bedrock:InferenceProfileArn": PROFILE}})),
        Told(((f"{MODELS}/*", ANY_MODEL),)),
    ),
    (
        "negated pin",
        principal(allow(INVOKE, f"{MODELS}/*", {"StringNotEquals": {"bedrock:InferenceProfileArn": PROFILE}})),
        Told(((f"{MODELS}/*", ANY_MODEL),)),
    ),
    (
        "pin by a variable",
        principal(
            allow(
                INVOKE,
                f"{MODELS}/*",
                {"StringEquals": {"bedrock:InferenceProfileArn": "${aws:PrincipalTag/profile}"}},
            )
        ),
        Told(((f"{MODELS}/*", ANY_MODEL),)),
    ),
    (
        "pin without a value",
        principal(allow(INVOKE, f"{MODELS}/*", {"StringEquals": {"bedrock:InferenceProfileArn": []}})),
        Told(((f"{MODELS}/*", ANY_MODEL),)),
    ),
    (
        "boundary that leaves the models open",
        principal(allow("*"), limit=boundary(allow(["s3:*", INVOKE], ["arn:aws:s3:::*", f"{MODELS}/amazon.*"]))),
        Told((("*", f"{MODELS}/amazon.other"),), ("*",)),
    ),
    (
        "boundary that excludes a model",
        principal(
            allow(INVOKE, f"{MODELS}/anthropic.*"),
            limit=boundary(statement("Allow", Action="*", NotResource=[MODEL_A, f"{MODELS}/anthropic.other"])),
        ),
        Told(((f"{MODELS}/anthropic.*", f"{MODELS}/anthropic."),)),
    ),
    (
        "boundary that leaves another action open",
        principal(allow("bedrock:*", MODEL_A), limit=boundary(allow([INVOKE, "bedrock:GetFoundationModel"]))),
        Told(wide=("bedrock:*",), named=(A,)),
    ),
    (
        "boundary pinned in another layer only by chance",
        principal(allow(INVOKE, f"{MODELS}/anthropic.*"), limit=boundary(allow(INVOKE, f"{EVERYWHERE}/*-v2:1"))),
        Told(((f"{MODELS}/anthropic.*", f"{MODELS}/anthropic.-v2:1"),)),
    ),
    (
        "group policy",
        principal(
            policies=[policy(allow(INVOKE), kind=PolicyKind.GROUP_ATTACHED, group="builders", name="models")],
            arn=USER,
        ),
        Told((("*", ANY_MODEL),)),
    ),
    (
        "AWS-managed policy",
        principal(
            policies=[
                policy(
                    allow("bedrock:*"),
                    kind=PolicyKind.ATTACHED,
                    name="AmazonBedrockFullAccess",
                    arn="arn:aws:iam::aws:policy/AmazonBedrockFullAccess",
                )
            ]
        ),
        Told((("*", ANY_MODEL),), ("bedrock:*",)),
    ),
    (
        "variable with an unknown value",
        principal(allow(INVOKE, f"{MODELS}/${{aws:PrincipalTag/model}}")),
        Told(((f"{MODELS}/${{aws:PrincipalTag/model}}", ANY_MODEL),)),
    ),
    (
        "variable in the older version is a literal that no model has",
        principal(policies=[policy(allow(INVOKE, [f"{MODELS}/*", f"{MODELS}/${{a}}"]), version="2008-10-17")]),
        Told(((f"{MODELS}/*", ANY_MODEL),)),
    ),
    (
        "every inference profile",
        principal(allow(INVOKE, "arn:aws:bedrock:*:*:inference-profile/*")),
        Told(
            (
                (
                    "arn:aws:bedrock:*:*:inference-profile/*",
                    f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.other.model-v1:0",
                ),
            )
        ),
    ),
    (
        "every project",
        principal(allow("bedrock-mantle:CreateInference", "arn:aws:bedrock-mantle:*:*:project/*")),
        Told(
            (
                (
                    "arn:aws:bedrock-mantle:*:*:project/*",
                    f"arn:aws:bedrock-mantle:us-east-1:{ACCOUNT}:project/0therpr0ject",
                ),
            )
        ),
    ),
    (
        "another partition",
        principal(allow(INVOKE, "arn:aws-us-gov:bedrock:*::foundation-model/*"), arn=USER.replace("aws", "aws-us-gov")),
        Told(
            (
                (
                    "arn:aws-us-gov:bedrock:*::foundation-model/*",
                    "arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/other.model-v1:0",
                ),
            )
        ),
    ),
]


@pytest.mark.parametrize(("who", "wanted"), [pytest.param(*case[1:], id=case[0]) for case in BROAD])
def test_access_beyond_the_names_is_told_with_a_witness(who: PrincipalPolicies, wanted: Told) -> None:
    access = effective_access(who, MODEL_INVOCATION)

    assert access.allowed
    assert not access.specific
    assert told(access) == wanted


NO_INVOCATION: list[tuple[str, PrincipalPolicies]] = [
    ("no policy", principal()),
    ("other actions", principal(allow(["s3:*", "bedrock:ListFoundationModels"]))),
    ("another service of the same beginning", principal(allow("bedrock-agentcore:*"))),
    ("denial alone", principal(deny("bedrock:*"))),
    ("everything denied", principal(allow("*"), deny("bedrock*:*"))),
    ("every invocation denied", principal(allow("*"), deny(["bedrock:*Model*", "bedrock-mantle:CreateInference"]))),
    ("the named model denied", principal(allow(INVOKE, MODEL_A), deny(INVOKE, f"{EVERYWHERE}/anthropic.*"))),
    ("boundary without invocation", principal(allow("*"), limit=boundary(allow("s3:*")))),
    ("boundary of another model", principal(allow(INVOKE, MODEL_A), limit=boundary(allow(INVOKE, MODEL_B)))),
    ("denial in the boundary", principal(allow(INVOKE), limit=boundary(allow("*"), deny("bedrock:*")))),
    ("a boundary grants nothing", principal(limit=boundary(allow("*")))),
    ("another letter case of the resource", principal(allow(INVOKE, MODEL_A.replace("model", "Model")))),
    ("account in the ARN of a foundation model", principal(allow(INVOKE, MODEL_A.replace("::", f":{ACCOUNT}:")))),
    ("another partition", principal(allow(INVOKE, MODEL_A.replace("aws", "aws-cn")))),
    ("resources of another service", principal(allow(INVOKE, "arn:aws:s3:::models/*"))),
    ("no resource at all", principal(allow(INVOKE, f"{MODELS}/"))),
    ("text that is no ARN", principal(allow(INVOKE, "anthropic.claude-v2:1"))),
    ("only async invokes", principal(allow(INVOKE, "arn:aws:bedrock:*:*:async-invoke/*"))),
    ("all actions excluded", principal(statement("Allow", NotAction="*", Resource="*"))),
    ("all resources excluded", principal(statement("Allow", Action="*", NotResource="*"))),
    ("invocation excluded", principal(statement("Allow", NotAction=["bedrock*:*"], Resource="*"))),
    ("variable without a value", principal(allow(INVOKE, f"{MODELS}/${{aws:username}}"))),
    (
        "condition that never holds",
        principal(allow(INVOKE, condition={"StringEquals": {"aws:PrincipalAccount": "444455556666"}})),
    ),
    (
        "denial that always holds",
        principal(allow(INVOKE), deny("*", condition={"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}})),
    ),
]


@pytest.mark.parametrize("who", [pytest.param(case[1], id=case[0]) for case in NO_INVOCATION])
def test_who_cannot_invoke_has_no_access(who: PrincipalPolicies) -> None:
    assert effective_access(who, MODEL_INVOCATION) == NO_ACCESS


def test_a_grant_says_whether_it_is_conditional_and_whom_to_ask() -> None:
    condition = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
    who = principal(allow("s3:*"), allow(INVOKE, "*", condition, Sid="FromOffice"), allow("bedrock:Get*"))

    (grant,) = effective_access(who, MODEL_INVOCATION).broad

    assert grant.conditional
    assert (grant.policy.handle, grant.statement.handle) == ('inline policy "app"', 'statement "FromOffice"')
    assert (grant.actions, grant.kind) == ((INVOKE,), "foundation model")


def test_a_grant_under_a_conditional_denial_is_conditional() -> None:
    condition = {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}
    (grant,) = effective_access(principal(allow(INVOKE), deny("*", condition=condition)), MODEL_INVOCATION).broad

    assert grant.conditional


def test_a_grant_that_another_statement_gives_without_condition_is_not_conditional() -> None:
    condition = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    grants = effective_access(principal(allow(INVOKE, "*", condition), allow(INVOKE)), MODEL_INVOCATION).broad

    assert [grant.conditional for grant in grants] == [False, False]


def test_one_entry_is_told_once_with_all_actions() -> None:
    who = principal(allow(["bedrock:InvokeModel", "bedrock:CreateModelInvocationJob"]), deny(INVOKE, MODEL_A))

    (grant,) = effective_access(who, MODEL_INVOCATION).broad

    assert grant.actions == ("bedrock:InvokeModel", "bedrock:CreateModelInvocationJob")


@pytest.mark.parametrize(
    ("resource", "wanted"),
    [
        pytest.param(MODEL_A, NOTHING, id="Region named"),
        pytest.param(
            f"{EVERYWHERE}/anthropic.claude-v2:1",
            Told(((f"{EVERYWHERE}/anthropic.claude-v2:1", MODEL_A),)),
            id="Region left open",
        ),
        pytest.param(
            f"arn:aws:bedrock:us-*-1::{A}",
            Told(((f"arn:aws:bedrock:us-*-1::{A}", MODEL_A),)),
            id="part of the Region left open",
        ),
    ],
)
def test_a_region_wildcard_can_be_refused(resource: str, wanted: Told) -> None:
    access = effective_access(principal(allow(INVOKE, resource)), MODEL_INVOCATION, allow_region_wildcard=False)

    assert told(access) == Told(wanted.broad, named=(A,))


def test_a_boundary_can_name_the_region() -> None:
    limit = boundary(allow("bedrock:*", "arn:aws:bedrock:us-east-1:*"))
    who = principal(allow(INVOKE, f"{EVERYWHERE}/anthropic.claude-v2:1"), limit=limit)

    assert effective_access(who, MODEL_INVOCATION, allow_region_wildcard=False).specific


@pytest.mark.parametrize(
    ("levels", "wanted"),
    [
        pytest.param([[service_control(allow("*"))]], Told((("*", ANY_MODEL),)), id="one level that allows all"),
        pytest.param(
            [[service_control(allow("*"))], [service_control(allow(INVOKE, MODEL_A))]],
            Told(named=(A,)),
            id="second level that names a model",
        ),
        pytest.param(
            [[service_control(allow("s3:*")), service_control(allow(INVOKE, MODEL_A))]],
            Told(named=(A,)),
            id="two policies of one level",
        ),
        pytest.param(
            [[service_control(allow("*"), statement("Deny", Action=INVOKE, NotResource=MODEL_B, Sid="OnlyB"))]],
            Told(named=(B,)),
            id="denial that leaves out a model",
        ),
        pytest.param([[service_control(allow("s3:*"))]], NOTHING, id="level without invocation"),
    ],
)
def test_every_level_of_service_control_must_allow(levels: list[list[Policy]], wanted: Told) -> None:
    surroundings = Surroundings(service_control=tuple(map(tuple, levels)))

    assert told(effective_access(principal(allow(INVOKE)), MODEL_INVOCATION, surroundings)) == wanted


@pytest.mark.parametrize(
    ("who", "wanted"),
    [
        pytest.param("*", Told(named=(A,)), id="everybody"),
        pytest.param({"AWS": "*"}, Told(named=(A,)), id="everybody by type"),
        pytest.param({"AWS": "111122223333"}, Told((("*", ANY_MODEL),)), id="another account"),
    ],
)
def test_resource_control_denies(who: object, wanted: Told) -> None:
    control = policy(
        statement("Deny", Action=INVOKE, NotResource=MODEL_A, Principal=who), kind=PolicyKind.RESOURCE_CONTROL
    )

    access = effective_access(principal(allow(INVOKE)), MODEL_INVOCATION, Surroundings(resource_control=(control,)))

    assert told(access) == wanted


GUARDRAIL = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/abc"
WITHOUT_GUARDRAIL = Surroundings(context=RequestContext(absent=frozenset({"bedrock:GuardrailIdentifier"})))


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        pytest.param(principal(allow(INVOKE)), True, id="no condition"),
        pytest.param(
            principal(allow(INVOKE, "*", {"StringEquals": {"bedrock:GuardrailIdentifier": GUARDRAIL}})),
            False,
            id="allowed with the guardrail only",
        ),
        pytest.param(
            principal(allow(INVOKE, "*", {"StringEqualsIfExists": {"bedrock:GuardrailIdentifier": GUARDRAIL}})),
            True,
            id="condition that holds without a guardrail",
        ),
        pytest.param(
            principal(allow(INVOKE), deny(INVOKE, "*", {"Null": {"bedrock:guardrailidentifier": "true"}})),
            False,
            id="denied without a guardrail",
        ),
        pytest.param(
            principal(
                allow(INVOKE), deny(INVOKE, "*", {"StringNotEquals": {"bedrock:GuardrailIdentifier": GUARDRAIL}})
            ),
            False,
            id="denied without this guardrail",
        ),
        pytest.param(
            principal(
                allow([INVOKE, "bedrock:CreateModelInvocationJob"]),
                deny(INVOKE, "*", {"Null": {"bedrock:GuardrailIdentifier": "true"}}),
            ),
            True,
            id="another action left open",
        ),
    ],
)
def test_a_context_asks_for_requests_of_one_kind(who: PrincipalPolicies, allowed: bool) -> None:
    assert effective_access(who, MODEL_INVOCATION, WITHOUT_GUARDRAIL).allowed is allowed


def test_a_question_that_takes_too_long_counts_as_broad_with_the_entry_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "most_steps", 0)
    slow = f"{MODELS}/slow.*"
    who = principal(allow(INVOKE, slow), deny(INVOKE, f"{MODELS}/slow.*o*"))

    access = effective_access(who, MODEL_INVOCATION)

    assert told(access) == Told(((slow, slow),))
    assert [grant.example for grant in access.grants] == [slow]


def test_when_searches_take_too_long_together_the_rest_counts_as_broad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "most_steps_together", 0)
    slow = f"{MODELS}/slow.*"
    who = principal(allow(INVOKE, slow), deny(INVOKE, f"{MODELS}/slow.*o*"))

    assert told(effective_access(who, MODEL_INVOCATION)) == Told(((slow, slow),))


def test_actions_whose_search_takes_too_long_count_as_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "most_steps", 0)
    who = principal(allow("bedrock:*", MODEL_A), limit=boundary(allow([INVOKE, "bedrock:GetSlow*"])))

    (grant,) = effective_access(who, MODEL_INVOCATION).wildcard_actions

    assert (grant.pattern, grant.action, grant.resource) == ("bedrock:*", "bedrock:*", MODEL_A)
