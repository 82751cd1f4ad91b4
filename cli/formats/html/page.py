"""
The report as one HTML file that opens offline: nothing is loaded, and the page's own policy forbids to.

The data of all evaluations lies in the page as JSON; script.js and filter.js show them, with text nodes only.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cli.formats.html.evaluations import (
    ACCEPTED,
    DUTIES,
    FRAMEWORKS,
    LONGEST_SENTENCE,
    NOT_EVALUATED,
    OUTCOMES,
    SEVERITIES,
    VIOLATION,
    Place,
    as_data,
    gravest_first,
    place_name,
    places,
    shown,
)
from cli.formats.html.overview import Score, duty_scores, urgent
from cli.formats.html.sections import sections
from cli.formats.wording import counted, effort
from rules.engine.verdict import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Template

    from cli.report import Report
    from cli.terminal import Look

FOLDER = Path(__file__).parent
STYLE, EARLY = "style.css", "theme.js"
SCRIPTS = ("filter.js", "rows.js", "script.js")


def render(reports: Sequence[Report], look: Look) -> str:
    """Return the reports as one HTML document in ASCII, which any standard output can carry."""
    del look
    every = shown(reports)
    rules = gravest_first(reports)
    where = places(reports)
    style, early = _part(STYLE), _part(EARLY)
    scripts = [_part(name) for name in SCRIPTS]
    settings = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    settings.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    score = Score.of(every)
    text = _template().render(
        policy=_policy([style], [early, *scripts]),
        style=style,
        early=early,
        scripts=scripts,
        data=as_data(reports, every),
        headline=_headline(score),
        accounts=list(dict.fromkeys(place.account_id for place in where)),
        regions=list(dict.fromkeys(place.region for place in where)),
        started=min(report.started_at for report in reports),
        effort=effort(reports),
        score=score,
        unknown=score.outcomes[NOT_EVALUATED],
        accepted=score.outcomes[ACCEPTED],
        notes=_notes(reports),
        severities=SEVERITIES,
        outcomes=OUTCOMES,
        duties=[(position, duty) for position, duty in enumerate(DUTIES) if any(rule.duty is duty for rule in rules)],
        frameworks=[
            (position, framework)
            for position, framework in enumerate(FRAMEWORKS)
            if any(control.framework is framework for rule in rules for control in rule.frameworks)
        ],
        places=[place_name(place, where) for place in where],
        duty_scores=list(duty_scores(rules, every)),
        urgent=urgent(every),
        violated=len({one.rule for one in every if one.outcome == VIOLATION}),
        sections=list(sections(reports, every)),
    )
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


@cache
def _template() -> Template:
    """Return the page's template, which escapes whatever is not marked as HTML."""
    settings = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    settings.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    return settings.get_template("template.html")


def _headline(score: Score) -> str:
    """Return the report in a few words."""
    found = score.graded.total()
    if found:
        return counted(found, "violation")
    return "No violations among what was evaluated" if score.outcomes[NOT_EVALUATED] else "No violations"


def _notes(reports: Sequence[Report]) -> list[str]:
    """Return what a reader has to know of the run: places that could not be opened, and its warnings."""
    where = places(reports)
    closed = [
        f"{place_name(Place.of(report), where)}: nothing could be read. {why.code}: {why.message}"
        for report in reports
        if (why := report.unopened) is not None
    ]
    warnings = [warning for report in reports for warning in report.warnings]
    return [shortened(printable(note), LONGEST_SENTENCE) for note in dict.fromkeys([*closed, *warnings])]


def _policy(styles: Sequence[str], scripts: Sequence[str]) -> str:
    """
    Return the Content-Security-Policy of the page: its own style and scripts by their hashes, and nothing else.

    https://www.w3.org/TR/CSP3/ and, for text that is never taken for HTML, https://www.w3.org/TR/trusted-types/
    """
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(_hash(script) for script in scripts)}",
            f"style-src {' '.join(_hash(style) for style in styles)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _part(name: str) -> Markup:
    """Return a file of this folder, in ASCII, as it goes into the page between tags."""
    return Markup((FOLDER / name).read_text(encoding="ascii"))  # noqa: S704 - a file of the program itself
