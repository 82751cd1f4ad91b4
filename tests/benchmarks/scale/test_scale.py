from dataclasses import replace

import pytest

from benchmarks.company import COMPANY
from benchmarks.growth.comparison import steepest
from benchmarks.growth.report import defects as growing
from benchmarks.growth.report import row as growth_row
from benchmarks.scale.measured import Measured, Run, company, measure
from benchmarks.scale.report import COLUMNS, LIMIT, MEMORY, defects, report, row
from benchmarks.table import Row
from rules.engine.catalogue import rule_by_id

RUN = Run(
    cpu=2.0, wall=3.0, peak=80.0, resident=70.0, in_a_row=10, error="", calls={"bedrock-agent:GetKnowledgeBase": 90}
)
RULE = "bedrock-guardrail-grounded"
GOOD = Measured(RULE, (RUN, RUN), 7)


def test_row_has_the_first_run_and_the_peak_of_the_second() -> None:
    measured = replace(GOOD, runs=(RUN, replace(RUN, peak=81.0)))
    assert row(measured) == f"| {RULE} | 7 | 2.0 | 80 | 81 | 90 | 8 | 9 (bedrock-agent:GetKnowledgeBase) |"


@pytest.mark.parametrize(
    ("measured", "wrong"),
    [
        pytest.param(GOOD, [], id="within all limits"),
        pytest.param(replace(GOOD, evaluations=6), [f"{RULE}: 6 evaluations; 7 are wanted."], id="left one out"),
        pytest.param(
            replace(GOOD, runs=(RUN, replace(RUN, error="ReportingError: no"))),
            [f"{RULE}: ReportingError: no"],
            id="failed",
        ),
        pytest.param(
            replace(GOOD, runs=(replace(RUN, peak=600.0), RUN)),
            [f"{RULE}: 600 MB at its peak; 512 are allowed."],
            id="too large",
        ),
        pytest.param(
            replace(GOOD, runs=(RUN, replace(RUN, peak=100.0))),
            [f"{RULE}: 100 MB in the second run after 80 in the first."],
            id="keeps memory",
        ),
        pytest.param(
            replace(GOOD, runs=(replace(RUN, calls={"bedrock-agent:GetKnowledgeBase": 6_010}), RUN)),
            [f"{RULE}: 601 seconds; its function has 600."],
            id="held up by a rate",
        ),
        pytest.param(
            replace(GOOD, runs=(replace(RUN, cpu=180.0), RUN)),
            [f"{RULE}: 623 seconds; its function has 600."],
            id="too much work for its share of a processor",
        ),
    ],
)
def test_defects_name_what_is_wrong(measured: Measured, wrong: list[str]) -> None:
    assert list(defects(measured, 7)) == wrong


def grown(*figures: tuple[int, float, float]) -> list[Measured]:
    runs = [replace(RUN, calls={"iam:GetRole": calls}, cpu=cpu, peak=peak) for calls, cpu, peak in figures]
    return [Measured(RULE, (run, run), 1) for run in runs]


@pytest.mark.parametrize(
    ("measured", "wrong"),
    [
        pytest.param(grown((10, 0.1, 60), (40, 0.4, 70), (160, 1.6, 110)), [], id="linear"),
        pytest.param(grown((1, 0.01, 60), (1, 0.01, 60), (1, 0.16, 60)), [], id="too quick to say"),
        pytest.param(
            grown((10, 0.1, 60), (40, 0.4, 70), (640, 6.4, 70)),
            [f"{RULE}: calls grows with an exponent of 2.00.", f"{RULE}: CPU time grows with an exponent of 2.00."],
            id="quadratic",
        ),
    ],
)
def test_growth_beyond_linear_is_named(measured: list[Measured], wrong: list[str]) -> None:
    assert list(growing(measured)) == wrong


def test_growth_row_has_three_accounts_and_exponents() -> None:
    measured = grown((10, 0.1, 60), (40, 0.4, 60), (160, 1.6, 60))
    assert (
        growth_row(measured) == f"| {RULE} | 10 / 40 / 160 | 1.00 | 0.10 / 0.40 / 1.60 | 1.00 | 60 / 60 / 60 | 0.00 |"
    )


def test_the_steepest_rule_stands_for_all() -> None:
    flat, linear = grown((1, 0.0, 60), (1, 0.0, 60), (1, 0.0, 60)), grown((5, 0.2, 60), (20, 0.4, 61), (80, 1.6, 62))
    name = "an account 4 and 16 times as large: the exponent of the steepest rule"
    assert list(steepest({"flat": flat, "linear": linear})) == [
        Row(f"Growth of calls, {name}", "linear", "", "1.00", "at most 1.15", met=True),
        Row(f"Growth of memory, {name}", "linear", "", "0.01", "at most 1.15", met=True),
        Row(f"Growth of CPU time, {name}", "linear", "", "1.00", "at most 1.15", met=True),
    ]


@pytest.mark.slow
def test_functions_of_the_stack_have_what_is_reckoned_with() -> None:
    from cdk import function  # noqa: PLC0415 - the CDK starts Node

    assert (MEMORY, LIMIT) == (function.MEMORY, function.TIMEOUT)


@pytest.mark.slow
def test_a_rule_runs_twice_in_a_process_of_its_own() -> None:
    wrong: list[str] = []
    lines = list(report(COMPANY.times(0.02), [rule_by_id(RULE)], wrong))
    assert wrong == []
    assert lines[0] == f"| {' | '.join(COLUMNS)} |"
    name, evaluations, _, peak, _, calls, *_ = (cell.strip() for cell in lines[2].strip("|").split("|"))
    assert (name, evaluations) == (RULE, "1")
    # The embedded account, which has moto in it, takes more than that by itself.
    assert 20 < int(peak) < 90
    assert int(calls) > 3


@pytest.mark.slow
def test_calls_about_one_of_many_are_not_made_in_a_row() -> None:
    with company(COMPANY.times(0.1)) as account:
        (run,) = measure(account, rule_by_id(RULE)).runs

    about_one = sum(run.calls[f"bedrock:{name}"] for name in ("GetGuardrail", "GetResourcePolicy"))
    assert about_one >= 20
    assert 0 < run.in_a_row <= run.total - about_one
