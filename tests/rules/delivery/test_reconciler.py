from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rules.delivery import reconciler
from rules.delivery.compliance_change import moment
from rules.delivery.pack import PackStateError
from rules.delivery.security_hub import SecurityHubError
from tests.rules.delivery.deployed import Deployed
from tests.rules.delivery.events import OTHER_RULE, RULE

MINUTES = 1 / (24 * 60)
PRODUCT = "arn:aws:securityhub:us-east-1:123456789012:product/123456789012/default"


def reconcile() -> None:
    reconciler.handler({}, None)


def states(deployed: Deployed) -> dict[str, tuple[str, str]]:
    return {name: (one["RecordState"], one["Compliance"]["Status"]) for name, one in deployed.findings().items()}


def older(deployed: Deployed, days: float, **changes: Any) -> None:
    """Make every finding as if it had been imported some days ago."""
    for one in backend(deployed):
        when = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")
        one.data.update({"UpdatedAt": when, "CreatedAt": when, "FirstObservedAt": when, **changes})


def backend(deployed: Deployed) -> list[Any]:
    from moto.securityhub.models import securityhub_backends  # noqa: PLC0415 - only here

    del deployed
    return list(securityhub_backends["123456789012"]["us-east-1"].findings)


def imports(deployed: Deployed) -> int:
    return sum(call.operation == "BatchImportFindings" for call in deployed.account.calls)


def test_brings_what_no_event_brought(deployed: Deployed) -> None:
    deployed.report(RULE, prompts="NON_COMPLIANT", answers="COMPLIANT", drafts="NOT_APPLICABLE")
    deployed.report(OTHER_RULE, model="NON_COMPLIANT")

    reconcile()

    assert states(deployed) == {"prompts": ("ACTIVE", "FAILED"), "model": ("ACTIVE", "FAILED")}


def test_archives_what_is_right_gone_or_no_longer_judged(deployed: Deployed) -> None:
    deployed.report(RULE, right="NON_COMPLIANT", gone="NON_COMPLIANT", wrong="NON_COMPLIANT")
    deployed.report(OTHER_RULE, model="NON_COMPLIANT")
    reconcile()
    older(deployed, 1)
    deployed.report(RULE, right="COMPLIANT", gone="NOT_APPLICABLE")
    deployed.put_pack(RULE)

    reconcile()

    assert states(deployed) == {
        "right": ("ARCHIVED", "PASSED"),
        "gone": ("ARCHIVED", "NOT_AVAILABLE"),
        "wrong": ("ACTIVE", "FAILED"),
        "model": ("ARCHIVED", "NOT_AVAILABLE"),
    }


def test_reopens_what_was_archived_and_keeps_its_beginning(deployed: Deployed) -> None:
    deployed.report(RULE, prompts="NON_COMPLIANT")
    reconcile()
    older(deployed, 20, RecordState="ARCHIVED")
    begun = deployed.findings()["prompts"]["FirstObservedAt"]

    reconcile()

    found = deployed.findings()["prompts"]
    assert (found["RecordState"], found["FirstObservedAt"], found["CreatedAt"]) == ("ACTIVE", begun, begun)


@pytest.mark.parametrize(("days", "renewed"), [(0, False), (6, False), (8, True), (89, True)], ids=str)
def test_renews_what_stays_open_long_before_it_expires(deployed: Deployed, days: int, *, renewed: bool) -> None:
    deployed.report(RULE, prompts="NON_COMPLIANT")
    reconcile()
    older(deployed, days)
    before = deployed.findings()["prompts"]

    reconcile()

    after = deployed.findings()["prompts"]
    assert (moment(after["UpdatedAt"]) > moment(before["UpdatedAt"])) is renewed
    assert after["FirstObservedAt"] == before["FirstObservedAt"]


def test_brings_a_sentence_up_to_date_although_the_compliance_is_the_same(deployed: Deployed) -> None:
    deployed.report(RULE, prompts="NON_COMPLIANT")
    reconcile()
    older(deployed, 1, Description="It was said otherwise.")

    reconcile()

    assert deployed.findings()["prompts"]["Description"].startswith("It is prompts. Checks if ")


def test_imports_nothing_when_nothing_changed(deployed: Deployed) -> None:
    deployed.report(RULE, prompts="NON_COMPLIANT", answers="NON_COMPLIANT")
    reconcile()
    for one in backend(deployed):
        one.data["ProductFields"]["aws/securityhub/ProductName"] = "Default"
    before = imports(deployed)

    reconcile()

    assert imports(deployed) == before == 1


