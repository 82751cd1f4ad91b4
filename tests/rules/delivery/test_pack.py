from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore import xform_name
from botocore.stub import Stubber

from rules.delivery.pack import RESULTS_ACTION, RULES_ACTION, STATE_ACTION, Pack, PackStateError
from rules.engine.aws import Aws
from rules.engine.verdict import Compliance
from tests.rules.delivery.events import BEGIN
from tests.rules.delivery.stubs import pack_status

RULE = "bedrock-log-group-protected-conformance-pack-x"
ASKED = {"ConfigRuleName": RULE, "Limit": 100}
EVERY = {**ASKED, "ComplianceTypes": ["COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE"]}


@pytest.fixture
def stub(here: Aws) -> Iterator[Stubber]:
    with Stubber(here.client("config")) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def pack(here: Aws) -> Pack:
    return Pack(here, "ai-config")


def state(stub: Stubber, name: str, **more: str) -> None:
    operation = "describe_conformance_pack_status"
    stub.add_response(operation, pack_status(name, **more), {"ConformancePackNames": ["ai-config"]})


def rules(stub: Stubber, names: list[str], token: str | None = None, following: str | None = None) -> None:
    stub.add_response(
        "describe_conformance_pack_compliance",
        {
            "ConformancePackName": "ai-config",
            "ConformancePackRuleComplianceList": [{"ConfigRuleName": name} for name in names],
            **({"NextToken": following} if following else {}),
        },
        {"ConformancePackName": "ai-config", **({"NextToken": token} if token else {})},
    )


def invoked(stub: Stubber, *hours: int, token: str | None = None, following: str | None = None) -> None:
    """Answer with results of invocations so many hours ago."""
    results = [{"ConfigRuleInvokedTime": BEGIN - timedelta(hours=ago)} for ago in hours]
    stub.add_response(
        "get_compliance_details_by_config_rule",
        {"EvaluationResults": results, **({"NextToken": following} if following else {})},
        EVERY | ({"NextToken": token} if token else {}),
    )


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        pytest.param({}, ("CREATE_COMPLETE", ""), id="no reason"),
        pytest.param({"ConformancePackStatusReason": "It is so."}, ("CREATE_COMPLETE", "It is so."), id="a reason"),
    ],
)
def test_says_its_state(pack: Pack, stub: Stubber, more: dict[str, str], wanted: tuple[str, str]) -> None:
    state(stub, "CREATE_COMPLETE", **more)

    assert pack.state() == wanted


@pytest.mark.parametrize("name", ["CREATE_COMPLETE", "UPDATE_COMPLETE"])
def test_names_the_rules_of_every_page(pack: Pack, stub: Stubber, name: str) -> None:
    state(stub, name)
    rules(stub, ["a", "b"], following="one")
    rules(stub, ["c"], token="one", following="two")
    rules(stub, ["d"], token="two")

    assert pack.rule_names() == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "The conformance pack ai-config is CREATE_FAILED."),
        ({"ConformancePackStatusReason": "No role"}, "The conformance pack ai-config is CREATE_FAILED: No role."),
    ],
    ids=["no reason", "a reason"],
)
def test_names_no_rules_unless_it_is_deployed(pack: Pack, stub: Stubber, more: dict[str, str], said: str) -> None:
    state(stub, "CREATE_FAILED", **more)

    with pytest.raises(PackStateError) as raised:
        pack.rule_names()
    assert str(raised.value) == said


def test_yields_the_results_of_every_page(pack: Pack, stub: Stubber) -> None:
    asked = {**ASKED, "ComplianceTypes": ["NON_COMPLIANT"]}
    operation = "get_compliance_details_by_config_rule"
    stub.add_response(operation, {"EvaluationResults": [{"Annotation": "One."}], "NextToken": "more"}, asked)
    stub.add_response(operation, {"EvaluationResults": [{"Annotation": "Two."}]}, asked | {"NextToken": "more"})

    assert list(pack.results(RULE, Compliance.NON_COMPLIANT)) == [{"Annotation": "One."}, {"Annotation": "Two."}]


@pytest.mark.parametrize(
    ("pages", "newest"),
    [
        pytest.param([()], None, id="never"),
        pytest.param([(60, 50, 70)], 50, id="the newest of a page"),
        pytest.param([(60,), (50,), (70,), ()], 50, id="the newest of all pages"),
        pytest.param([(48,), (60,)], 48, id="just not after"),
        pytest.param([(60, 47)], 47, id="after, on the first page"),
        pytest.param([(60,), (), (3, 9)], 3, id="after, on a later page"),
    ],
)
def test_knows_when_something_was_last_stored(
    pack: Pack, stub: Stubber, pages: list[tuple[int, ...]], newest: int | None
) -> None:
    for number, hours in enumerate(pages):
        last = number == len(pages) - 1
        invoked(stub, *hours, token=f"t{number - 1}" if number else None, following=None if last else f"t{number}")

    found = pack.last_report(RULE, BEGIN - timedelta(hours=48))
    assert found == (None if newest is None else BEGIN - timedelta(hours=newest))


def test_reads_no_further_once_something_is_new_enough(pack: Pack, stub: Stubber) -> None:
    invoked(stub, 60, 47, following="more")

    assert pack.last_report(RULE, BEGIN - timedelta(hours=48)) == BEGIN - timedelta(hours=47)


@pytest.mark.parametrize(
    ("operation", "ask"),
    [
        ("DescribeConformancePackStatus", lambda pack: pack.state()),
        ("GetComplianceDetailsByConfigRule", lambda pack: list(pack.results(RULE, Compliance.COMPLIANT))),
        ("GetComplianceDetailsByConfigRule", lambda pack: pack.last_report(RULE, BEGIN)),
    ],
    ids=["state", "results", "last report"],
)
def test_what_cannot_be_read_is_a_sentence(pack: Pack, stub: Stubber, operation: str, ask: Any) -> None:
    stub.add_client_error(xform_name(operation), "AccessDeniedException", "It may not.")

    with pytest.raises(PackStateError) as raised:
        ask(pack)
    assert str(raised.value) == (f"The conformance pack ai-config: AccessDeniedException: {operation}: It may not.")


def test_rules_that_cannot_be_listed_are_a_sentence(pack: Pack, stub: Stubber) -> None:
    state(stub, "CREATE_COMPLETE")
    stub.add_client_error("describe_conformance_pack_compliance", "NoSuchConformancePackException", "None.")

    with pytest.raises(PackStateError, match=r"ai-config: NoSuchConformancePackException: .*: None"):
        pack.rule_names()


def test_actions_are_granted_on_packs_and_rules() -> None:
    place = "arn:{partition}:config:{region}:{account}"

    assert [(each.name, each.resource) for each in (STATE_ACTION, RULES_ACTION, RESULTS_ACTION)] == [
        ("config:DescribeConformancePackStatus", "*"),
        ("config:DescribeConformancePackCompliance", f"{place}:conformance-pack/*"),
        ("config:GetComplianceDetailsByConfigRule", f"{place}:config-rule/*"),
    ]
