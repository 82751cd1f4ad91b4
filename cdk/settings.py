"""
What is deployed, where and with which parameters: one file of settings, or values in the CDK context.

Nothing here imports the CDK, so that the terminal can read the same settings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cdk.alert_settings import KEYS as ALERT_KEYS
from cdk.alert_settings import AlertSettings, alerts_in
from cdk.given import Given, SettingsError, in_context, in_file
from cdk.managed.chosen import managed_choice
from cdk.managed.rule import ManagedChoice
from cdk.organization_settings import KEYS as ORGANIZATION_KEYS
from cdk.organization_settings import Organization, organization_in
from cdk.remediation.settings import KEYS as REMEDIATION_KEYS
from cdk.remediation.settings import Remediation, remediation_in
from cdk.retired import RETIRED, Retirement
from rules.engine.duties import Duty
from rules.engine.errors import ParameterError
from rules.engine.parameters import written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rules.engine.rule import Rule

FILE = Path(__file__).parent.parent / "settings.toml"

KEYS = (
    "prefix",
    "regions",
    "globalRegion",
    "logRetentionDays",
    "rules.include",
    "rules.exclude",
    "parameters",
    "securityHub",
    "terminationProtection",
    "managedRules.include",
    "managedRules.exclude",
    *ORGANIZATION_KEYS,
    *ALERT_KEYS,
    *REMEDIATION_KEYS,
)

PREFIX = r"[a-z](?:[a-z0-9-]{0,25}[a-z0-9])?"
"""At most 27 characters: with a hyphen and a rule id of 36 they fill the 64 of a Lambda function's name."""

REGION = r"[a-z]{2,5}(?:-[a-z0-9]+)+-[0-9]"

RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""What PutRetentionPolicy takes (Amazon CloudWatch Logs API, RetentionPolicy.retentionInDays)."""


@dataclass(frozen=True)
class Settings:
    """
    What is deployed.

    `rules` are the chosen rules in the catalogue's order.
    `parameters` has, by rule id, the parameters that the settings fix, as the texts that AWS Config carries; an empty
    one leaves the rule's own default.
    Without `regions` there is one stack, for whatever Region it is deployed to.
    `global_region` is the one Region whose stack has the rules on IAM.
    `managed` are the rules of AWS that run in the same pack; without it there are none.
    `organization` has the accounts that get the stack, when they are many.
    `security_hub` is whether violations are forwarded to Security Hub as findings, `alerts` who is told of what.
    `termination_protection` is whether CloudFormation refuses to delete the stacks.
    `remediation` has the runbooks that AWS Config offers for violations; without it there are none.
    """

    rules: tuple[type[Rule[Any]], ...]
    prefix: str = "ai-config"
    regions: tuple[str, ...] = ()
    global_region: str | None = None
    log_retention_days: int = 365
    security_hub: bool = True
    parameters: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    managed: ManagedChoice = field(default_factory=ManagedChoice)
    organization: Organization | None = None
    alerts: AlertSettings = field(default_factory=AlertSettings)
    remediation: Remediation | None = None
    termination_protection: bool = True

    def rules_in(self, region: str | None) -> tuple[type[Rule[Any]], ...]:
        """Return the rules of a Region's stack; None is a stack for any Region, which has them all."""
        return tuple(
            rule for rule in self.rules if not rule.is_global or region is None or self.global_region in (None, region)
        )

    def parameters_of(self, rule: type[Rule[Any]]) -> dict[str, str]:
        """
        Return the texts of a rule's parameters that have one: as set here, else the rule's own default.

        AWS Config takes no blank parameter, and a rule without one has its default all the same.
        """
        defaults = {each.name: each.default for each in rule.parameters() if each.default}
        return defaults | {name: text for name, text in self.parameters.get(rule.id, {}).items() if text}

    def function_name(self, rule: type[Rule[Any]]) -> str:
        """Return the name of a rule's Lambda function: at most 64 characters."""
        return f"{self.prefix}-{rule.id}"


def read_settings(
    rules: Sequence[type[Rule[Any]]],
    *,
    file: Path | None = None,
    context: Mapping[str, object] = MappingProxyType({}),
    retired: Mapping[str, Retirement] = RETIRED,
) -> Settings:
    """
    Return the settings of `file`, overlaid with those in the CDK context.

    Without `file`, `settings.toml` is read where it exists; context keys that do not begin with `ai-config:` are
    the CDK's own. Raises SettingsError.
    """
    given: dict[str, Given] = {}
    if file is not None or FILE.is_file():
        given.update(in_file(file or FILE))
    given.update(in_context(context))
    return _Reading(tuple(rules), given, retired).settings()


