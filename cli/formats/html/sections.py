"""A section for each rule: why it matters, how to fix what violates it, and the parameters in force."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from cli.formats.html.evaluations import (
    ACCEPTED,
    NOT_EVALUATED,
    VIOLATION,
    Place,
    gravest_first,
    place_name,
    places,
)
from cli.formats.html.overview import Score
from cli.formats.html.prose import as_html
from rules.engine.documentation import Documentation
from rules.engine.verdict import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markupsafe import Markup

    from cli.formats.html.evaluations import Shown
    from cli.report import Report
    from rules.engine.rule import Rule
    from rules.frameworks.framework import Framework

LONGEST_VALUE = 500

LISTED_WITHOUT_SCRIPT = 50
"""Violations of a rule that a browser without scripts shows; with scripts it shows all."""


@dataclass(frozen=True)
class Setting:
    """A parameter in force; `value` is None where it is not set, `where` names the places if they differ."""

    name: str
    value: str | None
    default: str | None
    description: str
    where: str

    @property
    def changed(self) -> bool:
        """Whether it is other than the rule's own default."""
        return self.value != self.default


@dataclass(frozen=True)
class Section:
    """What the page says of a rule; texts of its documentation are HTML."""

    rule: type[Rule[Any]]
    position: int
    description: str
    why: Markup
    fix: Markup
    limits: Markup
    tally: str
    settings: tuple[Setting, ...]
    frameworks: tuple[tuple[Framework, str], ...]
    listed: tuple[Shown, ...]
    left_out: int


def sections(reports: Sequence[Report], every: Sequence[Shown]) -> Iterator[Section]:
    """Yield the section of each rule in the order of `gravest_first`; raises TypeError for a rule without its parts."""
    by_rule: dict[type[Rule[Any]], list[Shown]] = {}
    for one in every:
        by_rule.setdefault(one.rule, []).append(one)
    for position, rule in enumerate(gravest_first(reports)):
        found = by_rule.get(rule, [])
        open_ones = [one for one in found if one.outcome in (VIOLATION, NOT_EVALUATED, ACCEPTED)]
        text = Documentation.of(rule)
        yield Section(
            rule=rule,
            position=position,
            description=text.description,
            why=as_html(text.why),
            fix=as_html(text.fix),
            limits=as_html(text.limits),
            tally=Score.of(found).words if found else "Nothing was evaluated",
            settings=tuple(_settings(rule, reports)),
            frameworks=tuple(
                (framework, ", ".join(control.id for control in controls))
                for framework, controls in groupby(rule.frameworks, key=lambda control: control.framework)
            ),
            listed=tuple(open_ones[:LISTED_WITHOUT_SCRIPT]),
            left_out=max(0, len(open_ones) - LISTED_WITHOUT_SCRIPT),
        )


def _settings(rule: type[Rule[Any]], reports: Sequence[Report]) -> Iterator[Setting]:
    """Yield the parameters in force, once where all places have the same value."""
    among = places(reports)
    for each in rule.parameters():
        values: dict[str | None, list[Place]] = {}
        for report in reports:
            given = report.parameters.get(rule.id, {})
            if each.name in given:
                values.setdefault(given[each.name], []).append(Place.of(report))
        for value, found in values.items():
            where = "; ".join(place_name(place, among) for place in found) if len(values) > 1 else ""
            shown_value = None if value is None else shortened(printable(value), LONGEST_VALUE)
            yield Setting(each.name, shown_value, each.default, each.description, where)
