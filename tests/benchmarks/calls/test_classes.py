from collections.abc import Mapping
from typing import Any

import pytest

from benchmarks.calls.__main__ import COMMAND
from benchmarks.calls.classes import SIZES, Growth, compared, growth, table, worse, written
from benchmarks.calls.counting import Asked, Counted, counted
from benchmarks.company.expected import evaluations
from benchmarks.scale.document import DOCUMENT, between
from rules.engine.catalogue import all_rules

AGAIN = "run `python -m benchmarks.calls`, which writes the classes and the table of docs/scale.md anew"


def asked(*questions: Mapping[str, Any]) -> Asked:
    found = Asked()
    for question in questions:
        found.note(question)
    return found


@pytest.mark.parametrize(
    ("name", "small", "large", "wanted"),
    [
        pytest.param("iam:GetRole", [{"RoleName": "a"}], [{"RoleName": "a"}], Growth.CONSTANT, id="one question"),
        pytest.param("bedrock:ListGuardrails", [{}], [{}], Growth.PAGE, id="a listing of one page"),
        pytest.param(
            "bedrock:ListGuardrails", [{}], [{}, {"nextToken": "1"}], Growth.PAGE, id="a listing with further pages"
        ),
        pytest.param(
            "macie2:GetFindingStatistics",
            [{"criteria": {"eq": ["a"]}}],
            [{"criteria": {"eq": ["a", "b"]}}],
            Growth.PAGE,
            id="a question about many things at once",
        ),
        pytest.param(
            "iam:GetRole", [{"RoleName": "a"}], [{"RoleName": name} for name in "abcd"], Growth.ITEM, id="every item"
        ),
        pytest.param(
            "bedrock:ListGuardrails",
            [{}, {"guardrailIdentifier": "a"}],
            [{}, *({"guardrailIdentifier": name} for name in "abcd")],
            Growth.ITEM,
            id="a listing within every item",
        ),
        pytest.param(
            "iam:GetRole",
            [{"RoleName": "a"}],
            [{"RoleName": name} for name in "abcdefghijklmnop"],
            Growth.WORSE,
            id="every pair of items",
        ),
        pytest.param("iam:GetRole", [{"RoleName": "a"}], [{"RoleName": "a"}] * 4, Growth.WORSE, id="the same again"),
    ],
)
def test_growth_is_told_by_questions(
    name: str, small: list[dict[str, Any]], large: list[dict[str, Any]], wanted: Growth
) -> None:
    assert growth(name, asked(*small), asked(*large)) is wanted


@pytest.mark.parametrize(
    ("now", "sentences"),
    [
        pytest.param({"r": {"iam:GetRole": Growth.CONSTANT}}, [], id="better"),
        pytest.param(
            {"r": {"iam:GetRole": Growth.PAGE, "iam:ListRoles": Growth.CONSTANT}}, [], id="the same, and one call"
        ),
        pytest.param(
            {"r": {"iam:GetRole": Growth.ITEM}},
            ["r: iam:GetRole is called per item; it was per page."],
            id="worse",
        ),
        pytest.param(
            {"r": {"iam:ListRoleTags": Growth.ITEM}},
            ["r: iam:ListRoleTags is called per item; it was constant."],
            id="new for each item",
        ),
    ],
)
def test_worse_classes_are_named(now: dict[str, dict[str, Growth]], sentences: list[str]) -> None:
    assert worse(now, {"r": {"iam:GetRole": Growth.PAGE}}) == sentences


@pytest.fixture(scope="module")
def companies() -> list[Counted]:
    return counted(SIZES)


@pytest.mark.slow
def test_no_call_is_in_a_worse_class_than_written_down(companies: list[Counted]) -> None:
    small, large = companies
    now = compared(small.calls, large.calls)
    assert worse(now, written()) == [], "an account of thousands would feel it; if there is no other way, " + AGAIN
    assert now == written(), AGAIN


@pytest.mark.slow
def test_no_rule_leaves_anything_out_of_a_generated_company(companies: list[Counted]) -> None:
    assert [each.evaluations for each in companies] == [evaluations(size) for size in SIZES]


def test_no_rule_asks_more_than_once_for_each_item() -> None:
    assert {rule.id for rule in all_rules()} == set(written())
    assert Growth.WORSE not in {each for found in written().values() for each in found.values()}


def test_the_document_has_the_table() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert between(document, COMMAND, table(written())) == document, AGAIN


@pytest.mark.parametrize("document", ["", "<!-- made by python -m x -->", "<!-- end of python -m x -->"])
def test_a_document_without_marks_is_refused(document: str) -> None:
    with pytest.raises(ValueError, match="the document lacks"):
        between(document, "python -m x", ["| figure |"])


def test_figures_are_put_between_their_marks_and_nowhere_else() -> None:
    document = "a\n<!-- made by x -->\nold\n<!-- end of x -->\nb\n<!-- made by y -->\n<!-- end of y -->\n"
    wanted = "a\n<!-- made by x -->\n\nnew\n\n<!-- end of x -->\nb\n<!-- made by y -->\n<!-- end of y -->\n"
    assert between(document, "x", ["new"]) == wanted
    assert between(wanted, "x", ["new"]) == wanted
