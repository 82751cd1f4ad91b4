"""
Least privilege: a rule whose role lacks any one of its actions fails, and says nothing of what it could not read.

Every function's role is made here of what its code declares, as the stack makes it, and is judged by the embedded
account. Calls that do not take the missing action are repeated from the faultless run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cdk.role import statements
from cli.sandbox import ACCOUNT_ID, Fault
from tests.faults import judgement
from tests.faults.kinds import Allowed, Kind
from tests.faults.replay import Strike

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cli.sandbox import Account
    from rules.engine.collector import Action
    from rules.engine.rule import Rule
    from tests.faults.stage import Stage

ROLE = "function-under-test"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
MISSING = Kind("missing", Fault("deny"), Allowed.FAILURE)
"""Any action that a role does not have is refused, as if the call had met this fault."""


class Role:
    """A role in the embedded account, whose policy is replaced from run to run."""

    def __init__(self, account: Account, region: str) -> None:
        session = account.session(region)
        self._iam = session.client("iam")
        self._values = {"${AWS::Partition}": "aws", "${AWS::Region}": region, "${AWS::AccountId}": ACCOUNT_ID}
        self._values["${AWS::URLSuffix}"] = "amazonaws.com"
        role = self._iam.create_role(RoleName=f"{ROLE}-{region}", AssumeRolePolicyDocument=TRUST)["Role"]
        assumed = session.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="matrix")["Credentials"]
        self.credentials = {
            "aws_access_key_id": assumed["AccessKeyId"],
            "aws_secret_access_key": assumed["SecretAccessKey"],
            "aws_session_token": assumed["SessionToken"],
        }
        self._name = role["RoleName"]

    def allow(self, actions: Iterable[Action]) -> None:
        """Let the role do exactly this."""
        document = {"Version": "2012-10-17", "Statement": _resolved(statements(actions), self._values)}
        self._iam.put_role_policy(RoleName=self._name, PolicyName="rule", PolicyDocument=json.dumps(document))


@dataclass(frozen=True)
class Removal:
    """
    A run without one action.

    `refused` says whether a call missed it, `loud` whether the run failed. Of one that did not fail although a call was
    refused, every verdict is right: none rests on the call. What is `wrong` is told in sentences.
    """

    rule_id: str
    region: str
    trigger: str
    action: str
    refused: bool
    loud: bool
    wrong: tuple[str, ...]


def removals(stage: Stage, role: Role, *, once: bool = False) -> Iterator[Removal]:
    """Yield a run for each event and each action that the faultless run used, without it; or until one run failed."""
    declared = stage.rule.actions()
    wanted = {one.name for one in declared}
    for trigger in stage.triggers():
        if not wanted:
            return
        faultless = stage.record(trigger)
        used = dict(stage.session.recording.actions)
        for action in sorted(wanted & frozenset().union(*used.values())):
            role.allow(one for one in declared if one.name != action)
            calls = frozenset(key for key, actions in used.items() if action in actions)
            strike = Strike(also=calls, credentials=role.credentials)
            outcome = stage.run(trigger, strike)
            refused = any(action not in answered.actions for answered in strike.known.values())
            found = judgement.wrong(MISSING, stage.earlier, faultless, outcome, secrets=stage.secrets)
            if outcome.failure is None and outcome.stored == faultless.stored:
                found.remove("It did not fail.")
            loud = outcome.failure is not None
            if once and loud:
                wanted.remove(action)
            yield Removal(stage.rule.id, stage.session.region_name, trigger.name, action, refused, loud, tuple(found))


def unproven(tried: Iterable[Removal], rules: Iterable[type[Rule[Any]]]) -> Iterator[str]:
    """Yield a sentence for each action without which no run of its rule failed, and for all that was wrong."""
    found: dict[tuple[str, str], list[Removal]] = {}
    for one in tried:
        found.setdefault((one.rule_id, one.action), []).append(one)
        for sentence in one.wrong:
            yield f"{one.rule_id} without {one.action} in {one.region}, {one.trigger}: {sentence}"
    for rule in rules:
        for action in sorted({one.name for one in rule.actions()}):
            runs = found.get((rule.id, action), [])
            if not any(one.refused for one in runs):
                yield f"{rule.id} declares {action}, and no call was refused for want of it."
            elif not any(one.loud for one in runs):
                yield f"{rule.id} without {action} does not fail."


def _resolved(value: Any, values: Mapping[str, str]) -> Any:
    """Return a template's value as CloudFormation would resolve it."""
    if isinstance(value, list):
        return [_resolved(one, values) for one in value]
    if not isinstance(value, dict):
        return value
    if "Fn::Sub" in value:
        text = str(value["Fn::Sub"])
        for name, replacement in values.items():
            text = text.replace(name, replacement)
        return text
    return {name: _resolved(one, values) for name, one in value.items()}
