import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.commands.explain_access import command
from cli.explain_access import Subject, explained, is_broad
from cli.model_use import ModelUse
from cli.sandbox import ACCOUNT_ID, Account, Fault, embedded_account
from cli.terminal import PLAIN, Look
from rules.permissions.narrowing import Use
from rules.permissions.principal import PrincipalPolicies
from tests.rules.access.facts import fact
from tests.rules.permissions.principals import (
    ENDPOINT,
    INVOKE,
    KNOWLEDGE_BASE,
    MODEL_A,
    MODEL_B,
    MODELS,
    PROFILE,
    allow,
    boundary,
    deny,
    principal,
)

runner = CliRunner()
UNUSED = ModelUse((), ())
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def told(policies: PrincipalPolicies, use: ModelUse = UNUSED, subject: Subject = Subject.MODELS) -> Any:
    one = fact(policies)
    return explained(one, subject, subject.judge(one), use)


def test_proposes_the_named_models_in_place_of_a_wildcard() -> None:
    result = told(principal(allow("bedrock:*"), allow(INVOKE, MODEL_A)))

    assert (
        result.as_text(PLAIN)
        == f"""\
arn:aws:iam::{ACCOUNT_ID}:role/service-role/app
NON_COMPLIANT: {result.verdict.annotation}

 1. {result.steps[0].sentence}
 2. {result.steps[1].sentence}

Proposed in place of these grants, for review; nothing is applied:
{json.dumps(result.proposal, indent=2)}

With it alone: COMPLIANT: {result.proposed.annotation}"""
    )
    assert [statement["Resource"] for statement in result.proposal["Statement"]] == [MODEL_A]


@pytest.mark.parametrize(
    ("policies", "used"),
    [
        pytest.param(principal(allow(INVOKE)), [Use(INVOKE, MODEL_A)], id="star, one model used"),
        pytest.param(principal(allow("*")), [Use(INVOKE, PROFILE), Use(INVOKE, MODEL_B)], id="profile and model used"),
        pytest.param(principal(allow(INVOKE, f"{MODELS}/*")), [Use(INVOKE, MODEL_B)], id="foundation models"),
        pytest.param(
            principal(allow(INVOKE), limit=boundary(allow(INVOKE, [MODEL_A, f"{MODELS}/amazon.*"]))), [], id="boundary"
        ),
        pytest.param(principal(allow(INVOKE, [MODEL_A, f"{MODELS}/amazon.*"]), deny(INVOKE, MODEL_B)), [], id="denial"),
    ],
)
def test_what_is_proposed_is_compliant(policies: PrincipalPolicies, used: list[Use]) -> None:
    result = told(policies, ModelUse(tuple(used), ("CloudTrail tells of it.",)))

    assert is_broad(result.verdict)
    assert result.proposed is not None
    assert result.proposed.compliance == "COMPLIANT"


def test_tells_where_the_use_of_models_is_known_from() -> None:
    use = ModelUse((Use(INVOKE, MODEL_A),), ("CloudTrail tells of 1 model.", "The log could not be read."))

    lines = told(principal(allow(INVOKE)), use).as_text(PLAIN).splitlines()

    assert lines[4:8] == ["", "CloudTrail tells of 1 model.", "The log could not be read.", f"  {MODEL_A} ({INVOKE})"]


def test_proposes_nothing_when_nothing_is_named_or_used() -> None:
    result = told(principal(allow(INVOKE)))

    assert result.proposal is None
    assert result.as_text(PLAIN).endswith(
        "\n\nNo model is named and none is known to be in use, so there is nothing to propose. "
        "Name the models that the role needs."
    )


@pytest.mark.parametrize(
    ("subject", "policies"),
    [
        pytest.param(Subject.MODELS, principal(allow(INVOKE, MODEL_A)), id="models"),
        pytest.param(
            Subject.KNOWLEDGE_BASES, principal(allow("bedrock:Retrieve", KNOWLEDGE_BASE)), id="knowledge bases"
        ),
        pytest.param(Subject.ENDPOINTS, principal(allow("sagemaker:InvokeEndpoint", ENDPOINT)), id="endpoints"),
    ],
)
def test_proposes_nothing_for_access_that_is_narrow_enough(subject: Subject, policies: PrincipalPolicies) -> None:
    result = told(policies, subject=subject)

    assert result.proposal is None
    assert result.as_text(PLAIN).splitlines()[1].startswith("COMPLIANT: ")
    assert "Proposed" not in result.as_text(PLAIN)


def test_says_when_no_policy_speaks_of_the_subject() -> None:
    text = told(principal(allow("s3:*"))).as_text(PLAIN)

    assert text.endswith("\n\nNo statement of its policies speaks of model invocation.")


def test_wraps_sentences_on_a_terminal_only() -> None:
    result = told(principal(allow("bedrock:*"), allow(INVOKE, MODEL_A)))

    wrapped = result.as_text(Look(terminal=True, width=60)).partition("{")[0].splitlines()

    assert max(map(len, wrapped)) <= 60 < max(map(len, result.as_text(PLAIN).splitlines()))


