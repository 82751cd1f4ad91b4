from rules.criteria.execution_roles import role_defects
from rules.permissions.access import effective_access
from rules.permissions.domains import MODEL_INVOCATION
from rules.permissions.layers import Surroundings
from tests.rules.access.facts import fact
from tests.rules.permissions.principals import INVOKE, MODEL_A, allow, deny, policy, principal, service_control


def sentences(*statements: dict[str, object], around: Surroundings | None = None) -> list[str]:
    role = fact(principal(policies=[policy(*statements)]))
    access = effective_access(role.policies, MODEL_INVOCATION)
    if around is not None:
        role = type(role)(role.resource, role.tags, role.policies, around)
        access = effective_access(role.policies, MODEL_INVOCATION, around)
    defects = role_defects(role, access, allowed_models=(), allowed_actions=())
    return [defect.sentence for defect in defects]


def test_tells_each_statement_once_and_administration_first() -> None:
    found = sentences(
        allow(INVOKE, Sid="Wide"),
        allow("bedrock:ListAgents", Sid="More"),
        allow("iam:*", Sid="Identity"),
        allow("sns:*"),
    )

    assert [one.split('"')[3] for one in found] == ["Identity", "Wide", "More"]


def test_says_nothing_of_what_the_organization_denies() -> None:
    around = Surroundings(service_control=((service_control(allow("*"), deny(["iam:*", "bedrock:List*"])),),))
    statements = (allow(INVOKE, MODEL_A), allow("bedrock:ListAgents"), allow("iam:*"))

    assert len(sentences(*statements)) == 2
    assert sentences(*statements, around=around) == []


def test_conditions_are_told() -> None:
    (found,) = sentences(
        allow(INVOKE, MODEL_A), allow("bedrock:ListAgents", condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    )

    assert found == (
        'Inline policy "app" statement 2 allows bedrock:ListAgents under conditions, '
        "more than calling models; remove it."
    )
