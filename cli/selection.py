"""Which rules run and with which parameters, from what was typed; errors name the input and what is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cdk.given import SettingsError
from cdk.settings import Settings, read_settings
from cli.rule_names import refuse, rule_ids, unknown
from rules.engine.catalogue import all_rules
from rules.engine.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from cli.framework_names import FrameworkChoice
    from rules.engine.duties import Duty, Severity
    from rules.engine.rule import Rule


@dataclass(frozen=True)
class Selection:
    """
    What narrows the rules down; what is empty does not.

    `ids` and `duties` are alternatives of each other's kind: a rule has to be one of the ids and in one of the
    duties, and answer to one of the frameworks. `severity` takes that severity and above. `parameters` are texts such
    as "rule.name=value".
    """

    ids: tuple[str, ...] = ()
    duties: tuple[Duty, ...] = ()
    severity: Severity | None = None
    parameters: tuple[str, ...] = ()
    frameworks: tuple[FrameworkChoice, ...] = ()

    def rules(self, settings: Settings) -> tuple[Rule[Any], ...]:
        """Return the rules to run, configured, in the catalogue's order; ends the command for a wrong input."""
        offered = {rule.id for rule in settings.rules}
        for rule_id in self.ids:
            if rule_id not in offered:
                refuse(f"the settings leave out the rule {rule_id!r}; allowed: {', '.join(sorted(offered))}")
        chosen = tuple(rule for rule in settings.rules if self._takes(rule))
        if not chosen:
            refuse(
                "no rule is left; --rule, --duty, --severity, --framework and the settings have to leave at least one"
            )
        typed = _typed(self.parameters, chosen)
        try:
            return tuple(
                rule.configured({**settings.parameters.get(rule.id, {}), **typed.get(rule.id, {})}) for rule in chosen
            )
        except ParameterError as error:
            refuse(str(error))

    def _takes(self, rule: type[Rule[Any]]) -> bool:
        return (
            (not self.ids or rule.id in self.ids)
            and (not self.duties or rule.duty in self.duties)
            and (self.severity is None or rule.severity.value >= self.severity.value)
            and (not self.frameworks or any(choice.takes(rule) for choice in self.frameworks))
        )


def settings_from(file: Path | None) -> Settings:
    """Return the settings that deployment would use; ends the command for wrong ones."""
    try:
        return read_settings(all_rules(), file=file)
    except SettingsError as error:
        refuse(str(error))


def _typed(parameters: Iterable[str], rules: Sequence[type[Rule[Any]]]) -> dict[str, dict[str, str]]:
    """Return the typed parameters by rule id; names and values are for the rules themselves to take."""
    ids = [rule.id for rule in rules]
    typed: dict[str, dict[str, str]] = {}
    for text in parameters:
        target, equals, value = text.partition("=")
        rule_id, dot, name = target.partition(".")
        if not equals or not dot or not name:
            refuse(f"--parameter {text!r}; allowed: RULE.NAME=VALUE")
        if rule_id not in ids:
            refuse(_not_run(text, rule_id, ids))
        typed.setdefault(rule_id, {})[name] = value
    return typed


def _not_run(text: str, rule_id: str, ids: Sequence[str]) -> str:
    if rule_id in rule_ids():
        return f"--parameter {text!r} is of a rule that is not selected; allowed: {', '.join(ids)}"
    return unknown("rule in --parameter", rule_id, ids)
