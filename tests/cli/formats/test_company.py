"""Every format over the example company: real rules, two Regions, and secrets that no report may quote."""

import json
from collections.abc import Iterator, Sequence

import pytest

from cli.commands.demo import judged
from cli.formats.registry import render
from cli.report import Report
from cli.sandbox import embedded_account
from cli.sandbox.company.aurelia import build
from cli.sandbox.company.environments import ENVIRONMENTS, EXAMPLE_KEY
from cli.sandbox.company.labels import BAD
from cli.terminal import PLAIN
from tests.cli.formats import test_asff, test_csv_report, test_junit, test_markdown, test_ocsf, test_sarif
from tests.cli.formats.test_registry import every_format

pytestmark = [pytest.mark.slow, pytest.mark.repeats]


@pytest.fixture(scope="module")
def company() -> Iterator[Sequence[Report]]:
    """Judge the example company once, good and bad side by side."""
    with embedded_account() as account:
        build(account, "mixed")
        yield judged(account)


def secrets() -> list[str]:
    """Return what the company's functions have in their environment and nobody may see, in every spelling."""
    values = [value for one in ENVIRONMENTS if one.wanted is BAD for value in one.variables.values()]
    passwords = [str(json.loads(value)["password"]) for value in values if value.startswith("{")]
    return [EXAMPLE_KEY, "Porto-2025", *values, *(json.dumps(value)[1:-1] for value in values), *passwords]


@every_format
def test_no_format_quotes_a_secret(name: str, company: Sequence[Report]) -> None:
    text = render(name, company, PLAIN)

    assert "BATCH_SETTINGS" in text or "BATCH&#95;SETTINGS" in text
    assert [secret for secret in secrets() if secret in text] == []


def test_every_reader_finds_the_same(company: Sequence[Report]) -> None:
    violations = sum(one.violates for report in company for one in report.evaluations)
    evaluations = sum(len(report.evaluations) for report in company)

    assert sum(row["compliance"] == "NON_COMPLIANT" for row in test_csv_report.rows(*company)) == violations
    assert sum(one["RecordState"] == "ACTIVE" for one in test_asff.findings(*company)) == violations
    assert sum(one["compliance"]["status"] == "Fail" for one in test_ocsf.events(*company)) == violations
    assert len(test_sarif.run(*company)["results"]) == violations
    assert test_junit.read(*company).failures == violations
    assert test_junit.read(*company).tests == evaluations
    assert sum(line.startswith("| <code>") for line in test_markdown.comment(*company).splitlines()) == violations
