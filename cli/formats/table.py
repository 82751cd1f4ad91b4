"""The report for people: violations by severity, counts by duty, what was not evaluated; plain lines in a pipe."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.report import Report
    from cli.terminal import Look


def render(reports: Sequence[Report], look: Look) -> str:
    """Return the reports for a terminal of that look, or as plain lines where there is none."""
    if look.terminal:
        # Drawing on a terminal takes rich, which a pipe need not wait for.
        return cast("str", import_module("cli.formats.screen").render(reports, look))
    return cast("str", import_module("cli.formats.lines").render(reports))