@dataclass(frozen=True)
class _Reading:
    """One reading of all that was given, against the rules that there are."""

    rules: tuple[type[Rule[Any]], ...]
    given: Mapping[str, Given]
    retired: Mapping[str, Retirement]

    def settings(self) -> Settings:
        for key, given in self.given.items():
            if key not in KEYS and not key.startswith(("parameters.", "managedRules.parameters.")):
                raise given.unknown("key", key, KEYS)
        default = Settings(rules=())
        regions, prefix = self._regions(), self._prefix(default.prefix)
        settings = Settings(
            rules=self._chosen(),
            prefix=prefix,
            regions=regions,
            global_region=self._global_region(regions),
            log_retention_days=self._retention(default.log_retention_days),
            security_hub=self._switch("securityHub", default=default.security_hub),
            parameters=self._parameters(),
            managed=managed_choice(self.given),
            organization=organization_in(self.given, regions),
            alerts=alerts_in(self.given),
            termination_protection=self._switch("terminationProtection", default=default.termination_protection),
            remediation=remediation_in(self.given, prefix=prefix, retention_days=RETENTION_DAYS),
        )
        for region in regions:
            if not settings.rules_in(region):
                only = f"every chosen rule is global, so only {settings.global_region}"
                raise self.given["regions"].refused(only)
        return settings

    def _prefix(self, default: str) -> str:
        if given := self.given.get("prefix"):
            return given.text(PREFIX, "1 to 27 lower-case letters, digits and inner hyphens, a letter first")
        return default

    def _regions(self) -> tuple[str, ...]:
        given = self.given.get("regions")
        if given is None:
            return ()
        regions = given.texts(REGION, 'a list of Regions such as ["us-east-1", "eu-central-1"]')
        if not regions or len(set(regions)) < len(regions):
            raise given.refused("one Region or more, each once")
        return regions

    def _global_region(self, regions: tuple[str, ...]) -> str | None:
        given = self.given.get("globalRegion")
        if given is None:
            return regions[0] if regions else None
        if not regions:
            raise given.refused("only together with regions")
        return given.text(REGION, "a Region such as us-east-1")

    def _retention(self, default: int) -> int:
        given = self.given.get("logRetentionDays")
        if given is None:
            return default
        texts = {str(days): days for days in RETENTION_DAYS}
        if isinstance(given.value, bool) or str(given.value) not in texts:
            raise given.refused(", ".join(texts))
        return texts[str(given.value)]

    def _switch(self, key: str, *, default: bool) -> bool:
        given = self.given.get(key)
        return default if given is None else given.switch()

    def _chosen(self) -> tuple[type[Rule[Any]], ...]:
        included = self._named("rules.include") if "rules.include" in self.given else set(self.rules)
        chosen = included - self._named("rules.exclude")
        if not chosen:
            key = "rules.include" if "rules.include" in self.given else "rules.exclude"
            raise self.given[key].refused("a choice that leaves at least one rule")
        return tuple(rule for rule in self.rules if rule in chosen)

    def _named(self, key: str) -> set[type[Rule[Any]]]:
        """Return the rules that a list of rule ids and duties names."""
        given = self.given.get(key)
        if given is None:
            return set()
        by_name: dict[str, set[type[Rule[Any]]]] = {}
        for rule in self.rules:
            by_name.setdefault(rule.id, set()).add(rule)
            by_name.setdefault(rule.duty.folder, set()).add(rule)
        named: set[type[Rule[Any]]] = set()
        for name in given.texts(r".+", "a list of rule ids and duties"):
            if name in self.retired:
                if key == "rules.exclude":
                    continue
                raise self._gone(name, given)
            if name not in by_name:
                duties = [duty.folder for duty in Duty if duty.folder in by_name]
                raise given.unknown("rule or duty", name, [*duties, *(rule.id for rule in self.rules)])
            named |= by_name[name]
        return named

    def _gone(self, rule_id: str, given: Given) -> SettingsError:
        return SettingsError(f"{given.source}: {given.key}: {rule_id}: {self.retired[rule_id]}")

    def _parameters(self) -> dict[str, dict[str, str]]:
        """Return the fixed parameters by rule id; what is said of one rule wins over what is said of all."""
        of_all: dict[str, dict[str, str]] = {}
        of_one: dict[str, dict[str, str]] = {}
        for key, given in self.given.items():
            match key.split("."):
                case ["parameters", name]:
                    for rule in self._with_parameter(name, given):
                        of_all.setdefault(rule.id, {})[name] = _taken(rule, name, given)
                case ["parameters", rule_id, name]:
                    rule = self._by_id(rule_id, given)
                    of_one.setdefault(rule.id, {})[name] = _taken(rule, name, given)
                case ["parameters", *_]:
                    raise given.refused("parameters.NAME, or parameters.RULE.NAME")
        ids = [rule.id for rule in self.rules if rule.id in of_all or rule.id in of_one]
        return {rule_id: of_all.get(rule_id, {}) | of_one.get(rule_id, {}) for rule_id in ids}

    def _with_parameter(self, name: str, given: Given) -> list[type[Rule[Any]]]:
        names = {rule: [each.name for each in rule.parameters()] for rule in self.rules}
        found = [rule for rule, its in names.items() if name in its]
        if not found:
            raise given.unknown("parameter", name, {each for its in names.values() for each in its})
        return found

    def _by_id(self, rule_id: str, given: Given) -> type[Rule[Any]]:
        by_id = {rule.id: rule for rule in self.rules}
        if rule_id in self.retired:
            raise self._gone(rule_id, given)
        if rule_id not in by_id:
            raise given.unknown("rule", rule_id, by_id)
        return by_id[rule_id]


def _taken(rule: type[Rule[Any]], name: str, given: Given) -> str:
    """Return the text that AWS Config carries for a value, once the rule itself has taken it."""
    known = [each.name for each in rule.parameters()]
    if name not in known:
        raise given.unknown(f"parameter of {rule.id}", name, known)
    value = given.value
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, (str, int, float)) for item in items):
        raise given.refused("a text, a number, true, false, or a list of these")
    text = written(tuple(items) if isinstance(value, list) else value) or ""
    try:
        rule.configured({name: text})
    except ParameterError as error:
        raise SettingsError(f"{given.source}: {given.key}: {error}") from None
    return text
