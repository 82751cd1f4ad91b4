import pytest

from cli.formats.html.evaluations import shown
from cli.formats.html.overview import Score, Segment, duty_scores, urgent
from cli.report import Evaluation
from rules.engine.duties import Duty
from tests.cli.formats.html.samples import ACCEPTED, FIRST, SECOND
from tests.cli.reports import bad, good, report, unused
from tests.rules.engine.sample_rules import AccountGood, BoxesGood, BoxGood


def score(*evaluations: Evaluation) -> Score:
    return Score.of(shown([report(*evaluations)]))


@pytest.mark.parametrize(
    ("evaluations", "percent"),
    [
        pytest.param([], None, id="nothing"),
        pytest.param([unused("a")], None, id="nothing that applies"),
        pytest.param([good("a")], 100, id="all"),
        pytest.param([good("a"), good("b"), unused("c"), bad("d")], 66, id="two of three, rounded down"),
        pytest.param([*(good(f"g{number}") for number in range(999)), bad("b")], 99, id="all but one is not all"),
        pytest.param([good("a"), ACCEPTED], 50, id="an accepted violation is no compliance"),
    ],
)
def test_the_score_is_the_share_of_the_judged_that_is_compliant(
    evaluations: list[Evaluation], percent: int | None
) -> None:
    assert score(*evaluations).percent == percent


def test_a_bar_shows_violations_by_severity_then_the_rest() -> None:
    found = Score.of(shown([FIRST, SECOND]))

    assert found.segments == (
        Segment("high", 0.0, 22.222),
        Segment("low", 22.222, 11.111),
        Segment("unknown", 33.333, 22.222),
        Segment("accepted", 55.556, 11.111),
        Segment("compliant", 66.667, 22.222),
        Segment("unused", 88.889, 11.111),
    )
    assert found.words == "3 violations, 2 not evaluated, 1 accepted, 2 compliant, 1 not applicable"


def test_a_bar_of_nothing_is_empty() -> None:
    assert (score().segments, score().words) == ((), "0 violations")


def test_only_duties_with_rules_have_a_score() -> None:
    (only,) = duty_scores((BoxesGood, BoxGood), shown([FIRST]))

    assert (only.duty, only.position, only.score.graded.total()) == (Duty.LOGGING, 0, 2)


def test_what_is_urgent_is_grave_then_frequent() -> None:
    account, boxes = bad("a", of=AccountGood), [bad("b", of=BoxGood), bad("c", of=BoxGood)]
    found = urgent(shown([report(account, *boxes, bad("d"), ACCEPTED, rules=(BoxesGood, BoxGood, AccountGood))]))

    assert [(one.rule.id, one.violations, str(one.step)) for one in found] == [
        ("boxes-good", 1, "PutBox with <code>Good</code>"),
        ("box-good", 2, "Replace the box."),
        ("account-good", 1, "Tidy up."),
    ]
