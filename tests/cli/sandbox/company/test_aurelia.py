from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from cli.commands.demo import judged
from cli.report import Report
from cli.sandbox import ACCOUNT_ID, embedded_account
from cli.sandbox.company.aurelia import KINDS, REGIONS, build, labels
from cli.sandbox.company.labels import BAD, GOOD, Label
from rules.engine.catalogue import all_rules
from rules.engine.resource import ACCOUNT_TYPE, Resource

pytestmark = [pytest.mark.slow, pytest.mark.repeats]

LABELLED = {label.rule for label in labels("mixed")}


@dataclass(frozen=True)
class Outcome:
    """What judging a company brought, under the names that its labels use."""

    kind: str
    reports: tuple[Report, ...]
    names: dict[str, str]

    @property
    def found(self) -> set[Label]:
        """What came out, of the rules that the company was made for."""
        return {
            Label(one.rule.id, report.region, self.name(one.resource), one.verdict.compliance)
            for report in self.reports
            for one in report.evaluations
            if one.rule.id in LABELLED
        }

    def name(self, resource: Resource) -> str:
        return self.names.get(resource.id, resource.name)


@pytest.fixture(scope="module", params=KINDS)
def outcome(request: pytest.FixtureRequest) -> Iterator[Outcome]:
    """Return a company of each kind, judged once."""
    with embedded_account() as account:
        names = build(account, request.param)
        yield Outcome(request.param, judged(account), names)


def test_the_rules_find_what_is_labelled_and_nothing_else(outcome: Outcome) -> None:
    wanted = set(labels(outcome.kind))
    besides = {label for label in outcome.found - wanted if label.resource != ACCOUNT_ID or label.compliance is BAD}

    assert sorted(besides) == []
    assert sorted(wanted - outcome.found) == []


def test_everything_is_evaluated(outcome: Outcome) -> None:
    assert [one for report in outcome.reports for one in report.failures] == []
    assert [report.region for report in outcome.reports] == list(REGIONS)


def test_only_the_mixed_company_has_violations(outcome: Outcome) -> None:
    violated = {label.rule for label in outcome.found if label.compliance is BAD}

    assert violated == (LABELLED if outcome.kind == "mixed" else set())


def test_every_rule_has_something_to_say(outcome: Outcome) -> None:
    said = {one.rule.id for report in outcome.reports for one in report.evaluations}

    assert said == {rule.id for rule in all_rules()}


def test_in_the_empty_account_only_the_account_itself_is_judged(outcome: Outcome) -> None:
    types = {one.resource.type for report in outcome.reports for one in report.evaluations}

    assert (types == {ACCOUNT_TYPE}) == (outcome.kind == "empty")


@pytest.mark.parametrize("kind", ["clean", "empty"])
def test_nothing_is_labelled_bad_where_nothing_is(kind: str) -> None:
    assert BAD not in {label.compliance for label in labels(kind)}


@pytest.mark.parametrize("rule", sorted(rule.id for rule in all_rules()))
def test_labels_have_good_and_bad_resources_for_a_rule(rule: str) -> None:
    assert {GOOD, BAD} <= {label.compliance for label in labels("mixed") if label.rule == rule}


@pytest.mark.parametrize("kind", KINDS)
def test_no_resource_is_labelled_twice(kind: str) -> None:
    keys = [(label.rule, label.region, label.resource) for label in labels(kind)]

    assert len(keys) == len(set(keys))


def test_labels_are_of_rules_that_there_are() -> None:
    assert {rule.id for rule in all_rules()} == LABELLED