def test_what_happens_meanwhile_is_not_overwritten(deployed: Deployed) -> None:
    deployed.report(RULE, prompts="NON_COMPLIANT")
    reconcile()
    older(deployed, -MINUTES * 10, RecordState="ARCHIVED")

    reconcile()

    assert deployed.findings()["prompts"]["RecordState"] == "ARCHIVED"


@pytest.mark.parametrize(
    ("compliance", "forged", "wanted"), [("NON_COMPLIANT", "ARCHIVED", "ACTIVE"), ("COMPLIANT", "ACTIVE", "ARCHIVED")]
)
def test_a_finding_that_is_dated_to_a_time_to_come_is_put_right(
    deployed: Deployed, compliance: str, forged: str, wanted: str
) -> None:
    deployed.report(RULE, prompts="NON_COMPLIANT")
    reconcile()
    deployed.report(RULE, prompts=compliance)
    older(deployed, -365, RecordState=forged)

    reconcile()

    assert states(deployed)["prompts"][0] == wanted


def test_findings_of_others_are_left_alone(deployed: Deployed) -> None:
    deployed.report(RULE, prompts="NON_COMPLIANT")
    reconcile()
    differences: list[dict[str, Any]] = [
        {"ProductFields": {"ProviderName": "another"}},
        {"AwsAccountId": "111122223333"},
        {"ProductArn": PRODUCT.replace("us-east-1", "eu-central-1")},
    ]
    for number, changes in enumerate(differences):
        one = backend(deployed)[0]
        copy = {**one.data, "Id": f"other-{number}", **changes}
        from moto.securityhub.models import Finding, securityhub_backends  # noqa: PLC0415 - only here

        securityhub_backends["123456789012"]["us-east-1"].findings.append(Finding(copy["Id"], copy))

    reconcile()

    others = [one.data for one in backend(deployed) if one.id.startswith("other-")]
    assert [one["RecordState"] for one in others] == ["ACTIVE"] * 3


def test_reads_every_page(deployed: Deployed) -> None:
    deployed.report(RULE, **{f"r{number}": "NON_COMPLIANT" for number in range(30)})
    deployed.account.faults.page_size(4)

    reconcile()
    older(deployed, 30)
    reconcile()

    assert len(deployed.findings()) == 30
    assert {state for state, _ in states(deployed).values()} == {"ACTIVE"}


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("config:DescribeConformancePackStatus", "ai-config: AccessDeniedException: DescribeConformancePackStatus: "),
        ("config:DescribeConformancePackCompliance", "AccessDeniedException: DescribeConformancePackCompliance: "),
        ("config:GetComplianceDetailsByConfigRule", "AccessDeniedException: GetComplianceDetailsByConfigRule: "),
    ],
)
def test_archives_nothing_when_it_cannot_read_how_things_stand(deployed: Deployed, action: str, message: str) -> None:
    deployed.report(RULE, prompts="NON_COMPLIANT")
    reconcile()
    older(deployed, 30)
    deployed.account.faults.deny(action)

    with pytest.raises(PackStateError, match=message):
        reconcile()

    deployed.account.faults.clear()
    assert states(deployed) == {"prompts": ("ACTIVE", "FAILED")}


def test_archives_nothing_while_the_pack_is_not_deployed(deployed: Deployed) -> None:
    deployed.report(RULE, prompts="NON_COMPLIANT")
    reconcile()
    deployed.functions.remove_permission(FunctionName=f"ai-config-{RULE}", StatementId="config")
    deployed.put_pack(RULE)

    with pytest.raises(PackStateError, match=r"^The conformance pack ai-config is UPDATE_FAILED: The AWS Lambda"):
        reconcile()
    assert states(deployed) == {"prompts": ("ACTIVE", "FAILED")}


def test_says_which_findings_were_refused_after_importing_the_others(deployed: Deployed) -> None:
    deployed.report(RULE, prompts="NON_COMPLIANT", answers="NON_COMPLIANT")
    refused = f"ai-config-rules/{RULE}/123456789012/us-east-1/AWS::Logs::LogGroup/prompts"
    deployed.account.faults.fail_finding(refused)

    with pytest.raises(SecurityHubError, match=r"^AWS Security Hub refused 1 findings: ai-config-rules/"):
        reconcile()

    assert states(deployed) == {"answers": ("ACTIVE", "FAILED")}


def test_managed_rules_in_the_pack_are_not_ours_to_report(deployed: Deployed) -> None:
    deployed.put_pack(RULE, managed=("s3-bucket-tls-only",))
    deployed.report(RULE, prompts="NON_COMPLIANT")

    reconcile()

    assert list(deployed.findings()) == ["prompts"]
