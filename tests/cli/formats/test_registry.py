"""What holds for every format that is for machines or pipes."""

import subprocess
import sys
from dataclasses import replace

import pytest

from cli.formats.registry import MODULES, render
from cli.report import Report
from cli.terminal import PLAIN
from tests.cli.formats.hostile import LONG, accepted, closed, hostile_report, hostile_texts
from tests.cli.reports import EVERYTHING, bad, report

TEXTS = ("csv", "markdown", "sarif", "junit", "asff", "ocsf")
LAZY = ("py_ocsf_models", "csv", "xml.etree.ElementTree", "cli.formats.sarif", "cli.formats.markdown")

every_format = pytest.mark.parametrize("name", TEXTS)


@every_format
@pytest.mark.parametrize(
    "reports",
    [
        pytest.param([EVERYTHING], id="one of each"),
        pytest.param([report()], id="an empty account"),
        pytest.param([report(rules=())], id="no rules"),
        pytest.param([EVERYTHING, report(bad("app"), region="eu-west-1")], id="two Regions"),
        pytest.param([EVERYTHING, replace(EVERYTHING, account_id="111122223333")], id="two accounts"),
        pytest.param([EVERYTHING, closed()], id="a place that could not be opened"),
        pytest.param([closed()], id="nothing could be opened"),
        pytest.param([report(accepted("app"))], id="an accepted violation"),
    ],
)
def test_one_document_that_ends_in_one_newline(name: str, reports: list[Report]) -> None:
    text = render(name, reports, PLAIN)

    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@every_format
@hostile_texts
def test_hostile_texts_are_inert_on_a_terminal_and_add_no_lines(name: str, text: str) -> None:
    harmless = render(name, [hostile_report("app"), closed("app")], PLAIN)
    hostile = render(name, [hostile_report(text), closed(text)], PLAIN)

    assert hostile.replace("\n", "").isprintable()
    assert len(hostile.splitlines()) == len(harmless.splitlines())


@every_format
def test_the_same_report_is_the_same_text(name: str) -> None:
    assert render(name, [EVERYTHING], PLAIN) == render(name, [EVERYTHING], PLAIN)


@every_format
def test_very_long_texts_are_taken(name: str) -> None:
    assert "a" * 100 in render(name, [hostile_report(LONG)], PLAIN)


@pytest.mark.slow
def test_formats_are_imported_when_they_are_used() -> None:
    asked = f"import sys, cli.main, cli.formats.registry; print([one for one in {LAZY!r} if one in sys.modules])"
    found = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter

    assert found.stdout == "[]\n"


def test_every_format_has_a_module_of_its_own() -> None:
    assert len(set(MODULES.values())) == len(MODULES)
    assert set(TEXTS) <= set(MODULES)
