"""The independent simulator: one Node process that answers many questions."""

import json
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import Any, NamedTuple

from tests.rules.permissions.principals import ACCOUNT

ASK = Path(__file__).with_name("ask.mjs")

Document = Mapping[str, Any]


class Request(NamedTuple):
    """What the subject wants to do."""

    action: str
    resource: str


@dataclass(frozen=True)
class Subject:
    """A principal as raw policy documents, so that both sides read the same text, and the requests to decide."""

    arn: str
    policies: tuple[Document, ...]
    requests: tuple[Request, ...]
    boundary: Document | None = None
    service_control: tuple[tuple[Document, ...], ...] = ()
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)

    def message(self) -> dict[str, Any]:
        """Return the subject as iam-simulate takes it."""
        bounded = {} if self.boundary is None else {"permissionBoundaryPolicies": _named([self.boundary])}
        simulation = {
            "request": {
                "principal": self.arn,
                "resource": {"accountId": ACCOUNT},
                "contextVariables": dict(self.context),
            },
            "identityPolicies": _named(self.policies),
            "serviceControlPolicies": [
                {"orgIdentifier": f"ou-{level}", "policies": _named(policies)}
                for level, policies in enumerate(self.service_control)
            ],
            "resourceControlPolicies": [],
            **bounded,
        }
        return {"simulation": simulation, "requests": [request._asdict() for request in self.requests]}


class RefusedError(Exception):
    """The simulator holds a policy to be malformed, so it has no answer."""


def ask(subjects: Iterable[Subject]) -> list[list[bool]]:
    """
    Return whether the simulator allows each request of each subject, in their order.

    Raises RefusedError with the simulator's words when it does not decide a request.
    """
    node = which("node")
    assert node is not None, "Node is not on the path; make puts .venv/bin there."
    finished = subprocess.run(  # noqa: S603 - a script of our own
        [node, str(ASK)],
        input="".join(json.dumps(subject.message()) + "\n" for subject in subjects),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return [[_allowed(result) for result in json.loads(line)] for line in finished.stdout.splitlines()]


def _allowed(result: str) -> bool:
    if result not in {"Allowed", "ImplicitlyDenied", "ExplicitlyDenied"}:
        raise RefusedError(result)
    return result == "Allowed"


def _named(policies: Iterable[Document]) -> list[dict[str, Any]]:
    return [{"name": f"policy-{number}", "policy": policy} for number, policy in enumerate(policies)]