@pytest.fixture(scope="module")
def built() -> Iterator[Account]:
    with embedded_account() as account:
        iam = account.session().client("iam")
        for name in ("app", "both"):
            iam.create_role(RoleName=name, Path="/team/", AssumeRolePolicyDocument=json.dumps(TRUST))
            statements = (allow(INVOKE, MODEL_A), allow(INVOKE, f"{MODELS}/*"))
            iam.put_role_policy(RoleName=name, PolicyName="app", PolicyDocument=document(*statements))
        for name in ("ana", "both"):
            iam.create_user(UserName=name)
        iam.put_user_policy(UserName="ana", PolicyName="own", PolicyDocument=document(allow("bedrock:Retrieve")))
        yield account


@pytest.fixture
def account(built: Account) -> Account:
    built.faults.clear()
    built.calls.clear()
    return built


def run(*arguments: str) -> Result:
    return runner.invoke(command, arguments, standalone_mode=False)


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    "text",
    [
        "app",
        "role/app",
        "role/team/app",
        f"arn:aws:iam::{ACCOUNT_ID}:role/team/app",
        f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/app/session",
    ],
)
def test_finds_a_role_by_every_name_of_it(text: str) -> None:
    result = run(text)

    assert result.return_value == 0
    assert result.stdout.splitlines()[0] == f"arn:aws:iam::{ACCOUNT_ID}:role/team/app"


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("text", ["ana", "user/ana", f"arn:aws:iam::{ACCOUNT_ID}:user/ana"])
def test_finds_a_user_by_every_name_of_it(text: str) -> None:
    result = run(text, "--subject", "knowledge-bases")

    assert result.stdout.splitlines()[:2] == [
        f"arn:aws:iam::{ACCOUNT_ID}:user/ana",
        'NON_COMPLIANT: Inline policy "own" statement 1 allows bedrock:Retrieve on *; name the knowledge base ARNs.',
    ]


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("nobody", f"there is no role or user 'nobody' in account {ACCOUNT_ID}", id="unknown name"),
        pytest.param("user/app", f"there is no user 'app' in account {ACCOUNT_ID}", id="role as a user"),
        pytest.param("both", "'both' is a role and a user; give role/both or user/both", id="role and user"),
        pytest.param("group/ops", "'group/ops' is neither a role nor a user", id="group"),
        pytest.param("arn:aws:iam", "'arn:aws:iam' is not the ARN of a role or a user", id="broken ARN"),
        pytest.param(
            "arn:aws:iam::444455556666:role/app",
            f"'arn:aws:iam::444455556666:role/app' is not in account {ACCOUNT_ID}",
            id="another account",
        ),
        pytest.param(
            f"arn:aws:iam::{ACCOUNT_ID}:role/app",
            f"there is no 'arn:aws:iam::{ACCOUNT_ID}:role/app', but arn:aws:iam::{ACCOUNT_ID}:role/team/app",
            id="another path",
        ),
    ],
)
def test_refuses_what_is_no_principal(text: str, message: str) -> None:
    result = runner.invoke(command, [text])

    assert result.exit_code == 2
    assert result.stderr.endswith(f"Error: {message}\n")


@pytest.mark.usefixtures("account")
def test_prints_one_json_object() -> None:
    found = json.loads(run("app", "--format", "json", "--days", "0").stdout)

    assert found["resourceName"] == "app"
    assert found["compliance"] == "NON_COMPLIANT"
    assert [one["bearing"] for one in found["statements"]] == ["grants", "grants broadly"]
    assert [one["Resource"] for one in found["proposedPolicy"]["Statement"]] == [MODEL_A]
    assert found["proposedCompliance"] == "COMPLIANT"
    assert found["sources"] == []


def test_looks_for_use_only_where_something_is_to_be_narrowed(account: Account) -> None:
    run("app")
    assert "cloudtrail:LookupEvents" in account.calls.actions()

    account.calls.clear()
    run("app", "--days", "0")
    run("ana", "--subject", "knowledge-bases")
    run("ana")
    assert "cloudtrail:LookupEvents" not in account.calls.actions()


@pytest.mark.usefixtures("account")
def test_heeds_the_policies_of_the_organization(tmp_path: Path) -> None:
    denial = tmp_path / "no-models.json"
    denial.write_text(document(deny("bedrock:*")), encoding="utf-8")

    result = run("app", "--scp", str(denial))

    assert result.stdout.splitlines()[1] == "NOT_APPLICABLE: The role is not allowed any model invocation."
    assert 'Service control policy "no-models", statement 1, denies' in result.stdout


@pytest.mark.usefixtures("account")
def test_refuses_a_file_that_is_no_policy(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text("{}", encoding="utf-8")

    result = runner.invoke(command, ["app", "--rcp", str(path)])

    assert result.exit_code == 2
    assert "The policy document has no Statement element." in result.stderr


def test_a_principal_that_cannot_be_read_is_not_evaluated(account: Account) -> None:
    account.faults.add(Fault("deny", action="iam:ListRolePolicies"))

    result = run("app")

    assert result.return_value == 3
    assert result.stdout == ""
    assert result.stderr.startswith("app could not be read: AccessDenied: ListRolePolicies: ")
