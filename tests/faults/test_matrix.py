import pytest

from rules.engine.catalogue import all_rules
from tests.faults.matrix import MIXED, Cell, Part, parts, theatre
from tests.faults.privilege import Removal, unproven

pytestmark = pytest.mark.slow

WHOLE = "bedrock-guardrail-pii-filtered"
"""The rule of which every call meets every fault here; of the others it is a sample."""


def test_no_fault_makes_a_rule_lie_and_no_action_is_missed_silently() -> None:
    rules = list(all_rules())
    wanted = [part for part in parts(regions=1) if part.company == MIXED]
    cells: list[Cell] = []
    removed: list[Removal] = []
    # In one theatre: filling it takes longer than the runs.
    with theatre() as company:
        for part in wanted:
            cells += company.cells(part, sample=part.rule_id != WHOLE)
            removed += company.removals(part, once=True)

    assert [cell for cell in cells if cell.wrong] == []
    assert {cell.part.rule_id for cell in cells} == {rule.id for rule in rules}
    whole = [cell for cell in cells if cell.part.rule_id == WHOLE]
    assert {cell.call.partition(" ")[0] for cell in whole} == {
        "bedrock:GetGuardrail",
        "bedrock:ListGuardrails",
        "bedrock:ListTagsForResource",
        "config:GetComplianceDetailsByConfigRule",
        "config:PutEvaluations",
    }
    assert {"token refused", "expired", "malformed"} <= {cell.kind for cell in whole}
    assert list(unproven(removed, rules)) == []


def test_no_fault_makes_a_rule_lie_of_an_empty_account() -> None:
    part = Part("empty", "us-east-1", "bedrock-invocation-logging-enabled")
    with theatre() as company:
        cells = list(company.cells(part))

    assert [cell for cell in cells if cell.wrong] == []
    assert len(cells) > len({cell.kind for cell in cells})
