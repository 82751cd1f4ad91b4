import time
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from moto.securityhub.models import securityhub_backends

from cli.sandbox import Account
from cli.sandbox.config_events import COMPLIANCE_CHANGE
from rules.delivery import reconciler, security_hub
from rules.delivery.forwarder import forward
from rules.engine.surroundings import opened
from tests.rules.delivery.deployed import Deployed, environment
from tests.rules.delivery.events import OTHER_RULE, RULE, record

COMPLIANCES = ("NON_COMPLIANT", "COMPLIANT", "NOT_APPLICABLE")


@pytest.fixture
def deployed(account: Account, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    monkeypatch.setattr(security_hub, "WAITS", (0.0, 0.0, 0.0))
    found = Deployed(account)
    environment(monkeypatch, found)
    return found


class Hub:
    """A deployed pack, what AWS Config sent so far, and findings that can be made anew from that."""

    def __init__(self, deployed: Deployed, random: Random) -> None:
        self.sent: list[dict[str, Any]] = []
        self._deployed = deployed
        self._random = random

    def go_on(self) -> None:
        """Let some resources become right, wrong or gone, again and again."""
        for _ in range(self._random.randint(2, 8)):
            rule, resource = self._random.choice((RULE, OTHER_RULE)), self._random.choice("abc")
            self._deployed.report(rule, **{resource: self._random.choice(COMPLIANCES)})
            changes = self._deployed.account.config_events().compliance_changes()
            self.sent += [{"detail-type": COMPLIANCE_CHANGE, "detail": change} for change in changes]
            # Times in events are of milliseconds.
            time.sleep(0.002)

    def deliver(self, events: Sequence[dict[str, Any]]) -> None:
        """Let a queue bring events, in batches of some size."""
        size = self._random.randint(1, 5)
        for start in range(0, len(events), size):
            batch = [record(event, f"m{number}") for number, event in enumerate(events[start : start + size])]
            assert forward(batch, opened()) == []

    def late_and_twice(self) -> list[dict[str, Any]]:
        """Return all events in any order, some of them twice."""
        events = self.sent + self._random.choices(self.sent, k=len(self.sent) // 2) if self.sent else []
        return self._random.sample(events, len(events))

    @property
    def open(self) -> dict[str, tuple[str, str, str]]:
        """What is open, what it says, and whether somebody has to look at it."""
        return {
            one["Id"]: (one["Description"], one["Compliance"]["Status"], one["Workflow"]["Status"])
            for page in self._deployed.hub.get_paginator("get_findings").paginate()
            for one in page["Findings"]
            if one["RecordState"] == "ACTIVE"
        }

    def wrong(self) -> set[str]:
        """Return the ids of the findings that there have to be."""
        return {
            f"ai-config-rules/{rule}/123456789012/us-east-1/AWS::Logs::LogGroup/{qualifier['ResourceId']}"
            for rule in (RULE, OTHER_RULE)
            for result in self._deployed.config.get_compliance_details_by_config_rule(
                ConfigRuleName=self._deployed.name_of(rule), ComplianceTypes=["NON_COMPLIANT"]
            )["EvaluationResults"]
            for qualifier in [result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]]
        }

    def forget(self) -> None:
        """Let there be no finding."""
        securityhub_backends["123456789012"]["us-east-1"].findings.clear()


@pytest.mark.parametrize("seed", range(2))
def test_events_that_come_late_or_twice_end_in_the_same_findings(deployed: Deployed, seed: int) -> None:
    hub = Hub(deployed, Random(seed))  # noqa: S311 - nothing secret
    hub.go_on()
    hub.deliver(hub.sent)
    wanted = hub.open
    assert set(wanted) == hub.wrong()

    hub.deliver(hub.late_and_twice())
    assert hub.open == wanted

    hub.forget()
    hub.deliver(hub.late_and_twice())
    assert hub.open == wanted


@pytest.mark.parametrize("seed", range(2))
def test_a_reconciliation_in_between_ends_in_the_same_findings(deployed: Deployed, seed: int) -> None:
    hub = Hub(deployed, Random(seed))  # noqa: S311 - nothing secret
    hub.go_on()
    early = hub.late_and_twice()
    hub.deliver(early[: len(early) // 2])
    reconciler.handler({}, None)
    hub.go_on()

    hub.deliver(hub.late_and_twice())

    assert set(hub.open) == hub.wrong()
    found = hub.open
    reconciler.handler({}, None)
    assert hub.open == found
    hub.deliver(hub.late_and_twice())
    assert hub.open == found
