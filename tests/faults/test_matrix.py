import pytest

from rules.engine.catalogue import all_rules
from tests.faults.matrix import Cell, parts, theatre

pytestmark = pytest.mark.slow

IDS = sorted(rule.id for rule in all_rules())


@pytest.mark.parametrize("half", [IDS[::2], IDS[1::2]], ids=["one half of the rules", "the other half"])
def test_no_fault_makes_a_rule_lie(half: list[str]) -> None:
    with theatre() as company:
        cells = [cell for part in parts(half, regions=1) for cell in company.cells(part, sample=True)]

    assert [cell for cell in cells if cell.wrong] == []
    assert {cell.part.rule_id for cell in cells} == set(half)


def test_a_rule_meets_every_fault_at_every_call() -> None:
    rule = "bedrock-guardrail-pii-filtered"
    with theatre() as company:
        cells = [cell for part in parts([rule], regions=1) for cell in company.cells(part)]

    assert [cell for cell in cells if cell.wrong] == []
    assert operations(cells) == {
        "bedrock:GetGuardrail",
        "bedrock:ListGuardrails",
        "bedrock:ListTagsForResource",
        "config:GetComplianceDetailsByConfigRule",
        "config:PutEvaluations",
    }
    assert {"token refused", "expired", "malformed"} <= {cell.kind for cell in cells}


def operations(cells: list[Cell]) -> set[str]:
    return {cell.call.partition(" ")[0] for cell in cells}
