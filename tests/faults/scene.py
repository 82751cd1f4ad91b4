"""One event for one rule: the faultless run, and runs in which a call meets a fault, in Lambda and at a terminal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.errors import error_code
from tests.faults import judgement
from tests.faults.kinds import Allowed
from tests.faults.replay import TOKENS, Strike
from tests.faults.storing import OPERATION as STORING
from tests.faults.terminal import reported

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cli.sandbox import Fault
    from tests.faults.kinds import Kind
    from tests.faults.replay import Answered, CallKey
    from tests.faults.stage import Key, Outcome, Said, Stage, Trigger

POLICY_CALLS = ("iam:GetPolicy", "iam:GetPolicyVersion")
"""What a managed policy is read with: its default version, then that version's document."""
POLICIES = tuple(
    {
        "PolicyVersion": {
            "VersionId": "v1",
            "IsDefaultVersion": True,
            "Document": {"Version": "2012-10-17", "Statement": one},
        }
    }
    for one in ([], [{"Effect": "Allow", "Action": "*", "Resource": "*"}])
)
"""Answers about a policy that allows nothing, and about one that allows everything."""
OF_LAMBDA = "config"
"""The service that only functions speak to: they report to it."""


class Scene:
    """A stage and one trigger; the faultless run is over, and its calls are the session's recording."""

    def __init__(self, stage: Stage, trigger: Trigger) -> None:
        self._stage = stage
        self._trigger = trigger
        self.faultless = stage.record(trigger)
        self._secrets = stage.secrets
        self._known: dict[tuple[Any, ...], list[str]] = {}
        self._has_report = trigger.resource is None

    def wrong(self, key: CallKey, kind: Kind) -> list[str]:
        """
        Return what is wrong with how the runs end in which that call meets that fault, a sentence each.

        Runs are deterministic. A client that makes of the fault what it made of the usual answer leads to the faultless
        run, and one that makes of two faults the same leads to the same run: neither is done again.
        """
        kind = self._in_doubt(key, kind)
        if key.operation == STORING:
            return self._played(key, kind)
        met, usual = self._stage.session.met(key, kind.fault), self._stage.session.answers[key]
        if heard(met) == heard(usual):
            taken = kind.allowed is not Allowed.SUCCESS and met.error is None
            return ["The client took the fault for the usual answer."] if taken else []
        if met.error is None:
            return self._played(key, kind)
        same = (key, kind.allowed, kind.lasting, *heard(met))
        if same not in self._known:
            self._known[same] = self._played(key, kind)
        return self._known[same]

    def _in_doubt(self, key: CallKey, kind: Kind) -> Kind:
        """Return the fault as it has to be taken: what answered earlier in the run is not absent."""
        if kind.allowed is not Allowed.ABSENCE:
            return kind
        order = self._stage.session.recording.order

        present = any(_feature(one, kind) == _feature(key, kind) for one in order[: order.index(key)])
        return replace(kind, allowed=Allowed.PRESENCE) if present else kind

    def _played(self, key: CallKey, kind: Kind) -> list[str]:
        strike = Strike(key, kind.fault, lasting=kind.lasting)
        outcome = self._stage.run(self._trigger, strike)
        unmoved = outcome.failure is None and outcome.stored == self.faultless.stored
        if kind.allowed is Allowed.FAILURE and unmoved and not self._is_moot(key, kind.fault):
            # No verdict rests on this one answer. All of what this place in the code asks for has to be missed.
            strike = replace(strike.again(), also=self._stage.session.recording.alike(key))
            outcome = self._stage.run(self._trigger, strike)
            unmoved = False
        elif unmoved:
            kind = replace(kind, allowed=Allowed.SUCCESS)
        found = self._judged(key, kind, outcome)
        if found and kind.allowed is Allowed.DELETION:
            found = self._judged(key, kind, outcome, self._without(strike))
        elif found and kind.allowed is Allowed.ABSENCE:
            found = self._judged(key, kind, outcome, self._empty(key, kind))
        if not strike.struck:
            found.append("The fault met no call.")
        if self._has_report and key.service != OF_LAMBDA:
            found += self._wrong_report(key, kind, outcome, strike)
        return found

    def _is_moot(self, key: CallKey, fault: Fault) -> bool:
        """
        Say whether the fault is the usual answer in other words, or no verdict changes whatever the answer says.

        The latter is tried with policies of IAM that allow nothing and everything: those of all principals are read
        together, and a rule that judges functions rests on the policies of their roles alone.
        """
        session = self._stage.session
        usual = session.answers[key].error if key in session.answers else None
        if usual is not None:
            # S3 refuses to speak of other accounts' buckets: a refusal is what it answers anyway.
            met = session.met(key, fault).error
            return met is not None and heard_code(met) == heard_code(usual)
        if key.name not in POLICY_CALLS:
            return False
        about = [
            one for one in session.recording.order if one.name == POLICY_CALLS[-1] and one.asked[0] == key.asked[0]
        ]
        for document in POLICIES:
            overlay = {one: replace(session.answers[one], result=document) for one in about}
            outcome = self._stage.run(self._trigger, Strike(), overlay)
            if outcome.failure is not None or outcome.stored != self.faultless.stored:
                return False
        return bool(about)

    def _asked(self, key: CallKey) -> tuple[tuple[str, ...], ...]:
        """Return what a call asks for, with the ids of resources that it calls by their names."""
        ids = {name: one.id for one in self._stage.resources for name in (one.name, one.arn) if name}
        return tuple((*forms, *(ids[form] for form in forms if form in ids)) for forms in key.asked)

    def _judged(
        self, key: CallKey, kind: Kind, outcome: Outcome, without: Mapping[Key, Said] | None = None
    ) -> list[str]:
        return judgement.wrong(
            kind,
            self._stage.earlier,
            self.faultless,
            outcome,
            asked=self._asked(key),
            secrets=self._secrets,
            without=without,
        )

    def _wrong_report(self, key: CallKey, kind: Kind, outcome: Outcome, strike: Strike) -> list[str]:
        again = strike.again()
        report = reported(self._stage, again, self.faultless.stored)
        if kind.lasting and again.struck:
            # A function cannot report either, and stores nothing; a report has what was read before.
            usual = reported(self._stage, Strike(), self.faultless.stored)
            return judgement.wrong(kind, {}, usual, report, asked=self._asked(key), secrets=self._secrets)
        # A terminal does not ask for the tags of resources that no tag exempts.
        expected = outcome if again.struck else self.faultless
        return judgement.wrong_report(expected, report, secrets=self._secrets)

    def _without(self, strike: Strike) -> Mapping[Key, Said] | None:
        """
        Return what is stored where no listing has what the struck call asks for; None if it is asked for still.

        That is the account a moment later. What it says of everything else is as true with the item deleted in between.
        """
        if strike.key is None:
            return None
        names = frozenset(strike.key.identifiers)
        answers = self._stage.session.answers
        overlay = {
            one: replace(answers[one], result=_pruned(answers[one].result, names))
            for one in self._stage.session.recording.order
            if one in answers and one.service != OF_LAMBDA
        }
        again = strike.again()
        outcome = self._stage.run(self._trigger, again, overlay)
        return None if again.struck or outcome.failure is not None else outcome.stored

    def _empty(self, key: CallKey, kind: Kind) -> Mapping[Key, Said]:
        """Return what is stored where the listings of the absent operation, or service, are empty."""
        session = self._stage.session
        overlay = {
            one: replace(session.answers[one], result=_emptied(session.answers[one].result))
            for one in session.recording.order
            if one.service != OF_LAMBDA and _feature(one, kind) == _feature(key, kind)
        }
        outcome = self._stage.run(self._trigger, Strike(), overlay)
        return {one: said for one, said in outcome.stored.items() if said[0] != "COMPLIANT"}


