"""The functions of all rules on the company's first Region, with AWS Config."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cli.sandbox import ACCOUNT_ID
from cli.sandbox.company.aurelia import REGIONS
from tests.properties.companies import changed, evaluations, rules_in
from tests.properties.functions import Function, config_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cli.sandbox import Account
    from rules.engine.resource import Resource
    from rules.engine.rule import Rule
    from tests.properties.companies import Company
    from tests.properties.functions import Stored
    from tests.properties.recorded import Answers

HOME = REGIONS[0]


class Stage:
    """An account with all rules, in which nothing was evaluated so far."""

    def __init__(self, account: Account, company: Company, refill: Callable[[], None]) -> None:
        config = config_of(account.session(HOME))
        self.account, self.company = account, company
        self.refill = refill
        self.functions = [Function(config, ACCOUNT_ID, rule, account) for rule in rules_in(HOME)]

    def at(self, minutes: float) -> datetime:
        """Return a time of today, not to come even some minutes later."""
        return self.company.recording.now + timedelta(minutes=minutes - 20)

    def judged(self, function: Function, answers: Answers | None = None) -> Stored:
        """Return what the function has to have stored of the company as it is, or of other answers."""
        every = evaluations(answers or self.company.recording, HOME, rules=[rule_of(function)])
        return {key[1:]: (said.compliance, said.annotation) for key, said in every.items() if said.in_scope}

    def changing(self, function: Function) -> list[Resource]:
        """Return what may change under a rule: what it judges and hears of."""
        return [resource for _, resource in changed(self.company.recording, HOME, [rule_of(function)])]


def rule_of(function: Function) -> Rule[Any]:
    """Return a function's rule with the company's parameters."""
    return next(rule for rule in rules_in(HOME) if isinstance(rule, function.rule))
