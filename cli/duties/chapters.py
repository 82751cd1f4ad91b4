"""
Every duty that the article "The Shared Responsibility Model for AI on AWS" (L. Mohamed, 2026) names, in its order.

The words are this project's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cdk.managed.groups import GROUPS
from cli.duties.data import CORE, DATA
from cli.duties.models import INFRASTRUCTURE, MODELS
from cli.duties.practice import CONTROLS, LIFECYCLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cdk.managed.rule import ManagedRule
    from cli.duties.duty import CustomerDuty
    from rules.engine.rule import Rule

CHAPTERS: Final = (CORE, DATA, MODELS, INFRASTRUCTURE, LIFECYCLE, CONTROLS)


def rules_of(duty: CustomerDuty, rules: Sequence[type[Rule[Any]]]) -> tuple[type[Rule[Any]], ...]:
    """Return those of `rules` that serve a duty: the ones it names, then those of its folders that none names."""
    by_id = {rule.id: rule for rule in rules}
    named = {rule_id for chapter in CHAPTERS for each in chapter.duties for rule_id in each.rules}
    return (
        *(by_id[rule_id] for rule_id in duty.rules if rule_id in by_id),
        *(rule for rule in rules if rule.duty in duty.home_of and rule.id not in named),
    )


def managed_rules(duty: CustomerDuty) -> tuple[ManagedRule, ...]:
    """Return the rules of AWS that serve a duty; raises KeyError for a name that neither group nor rule has."""
    by_name = {group.key: group.rules for group in GROUPS}
    by_name |= {rule.name: (rule,) for group in GROUPS for rule in group.rules}
    return tuple(rule for name in duty.managed for rule in by_name[name])
