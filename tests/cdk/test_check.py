from pathlib import Path
from typing import Any

import pytest

from cdk import pack
from cdk.bundle import Bundle
from cdk.remediation.offer import OFFERS, runbooks
from cdk.settings import Settings
from tests.cdk.example_rules import RULES, ExampleLogKept

pytestmark = pytest.mark.slow

SETTINGS = Settings(rules=RULES)


@pytest.mark.repeats
def test_finds_nothing_wrong_with_what_is_deployed(capsys: pytest.CaptureFixture[str]) -> None:
    from cdk import check  # noqa: PLC0415 - starts Node

    status = check.main()

    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if not line.startswith("ok    ")] == []
    assert status == 0
    assert [line[6:].partition(":")[0] for line in lines] == [
        "bundle",
        "standalone pack",
        "deployed pack",
        "literal pack, aws",
        "literal pack, aws-us-gov",
        "literal pack, aws-cn",
        "synthesis",
        *of_stack("ai-config"),
        "synthesis",
        *of_stack("ai-config-assets-eu-central-1"),
        *of_stack("ai-config-assets-us-east-1"),
        *of_stack("ai-config-code-eu-central-1"),
        *of_stack("ai-config-code-us-east-1"),
        *of_stack("ai-config-organization"),
    ]


def of_stack(name: str) -> tuple[str, str]:
    return f"limits of stack {name}", f"cfn-lint of stack {name}"


def test_runbooks_are_looked_at_while_the_settings_have_none() -> None:
    from cdk import check  # noqa: PLC0415 - starts Node

    assert {offer.runbook for offer in OFFERS} <= {runbook.id for runbook in runbooks(check.EVERY_RUNBOOK)}


def test_says_what_it_found_and_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from cdk import bundle, check  # noqa: PLC0415 - starts Node

    monkeypatch.setattr(bundle, "LARGEST", 1000)

    assert check.main() == 1
    assert capsys.readouterr().out.startswith("FAIL  settings and bundle: unusable\n      the bundle has ")


def test_cdk_nag_sees_a_wildcard_that_nobody_explained(
    small_bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cdk import check, function  # noqa: PLC0415 - starts Node

    monkeypatch.setattr(function, "wildcards", lambda _: {})

    faults = check.synthesised(Settings(rules=(ExampleLogKept,)), small_bundle, tmp_path)

    assert "AwsSolutions-IAM5[Resource::*] at ai-config/ExampleLogKept/Role" in faults


def test_the_cdk_sees_a_property_that_cloudformation_refuses(
    small_bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cdk import check  # noqa: PLC0415 - starts Node

    monkeypatch.setattr(pack, "INLINE_BYTES", 100_000)
    monkeypatch.setattr(pack, "as_json", lambda _: "x" * 60_000)

    faults = check.synthesised(Settings(rules=(ExampleLogKept,)), small_bundle, tmp_path)

    assert any("F3033" in fault and "ai-config/Pack" in fault for fault in faults)


def test_a_synthesis_that_breaks_is_a_fault(small_bundle: Bundle, tmp_path: Path) -> None:
    from cdk import check  # noqa: PLC0415 - starts Node

    (tmp_path / "ai-config.template.json").mkdir()

    (fault,) = check.synthesised(SETTINGS, small_bundle, tmp_path)

    assert "EISDIR" in fault


def test_cfn_lint_sees_what_a_pack_may_not_say() -> None:
    from cdk import check  # noqa: PLC0415 - starts Node

    template = pack.standalone_pack(SETTINGS)
    template["Resources"]["ExampleLogKept"]["Properties"]["Severity"] = "HIGH"

    (fault,) = check.linted(pack.as_json(template))

    assert fault.startswith("E3002 Additional properties are not allowed ('Severity' was unexpected)")
    assert fault.endswith("at Resources/ExampleLogKept/Properties/Severity")


def test_a_pack_over_a_limit_is_a_fault() -> None:
    from cdk import check  # noqa: PLC0415 - starts Node

    settings = Settings(rules=RULES, parameters={"example-log-kept": {"trusted": "1" * 2000}})

    faults = {each.subject: each.faults for each in check.pack_checks(settings)}

    assert faults["deployed pack"] == ("InputParameters of example-log-kept has 2,054 characters, at most 1,024 fit",)


def role(characters: int) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": ["a" * characters], "Resource": [{"Fn::Sub": "${AWS::Region}"}]}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {"Policies": [{"PolicyDocument": {"Statement": [statement]}}]},
    }


@pytest.mark.parametrize(
    ("text", "resources", "fault"),
    [
        pytest.param(
            "x" * 1_000_001, {}, "the template has 1,000,001 bytes, at most 1,000,000 fit", id="size of the template"
        ),
        pytest.param(
            "",
            {f"R{number}": {"Type": "AWS::SQS::Queue"} for number in range(501)},
            "the template has 501 resources, at most 500 fit",
            id="resources",
        ),
        pytest.param(
            "",
            {"Role": role(10_200)},
            "the policies of Role have 10,291 characters, at most 10,240 fit",
            id="policies of a role",
        ),
    ],
)
def test_limits_of_a_stack(text: str, resources: dict[str, Any], fault: str) -> None:
    from cdk import check  # noqa: PLC0415 - starts Node

    assert list(check.over_limits(text, {"Resources": resources})) == [fault]


def test_a_stack_within_the_limits_has_no_fault() -> None:
    from cdk import check  # noqa: PLC0415 - starts Node

    assert list(check.over_limits("", {"Resources": {"Role": role(1000)}})) == []
