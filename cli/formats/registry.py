"""The formats that a report can be shown in; each is a module with one function, imported when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cli.report import Report
    from cli.terminal import Look


class Render(Protocol):
    """What a format's module has to have."""

    def __call__(self, reports: Sequence[Report], look: Look) -> str:
        """Return the reports, one per account and Region, as text that ends in a newline."""


MODULES: Mapping[str, str] = {
    "table": "cli.formats.table",
    "json": "cli.formats.json_report",
    "csv": "cli.formats.csv_report",
    "markdown": "cli.formats.markdown",
    "sarif": "cli.formats.sarif",
    "junit": "cli.formats.junit",
    "asff": "cli.formats.asff",
    "ocsf": "cli.formats.ocsf",
    "html": "cli.formats.html.page",
}

FORMATS = tuple(MODULES)


def render(name: str, reports: Sequence[Report], look: Look) -> str:
    """Return the reports in the format of that name."""
    chosen: Render = import_module(MODULES[name]).render
    return chosen(reports, look)