def _feature(key: CallKey, kind: Kind) -> object:
    return getattr(key, kind.absent), key.region


def _emptied(value: Any) -> Any:
    """Return an answer with empty lists and without a further page."""
    if not isinstance(value, dict):
        return value
    return {name: [] if isinstance(member, list) else member for name, member in value.items() if name not in TOKENS}


def heard(answered: Answered) -> tuple[Any, ...]:
    """Return what a rule can tell of a client's result or error: all but how the answer came."""
    error = answered.error
    if error is None:
        return None, {name: value for name, value in answered.result.items() if name != "ResponseMetadata"}
    return type(error), str(error), heard_code(error)


def heard_code(error: Exception) -> tuple[str, int | None]:
    """Return the code of an error and the HTTP status that it came with."""
    status = error.response["ResponseMetadata"].get("HTTPStatusCode") if isinstance(error, ClientError) else None
    return error_code(error), status


def _pruned(value: Any, names: frozenset[str]) -> Any:
    """Return an answer without the items of its lists that are, or have among their own texts, one of the names."""
    if isinstance(value, dict):
        return {name: _pruned(member, names) for name, member in value.items()}
    if isinstance(value, list):
        return [_pruned(item, names) for item in value if not _is_one(item, names)]
    return value


def _is_one(item: Any, names: frozenset[str]) -> bool:
    texts: Iterator[Any] = iter(item.values()) if isinstance(item, dict) else iter((item,))
    return any(isinstance(text, str) and (text in names or text.rpartition("/")[2] in names) for text in texts)
