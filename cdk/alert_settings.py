"""The settings of alerts; nothing here imports the CDK."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules.engine.duties import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cdk.given import Given

KEYS = ("alerts.minimumSeverity", "alerts.emails", "alerts.endpoints", "alerts.unrecordedTypes")

EMAIL = r"[^@\s,]{1,64}@[A-Za-z0-9.-]{1,253}\.[A-Za-z]{2,63}"
ENDPOINT = r"https://[^\s,]{1,2000}"
NONE = "none"


@dataclass(frozen=True)
class AlertSettings:
    """
    Who is told of what.

    `minimum_severity` is of rules whose violations are worth a message, None for no such messages; alarms and the
    watchdog speak anyway. `emails` and `endpoints` (HTTPS) are subscribed to the topic. `unrecorded_types` is whether
    the watchdog tells of types that rules wait for and the configuration recorder leaves out.
    """

    minimum_severity: Severity | None = Severity.HIGH
    emails: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    unrecorded_types: bool = True


def alerts_in(given: Mapping[str, Given]) -> AlertSettings:
    """Return what the keys under `alerts` say, over the defaults; raises SettingsError."""
    default = AlertSettings()
    return AlertSettings(
        minimum_severity=_severity(given.get("alerts.minimumSeverity"), default.minimum_severity),
        emails=_each_once(given.get("alerts.emails"), EMAIL, 'a list of addresses such as ["security@example.com"]'),
        endpoints=_each_once(
            given.get("alerts.endpoints"), ENDPOINT, 'a list of URLs such as ["https://alerts.example.com/hook"]'
        ),
        unrecorded_types=_switch(given.get("alerts.unrecordedTypes"), default=default.unrecorded_types),
    )


def _severity(given: Given | None, default: Severity | None) -> Severity | None:
    if given is None:
        return default
    names = {one.name.lower(): one for one in Severity}
    choice = given.text("|".join((*names, NONE)), ", ".join((*names, NONE)))
    return names.get(choice)


def _switch(given: Given | None, *, default: bool) -> bool:
    return default if given is None else given.switch()


def _each_once(given: Given | None, pattern: str, allowed: str) -> tuple[str, ...]:
    if given is None:
        return ()
    texts = given.texts(pattern, allowed)
    if len(set(texts)) < len(texts):
        raise given.refused("each one once")
    return texts
