"""What others find in a variable: gitleaks, whose formats the pack has, and detect-secrets."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from rules.criteria.credentials.known_formats import formats
from rules.criteria.credentials.own_formats import OWN
from rules.criteria.credentials.randomness import entropy
from tests.rules.criteria.credentials.gitleaks_import import python_pattern

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

VERIFICATION = "detect_secrets.filters.common.is_ignored_due_to_verification_policies"
"""The filter of detect-secrets that tries what it found at the provider."""


def taken_over(name: str, value: str) -> bool:
    """Say whether the formats of gitleaks that the pack has find a credential, without anything of ours."""
    text = f'{name}="{value}"'
    return any(True for each in formats()[len(OWN) :] for _ in each.spans(text, text.lower()))


def gitleaks(config: Path) -> Callable[[str, str], bool]:
    """Return what says whether gitleaks finds a credential in a variable, by all of its rules but those on files."""
    settings = tomllib.loads(config.read_text(encoding="utf-8"))
    rules = [_Rule(rule, settings["allowlist"]) for rule in settings["rules"] if "regex" in rule]

    def finds(name: str, value: str) -> bool:
        text = f'{name}="{value}"'
        return any(rule.finds(text) for rule in rules)

    return finds


class _Rule:
    """A rule of gitleaks, which works as its README says: keywords, pattern, entropy, lists of what is allowed."""

    def __init__(self, rule: dict[str, Any], everywhere: dict[str, Any]) -> None:
        self._keywords = [keyword.lower() for keyword in rule.get("keywords", ())]
        self._pattern = re.compile(python_pattern(rule["regex"]), re.ASCII)
        self._group: int = rule.get("secretGroup", 0)
        self._entropy: float = rule.get("entropy", 0)
        self._allowed = [
            (one.get("regexTarget", "secret"), [_compiled(each) for each in one.get("regexes", ())], one)
            for one in (everywhere, *rule.get("allowlists", ()))
            if not one.get("paths") or one is everywhere
        ]

    def finds(self, text: str) -> bool:
        lowered = text.lower()
        if self._keywords and not any(keyword in lowered for keyword in self._keywords):
            return False
        return any(self._counts(match, text) for match in self._pattern.finditer(text))

    def _counts(self, match: re.Match[str], text: str) -> bool:
        first = next((group for group in match.groups() if group), match.group())
        secret = match.group(self._group) if self._group else first
        targets = {"secret": secret, "match": match.group(), "line": text}
        for target, patterns, one in self._allowed:
            if any(pattern.search(targets[target]) for pattern in patterns):
                return False
            if any(word in secret.lower() for word in one.get("stopwords", ())):
                return False
        return entropy(secret) >= self._entropy


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(python_pattern(pattern), re.ASCII)


def detect_secrets() -> Callable[[str, str], bool] | None:
    """Return what says whether detect-secrets finds a credential in a variable, None where it is not installed."""
    if find_spec("detect_secrets") is None:
        return None
    scan = import_module("detect_secrets.core.scan")
    settings = import_module("detect_secrets.settings")

    def finds(name: str, value: str) -> bool:
        with settings.default_settings() as used:
            used.disable_filters(VERIFICATION)
            return any(True for line in value.splitlines() or [""] for _ in scan.scan_line(f'{name}="{line}"'))

    return finds
